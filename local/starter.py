"""Bringing a stack up in a process of its own, which can be ended at any moment.

The program runs in an event loop, with threads beside it and tools below it. Interrupted in the middle, they
would go on, complain, or wait for an emulator that is gone. Here none of them hears of Ctrl-C.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

import psutil

from local.ending import Ending
from local.processes import StateFolder

_LOOK_SECONDS = 0.1
_KILL_SECONDS = 10


class Starter:
    """A stack that is being brought up. Leaving the `with` block before it is up abandons it."""

    def __init__(self, state: StateFolder, *, demo_data: bool, dashboard: bool) -> None:
        self._state = state
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving the block
        options = json.dumps({"demo_data": demo_data, "dashboard": dashboard})
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.starter_process", str(state.path), options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
            # Out of reach of the terminal's signals.
            start_new_session=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._process.poll() is None:
            self.abandon()
        self._process.__exit__(kind, error, traceback)
        self._complaints.close()

    def steps(self, ending: Ending) -> Iterator[str]:
        """Each step as it is done, until the last or until someone asks for the end."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        said = b""
        while not ending.requested:
            if not select.select([self._process.stdout], [], [], _LOOK_SECONDS)[0]:
                continue
            if not (chunk := os.read(self._process.stdout.fileno(), 4096)):
                return
            *lines, said = (said + chunk).split(b"\n")
            yield from (line.decode() for line in lines)

    def wait(self) -> bool:
        """Waits for its end, and tells whether everything answers now."""
        return self._process.wait() == 0

    def complaints(self) -> str:
        """What it printed beside its steps: what went wrong, or a warning."""
        self._complaints.seek(0)
        return self._complaints.read().decode(errors="replace").strip()

    def abandon(self) -> None:
        """Ends it at once, with all that it has started, and removes what is there of the stack."""
        process = psutil.Process(self._process.pid)
        # Stopped first, so that it starts nothing while we look. It may have started what is not noted yet.
        process.suspend()
        started = process.children(recursive=True)
        process.kill()
        self._process.wait()
        self._state.take_down()
        for one in started:
            try:
                one.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(started, timeout=_KILL_SECONDS)
