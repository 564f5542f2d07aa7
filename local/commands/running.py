"""Commands on a stack that runs: `outputs`, `down`."""

import json
from typing import Any

from local.commands.terminal import console
from local.state import StateFolder


def outputs(state: StateFolder) -> int:
    """Prints the outputs as JSON; returns the exit code."""
    found = running_outputs(state)
    if found is None:
        return 1
    print(json.dumps(found, indent=2))
    return 0


def down(state: StateFolder) -> int:
    """Stops whatever runs; returns the exit code."""
    with console.status("Stopping"):
        stopped = state.take_down()
    console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def running_outputs(state: StateFolder) -> dict[str, Any] | None:
    """The outputs of the running stack. Where none runs, says so and returns None."""
    found = state.outputs()
    if found is None or not state.running():
        console.print("No local stack is running. Start one with: python -m local up")
        return None
    return found
