"""Starts a stack in a process of its own, which can be ended at any moment: `python -m local.starter`.

The program runs in an event loop, with threads and child processes. Interrupted in the middle, they would go
on, log errors, or wait for an emulator that is gone. In a session of its own the process gets no Ctrl-C. Its
arguments are the folder of the stack, and its options as JSON; it prints each step on a line of its own, and
errors and warnings to stderr.
"""

import json
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from local.ending import Ending
from local.processes import DidNotStartError, StateFolder

_LOOK_SECONDS = 0.1
_KILL_SECONDS = 10


class Starter:
    """A stack that is starting, with `StackOptions`. Leaving the `with` block before it has abandons it."""

    def __init__(self, state: StateFolder, **options: bool | int) -> None:
        self._state = state
        self._complaints = tempfile.TemporaryFile()  # noqa: SIM115 - closed on leaving the block
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(state.path), json.dumps(options)],
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

    def wait(self) -> tuple[bool, str]:
        """Waits for the end of the process; returns whether the stack is up, and any error or warning."""
        code = self._process.wait()
        self._complaints.seek(0)
        return code == 0, self._complaints.read().decode(errors="replace").strip()

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
            with suppress(psutil.NoSuchProcess):
                one.kill()
        psutil.wait_procs(started, timeout=_KILL_SECONDS)


def main(folder: str, options: str) -> int:
    """Returns the exit code."""
    # Imported only here: they take seconds, and other commands import this module.
    import pulumi

    from local.provider import UnknownResourceError
    from local.stack import StackOptions, up

    # What the program and its tools print goes to stderr; stdout has the steps alone.
    steps = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        up(
            StateFolder(Path(folder)),
            StackOptions(**json.loads(options)),
            lambda step: print(step, file=steps),
        )
    except (DidNotStartError, UnknownResourceError, pulumi.RunError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
