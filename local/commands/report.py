"""`report`: the reporting script's part, once more."""

import json
from datetime import UTC, datetime
from pathlib import Path

import httpx

from local.commands.running import running_outputs
from local.commands.terminal import console
from local.demo.folders import add_stuck_file, monitored_folders
from local.demo.script import format_body, post_report, scan_folders
from local.state import StateFolder


def report(state: StateFolder, file: Path | None) -> int:
    """Signs in as the reporter, posts, and prints the answer; returns the exit code.

    Args:
        state: the folder of the stack.
        file: the body, posted as it is; without one, what is stuck in the demo's folders, one file more
            than before.
    """
    outputs = running_outputs(state)
    if outputs is None:
        return 1
    body = file.read_bytes() if file else _report_with_one_more_file(state.demo_folders)
    try:
        answer = post_report(outputs["api_url"], outputs["users"]["reporter"], body)
    except httpx.HTTPStatusError as error:
        _complain(f"The reporter's sign-in was answered {error.response.status_code}: {error.response.text}")
        return 1
    except httpx.TransportError as error:
        ended = not state.processes()["emulator"].alive
        what = "has ended" if ended else f"does not answer ({str(error) or type(error).__name__})"
        _complain(
            f"The emulator of AWS {what}; its log is {state.path}/emulator.log. "
            "Stop what is left with: make down, and start again with: make demo"
        )
        return 1
    print(answer.status_code, _readable(answer.text))
    return 0 if answer.is_success else 1


def _report_with_one_more_file(root: Path) -> bytes:
    now = datetime.now(UTC)
    file = add_stuck_file(root, now)
    console.print(f"An hour old, and stuck from now on: {file}", markup=False, soft_wrap=True)
    return format_body(scan_folders(monitored_folders(root), now))


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _complain(what: str) -> None:
    console.print("[red]✗[/red]", end=" ")
    console.print(what, markup=False, soft_wrap=True)
