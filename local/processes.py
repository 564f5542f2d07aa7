"""Child processes that outlive the command that started them, and are found again by a later one."""

import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

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
