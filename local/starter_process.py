"""Brings a stack up, says each step on a line of its own, and ends: `python -m local.starter_process`.

Arguments: the folder that the stack lives in, and its options as JSON. What goes wrong is said on stderr.
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
    # What the program and its tools print goes to stderr: on stdout are the steps alone.
    steps = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    try:
        up(
            StateFolder(Path(folder)),
            StackOptions(**json.loads(options)),
            lambda step: print(step, file=steps),
        )
    except AlreadyRunningError:
        print("Another command has brought this stack up.", file=sys.stderr)
        return 1
    except (DidNotStartError, UnknownResourceError, pulumi.RunError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
