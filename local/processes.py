"""The processes of a local stack, and the folder in which a later command finds them again."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http.client import HTTPException
from pathlib import Path
from typing import Any, Final
from urllib.request import ProxyHandler, build_opener

import psutil

HOST: Final = "127.0.0.1"
DEFAULT_FOLDER: Final = Path(".local")
_STOP_SECONDS: Final = 10
_POLL_SECONDS: Final = 0.1
# Python warns about a child object that is dropped while its process runs; these outlive us on purpose.
_children: list["subprocess.Popen[bytes]"] = []


class DidNotStartError(Exception):
    """A process ended before it answered, or took too long."""


@dataclass(frozen=True)
class ProcessId:
    """A process, and not a later one with the same number."""

    pid: int
    started: float
    """Seconds since 1970, as the operating system keeps them."""

    @property
    def alive(self) -> bool:
        """Whether it still runs."""
        return self._find() is not None

    def stop(self) -> None:
        """Ends it and its children: politely first, then by force."""
        process = self._find()
        if process is None:
            return
        family = [process, *process.children(recursive=True)]
        process.terminate()
        stubborn = _await_end(family)
        for member in stubborn:
            with suppress(psutil.NoSuchProcess):
                member.kill()
        _await_end(stubborn)
        for child in _children:
            # Lets Python see which of them have ended.
            child.poll()

    def _find(self) -> psutil.Process | None:
        try:
            process = psutil.Process(self.pid)
            same = abs(process.create_time() - self.started) < 1
            return process if same and _runs(process) else None
        except psutil.NoSuchProcess:
            return None


def _runs(process: psutil.Process) -> bool:
    """Whether it has not ended: it is listed until its parent asks for it, in some containers for good."""
    with suppress(psutil.NoSuchProcess):
        return process.status() != psutil.STATUS_ZOMBIE
    return False


def _await_end(family: Sequence[psutil.Process]) -> list[psutil.Process]:
    """Waits until they have ended; returns those that have not in time."""
    deadline = time.monotonic() + _STOP_SECONDS
    while (left := list(filter(_runs, family))) and time.monotonic() < deadline:
        time.sleep(_POLL_SECONDS)
    return left


def wait_for(url: str, process: ProcessId, log: Path, seconds: float = 60) -> None:
    """Returns when `url` answers with success.

    Raises:
        DidNotStartError: the process ended first, or took longer than `seconds`.
    """
    # Not httpx: its import takes most of a second, and this module is imported by every command.
    opener = build_opener(ProxyHandler({}))
    deadline = time.monotonic() + seconds
    while process.alive and time.monotonic() < deadline:
        try:
            with opener.open(url, timeout=5):
                return
        except (OSError, HTTPException):
            time.sleep(_POLL_SECONDS)
    what = (
        f"No answer within {seconds:.0f} s from {url}" if process.alive else "A process ended while starting"
    )
    tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise DidNotStartError(f"{what}. The end of {log}:\n{tail}")


def bypass_proxy() -> None:
    """Has this process, and those that it starts, ask no proxy for this machine."""
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), HOST, "localhost"]))


def free_port(wanted: int = 0) -> int:
    """A port on which nothing listens at the moment.

    Raises:
        DidNotStartError: the wanted one is in use, or not for this user.
    """
    with socket.socket() as probe:
        # As a server does: what was closed a moment ago is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError as error:
            raise DidNotStartError(f"The port {wanted} cannot be used: {error.strerror}.") from None
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class StateFolder:
    """The folder of one local stack: process ids, outputs, logs and temporary files."""

    path: Path

    @property
    def outputs_file(self) -> Path:
        """The stack's outputs and the local ones, in the JSON of `pulumi stack output --json`."""
        return self.path / "outputs.json"

    @property
    def demo_folders(self) -> Path:
        """The parent of the folders that the stand-in for the script watches."""
        return self.path / "folders"

    @property
    def _processes_file(self) -> Path:
        return self.path / "processes.json"

    def processes(self) -> dict[str, ProcessId]:
        """The processes by role, such as `emulator`, in the order in which they were started."""
        try:
            noted = json.loads(self._processes_file.read_text())
        except FileNotFoundError:
            return {}
        return {role: ProcessId(**process) for role, process in noted.items()}

    def running(self) -> bool:
        """Whether any process of the stack is alive."""
        return any(process.alive for process in self.processes().values())

    def note_process(self, role: str, process: ProcessId) -> None:
        """Writes a process down as soon as it is started, so that a later command can stop it."""
        noted = {**self.processes(), role: process}
        # Written under another name and renamed: the file is whole even if we are ended in the middle.
        written = self._processes_file.with_suffix(".new")
        written.write_text(json.dumps({role: asdict(one) for role, one in noted.items()}))
        written.replace(self._processes_file)

    def start(
        self, role: str, arguments: Sequence[str], environment: Mapping[str, str], url: str = ""
    ) -> ProcessId:
        """Starts this Python as a process of the stack; its output goes to a log that bears its role.

        It inherits nothing that the user has set up for AWS. It gets a session of its own, so that Ctrl-C
        reaches only us, and we end the processes in order.

        Args:
            role: such as `emulator`.
            arguments: of the interpreter.
            environment: variables beside those that it inherits.
            url: an address that answers once it is ready; empty where nobody waits for it.

        Raises:
            DidNotStartError: it ended, or did not answer; the end of its log is in the message.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        log = self.path / f"{role}.log"
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
        process = ProcessId(child.pid, psutil.Process(child.pid).create_time())
        self.note_process(role, process)
        if url:
            try:
                wait_for(url, process, log)
            except BaseException:
                process.stop()
                raise
        return process

    def write_outputs(self, outputs: Mapping[str, Any]) -> None:
        """Writes the outputs, for this user alone to read: its users' passwords are among them."""
        self.outputs_file.touch(mode=0o600)
        self.outputs_file.write_text(json.dumps(outputs, indent=2) + "\n")

    def outputs(self) -> dict[str, Any] | None:
        """The outputs of the stack; None if there are none yet."""
        try:
            outputs: dict[str, Any] = json.loads(self.outputs_file.read_text())
        except FileNotFoundError:
            return None
        return outputs

    def stop_all(self) -> list[str]:
        """Ends every process, the last started first, and returns the roles of those that were running."""
        stopped = []
        for role, process in reversed(self.processes().items()):
            if process.alive:
                process.stop()
                stopped.append(role)
        return stopped

    def take_down(self) -> list[str]:
        """Ends every process, removes the folder, and returns the roles of those that were running."""
        # A command that watches the stack sees by it that another one stops it.
        self.outputs_file.unlink(missing_ok=True)
        stopped = self.stop_all()
        shutil.rmtree(self.path, ignore_errors=True)
        return stopped
