"""Starts a stack in a process of its own, which can be ended at any moment.

The program runs in an event loop, with threads and child processes. Interrupted in the middle, they would go
on, log errors, or wait for an emulator that is gone. In a session of its own the process gets no Ctrl-C.
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
    """A stack that is starting, with `StackOptions`. Leaving the `with` block before it has abandons it."""

    def __init__(self, state: StateFolder, **options: bool | int) -> None:
        self._state = state
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving the block
        self._process = subprocess.Popen(
            [sys.executable, "-m", "local.starter_process", str(state.path), json.dumps(options)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._complaints,
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
        """Each step when it is done, until the last one or until someone asks for the end."""
        assert self._process.stdout is not None  # noqa: S101 - it was asked for
        unfinished = b""
        while not ending.requested:
            if not select.select([self._process.stdout], [], [], _LOOK_SECONDS)[0]:
                continue
            if not (chunk := os.read(self._process.stdout.fileno(), 4096)):
                return
            *lines, unfinished = (unfinished + chunk).split(b"\n")
            yield from (line.decode() for line in lines)

    def wait(self) -> bool:
        """Waits for the end of the process; returns whether the stack is up."""
        return self._process.wait() == 0

    def complaints(self) -> str:
        """What the process printed besides its steps: an error or a warning."""
        self._complaints.seek(0)
        return self._complaints.read().decode(errors="replace").strip()

    def abandon(self) -> None:
        """Ends the process at once with all that it has started, and removes what there is of the stack."""
        process = psutil.Process(self._process.pid)
        # Suspended first, so that it starts nothing more. It may have started what is not written down yet.
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
