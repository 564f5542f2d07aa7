"""`report`: the reporting script's part, once more."""

import json
from pathlib import Path

import httpx

from local.commands.running import running_outputs
from local.commands.terminal import console
from local.demo.script import post_report
from local.state import StateFolder


def report(state: StateFolder, file: Path) -> int:
    """Signs in as the reporter, posts a file as it is, and prints the answer; returns the exit code."""
    outputs = running_outputs(state)
    if outputs is None:
        return 1
    try:
        answer = post_report(outputs["api_url"], outputs["users"]["reporter"], file.read_bytes())
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


def _readable(body: str) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except ValueError:
        return body


def _complain(what: str) -> None:
    console.print("[red]✗[/red]", end=" ")
    console.print(what, markup=False, soft_wrap=True)
