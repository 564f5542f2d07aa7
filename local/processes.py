"""Child processes that outlive the command that started them, and are found again by a later one."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

HOST = "127.0.0.1"
_STOP_SECONDS = 10
# Python warns of a child object that is dropped while its process runs; these are meant to outlive us.
_children: list["subprocess.Popen[bytes]"] = []


@dataclass(frozen=True)
class ProcessId:
    """A process, told from a later one that got the same number."""

    pid: int
    started: float
    """Seconds since 1970, as the operating system keeps them."""

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._process() is not None

    def stop(self) -> None:
        """Ends it and its children: politely first, then for good."""
        process = self._process()
        if process is None:
            return
        family = [process, *process.children(recursive=True)]
        process.terminate()
        _, stubborn = psutil.wait_procs(family, timeout=_STOP_SECONDS)
        for member in stubborn:
            member.kill()
        psutil.wait_procs(stubborn, timeout=_STOP_SECONDS)
        for child in _children:
            # Whichever have ended are told so.
            child.poll()

    def _process(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
            return process if same and process.status() != psutil.STATUS_ZOMBIE else None
        except psutil.NoSuchProcess:
            return None


def start(arguments: Sequence[str], log: Path, environment: Mapping[str, str]) -> ProcessId:
    """Starts this Python with the arguments, its output going to `log`.

    Nothing that the person at the keyboard set up for AWS is handed on. The process gets a
    session of its own, so that Ctrl-C reaches only us, and we end things in order.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with log.open("ab") as output:
        child = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env={**inherited, **environment},
            start_new_session=True,
        )
    _children.append(child)
    return ProcessId(child.pid, psutil.Process(child.pid).create_time())


def free_port() -> int:
    """A port that nothing listens on just now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


_POLL_SECONDS = 0.1


class DidNotStartError(Exception):
    """A process ended, or stayed silent, where an answer was expected."""


def wait_for(url: str, process: ProcessId, log: Path, seconds: float = 60) -> None:
    """Returns once `url` answers 200.

    Raises:
        DidNotStartError: the process ended first, or took longer than `seconds`.
    """
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not process.alive:
            raise DidNotStartError(f"A process ended while it was starting. The end of {log}:\n{_tail(log)}")
        try:
            if httpx.get(url, timeout=5, trust_env=False).is_success:
                return
        except httpx.TransportError:
            pass
        time.sleep(_POLL_SECONDS)
    raise DidNotStartError(f"No answer within {seconds:.0f} s from {url}. The end of {log}:\n{_tail(log)}")


def _tail(log: Path, lines: int = 15) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:])


DEFAULT_FOLDER = Path(".local")


@dataclass(frozen=True)
class StateFolder:
    """The folder of one local stack: process ids, outputs, logs and scratch."""

    path: Path

    @property
    def outputs_file(self) -> Path:
        """JSON of the stack's outputs, as `pulumi stack output --json` writes them, and local extras."""
        return self.path / "outputs.json"

    @property
    def demo_folders(self) -> Path:
        """Where the folders are that the stand-in for the script watches."""
        return self.path / "folders"

    @property
    def _processes_file(self) -> Path:
        return self.path / "processes.json"

    def processes(self) -> dict[str, ProcessId]:
        """By role, such as `emulator`, in the order they were started."""
        try:
            noted = json.loads(self._processes_file.read_text())
        except FileNotFoundError:
            return {}
        return {role: ProcessId(**process) for role, process in noted.items()}

    def running(self) -> bool:
        """Whether any process of the stack is alive."""
        return any(process.alive for process in self.processes().values())

    def note_process(self, role: str, process: ProcessId) -> None:
        """Remembers a process at once, so that nothing started is ever lost."""
        self.path.mkdir(parents=True, exist_ok=True)
        noted = {**self.processes(), role: process}
        # Written aside and renamed: who is ended in the middle leaves what can be read.
        written = self._processes_file.with_suffix(".new")
        written.write_text(json.dumps({role: asdict(one) for role, one in noted.items()}))
        written.replace(self._processes_file)

    def write_outputs(self, outputs: Mapping[str, Any]) -> None:
        """Writes the outputs for the owner's eyes only: they hold the users' passwords."""
        self.outputs_file.touch(mode=0o600)
        self.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")

    def outputs(self) -> dict[str, Any] | None:
        """The outputs of the stack, or None while there are none."""
        try:
            outputs: dict[str, Any] = json.loads(self.outputs_file.read_text())
        except FileNotFoundError:
            return None
        return outputs

    def forget_outputs(self) -> None:
        """Removes the outputs, by which whoever watches the stack knows that it is being taken down."""
        self.outputs_file.unlink(missing_ok=True)

    def stop_all(self) -> list[str]:
        """Ends every process, the last started first, and returns the roles that were running."""
        stopped = []
        for role, process in reversed(self.processes().items()):
            if process.alive:
                process.stop()
                stopped.append(role)
        return stopped

    def take_down(self) -> list[str]:
        """Stops what runs, removes what it left, and returns the roles that were running."""
        self.forget_outputs()
        stopped = self.stop_all()
        self.remove()
        return stopped

    def remove(self) -> None:
        """Removes the folder with everything in it."""
        shutil.rmtree(self.path, ignore_errors=True)
