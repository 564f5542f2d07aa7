"""How long the two commands of a newcomer take, and what dominates."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from bench.figures import Figure, compared, interleaved
from contract.names import ROOT

_STEP = re.compile(r"✓ ([^:\n]+?)(?:: .+)? \(([\d.]+) s\)")
"""A line about a step: its name, without what it found, and its seconds."""
_EMULATOR = """
import sys
from pathlib import Path
from local.emulator import start_emulator
from local.processes import free_port
start_emulator(free_port(), Path(sys.argv[1]), "us-east-1").stop()
"""


def measure_demo(rounds: int, say: Callable[[str], None]) -> list[Figure]:
    """`make demo` from a warm cache until everything answers, beside the emulator alone."""
    with tempfile.TemporaryDirectory() as scratch:
        state = str(Path(scratch, "demo"))
        shares: dict[str, list[tuple[float, float]]] = {}

        def up() -> float:
            seconds, said = _timed("-m", "local", "--state", state, "up", "--detach")
            _timed("-m", "local", "--state", state, "down")
            for step, taken in _STEP.findall(said):
                say(f"  {float(taken):5.1f} s  {step}")
                shares.setdefault(step, []).append((float(taken), seconds))
            return seconds

        def emulator() -> float:
            folder = Path(scratch, "emulator")
            seconds, _ = _timed("-c", _EMULATOR, str(folder))
            shutil.rmtree(folder)
            return seconds

        up()
        shares.clear()
        rounds_of_both = interleaved(up, emulator, rounds)
        return [
            compared("make demo, vs the emulator alone", "s", rounds_of_both),
            *(
                compared(f"make demo, {step}, vs the whole", "s", pairs)
                for step, pairs in shares.items()
                # What takes less than a tenth of a second is printed as 0.0.
                if all(taken for taken, _ in pairs)
            ),
        ]


def measure_tests(say: Callable[[str], None]) -> list[Figure]:
    """`make test` once, beside finding and importing all tests."""
    seconds, said = _run(["make", "test"], {"PYTEST_ADDOPTS": "--quiet --durations=12"})
    collecting, _ = _timed("-m", "pytest", "-q", "--collect-only")
    for line in said.splitlines()[-20:]:
        say(f"  {line}")
    return [compared("make test, vs collecting the tests", "s", [(seconds, collecting)])]


def _timed(*arguments: str) -> tuple[float, str]:
    return _run([sys.executable, *arguments], {})


def _run(command: list[str], environment: Mapping[str, str]) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return time.perf_counter() - started, done.stdout + done.stderr
