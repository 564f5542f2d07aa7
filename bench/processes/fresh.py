"""Measuring in a fresh process: nothing imported, cached or allocated before."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from contract.names import ROOT


class ChildFailedError(Exception):
    """The fresh process ended with an error; the end of what it said is in the message."""


def run(module: str, request: Any, environment: Mapping[str, str] | None = None) -> Any:
    """Runs `bench.processes.<module>` with a request, and returns its answer.

    Raises:
        ChildFailedError: it ended with an error.
    """
    return run_python(["-m", f"bench.processes.{module}"], request, environment)


def run_python(arguments: list[str], request: Any, environment: Mapping[str, str] | None = None) -> Any:
    """The same for any arguments to this Python; nothing of the person's AWS settings is handed on."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**inherited, **(environment or {})},
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ChildFailedError(f"{' '.join(arguments[:2])} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])


def serve(answer: Callable[[Any], Any]) -> None:
    """The child's part: answers the request on standard input. What the handlers log is dropped."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "w") as channel:
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        result = answer(json.load(sys.stdin))
        print(json.dumps(result), file=channel)
