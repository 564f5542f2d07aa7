"""What the processes of a stack wrote down, and which processes there were."""

import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import psutil

from tests.offline.life import LEDGER

GUARD: Final = Path(__file__).parent / "guard"
_LOOK_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Denied:
    """An attempt to reach something that is not on this machine."""

    command: str
    """The process that made it."""
    host: str


@dataclass(frozen=True)
class Ledger:
    """The file that every guarded process writes to."""

    file: Path

    def environment(self) -> dict[str, str]:
        """What a process and all that it starts are guarded by."""
        return {**os.environ, "PYTHONPATH": str(GUARD), LEDGER: str(self.file)}

    def started(self) -> dict[int, str]:
        """The command lines of the processes that are guarded, by their ids."""
        return {entry["pid"]: " ".join(entry["started"]) for entry in self._entries() if "started" in entry}

    def denied(self) -> list[Denied]:
        """Every attempt, in order."""
        commands = self.started()
        return [
            Denied(commands[entry["pid"]], entry["host"]) for entry in self._entries() if "denied" in entry
        ]

    def _entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.file.read_text().splitlines()]


class Census:
    """Every process that a ledger's environment was handed on to, looked for all the time."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self.seen: dict[int, str] = {}
        """Command lines by process id."""

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            for process in psutil.process_iter():
                if process.pid in self.seen:
                    continue
                try:
                    if process.environ().get(LEDGER) == str(self._ledger.file):
                        self.seen[process.pid] = " ".join(process.cmdline())
                except psutil.Error:
                    continue
