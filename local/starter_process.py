"""Starts a stack, prints each step on a line of its own, and ends: `python -m local.starter_process`.

Arguments: the folder of the stack, and its options as JSON. Errors go to stderr.
"""

import json
import os
import sys
from pathlib import Path

import pulumi

from local.processes import DidNotStartError, StateFolder
from local.provider import UnknownResourceError
from local.stack import AlreadyRunningError, StackOptions, up


def main(folder: str, options: str) -> int:
    """Returns the exit code."""
    # What the program and its tools print goes to stderr; stdout has the steps alone.
    steps = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        up(
            StateFolder(Path(folder)),
            StackOptions(**json.loads(options)),
            lambda step: print(step, file=steps),
        )
    except AlreadyRunningError:
        print("Another command has started this stack.", file=sys.stderr)
        return 1
    except (DidNotStartError, UnknownResourceError, pulumi.RunError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
