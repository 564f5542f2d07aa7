"""Copies of the tree in which tests run, one test process in each at a time."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.listing import Mutant
from tests.mutants.nearest import MUTATED
from tests.mutants.tiers import Tier

# What is installed, built or cached; tests build what they need of it again.
_LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", ".build", ".local", ".bench", ".hypothesis", "__pycache__", ".*_cache"
)


@dataclass(frozen=True)
class Outcome:
    """How one run of tests ended."""

    passed: bool
    seconds: float
    output: str


class StoppedError(Exception):
    """No test starts any more."""


class Copy:
    """One copy of the tree."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._root = folder / "tree"
        self._temporary = folder / "tmp"
        self._lock = threading.Lock()
        self._running: subprocess.Popen[str] | None = None
        self._stopped = False
        shutil.copytree(root, self._root, ignore=_LEFT_OUT)
        self._temporary.mkdir()

    def test(self, tier: Tier) -> Outcome:
        """Runs the tests of a tier on the tree as it is."""
        return self._run(tier, "", None)

    def test_mutant(self, mutant: Mutant, timeout: float) -> Outcome:
        """Runs the tests of the mutant's tier on the tree with its mistake in it, and takes it out again.

        Tests that take longer than the timeout, in seconds, have not passed.
        """
        file = self._root / mutant.file
        source = file.read_text()
        file.write_text(mutant.code(source))
        try:
            return self._run(mutant.tier, mutant.file, timeout)
        finally:
            file.write_text(source)

    def stop(self) -> None:
        """Ends the test process and what it started, and lets no other start."""
        with self._lock:
            self._stopped = True
            if self._running is not None:
                _kill(self._running)

    def _run(self, tier: Tier, mutated: str, timeout: float | None) -> Outcome:
        started = time.monotonic()
        with self._lock:
            if self._stopped:
                raise StoppedError
            self._running = subprocess.Popen(
                [
                    sys.executable, "-m", "pytest", "-x", "-q",
                    "-p", "no:cacheprovider", "-p", "tests.mutants.nearest", *tier.tests,
                ],
                cwd=self._root,
                # A mutant may have its original's size and time: byte code on disk would be the wrong one's.
                env={
                    **os.environ,
                    "PYTHONDONTWRITEBYTECODE": "1",
                    "TMPDIR": str(self._temporary),
                    MUTATED: mutated,
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                # A group of its own can be ended as a whole, and Ctrl-C reaches us alone.
                start_new_session=True,
            )  # fmt: skip
        with self._running as process:
            try:
                output, _ = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                _kill(process)
                output, _ = process.communicate()
        with self._lock:
            self._running = None
            if self._stopped:
                raise StoppedError
        return Outcome(process.returncode == 0, time.monotonic() - started, output)


def _kill(process: "subprocess.Popen[str]") -> None:
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
