"""Commands on a stack that runs: `outputs`, `report`, `down`."""

import json
from pathlib import Path
from typing import Any

from local.commands.terminal import console
from local.state import StateFolder


def outputs(state: StateFolder) -> int:
    """Prints the outputs as JSON; returns the exit code."""
    found = _outputs(state)
    if found is None:
        return 1
    print(json.dumps(found, indent=2))
    return 0


def report(state: StateFolder, file: Path) -> int:
    """Posts a file as the reporter does, and prints the answer; returns the exit code."""
    # Imported only here: it takes the others' time many times over.
    from local.demo.script import post_report

    found = _outputs(state)
    if found is None:
        return 1
    answer = post_report(found["api_url"], found["users"]["reporter"], file.read_bytes())
    print(answer.status_code, json.dumps(answer.json(), indent=2, ensure_ascii=False))
    return 0 if answer.is_success else 1


def down(state: StateFolder) -> int:
    """Stops whatever runs; returns the exit code."""
    with console.status("Stopping"):
        stopped = state.take_down()
    console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def _outputs(state: StateFolder) -> dict[str, Any] | None:
    found = state.outputs()
    if found is None or not state.running():
        console.print("No local stack is running. Start one with: python -m local up")
        return None
    return found
