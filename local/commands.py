"""What the person at the keyboard is told."""

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from contract.names import LocalOutput, Output
from local.demo.script import add_stuck_file, format_body, monitored_folders, post_report, scan_folders
from local.ending import Ending
from local.processes import StateFolder
from local.starter import Starter

console = Console(stderr=True, highlight=False)


def show(outputs: dict[str, Any]) -> None:
    """Prints the addresses of a stack, and who may sign in."""
    users = outputs.get(LocalOutput.USERS, {})
    lines = [
        ("dashboard", outputs.get(LocalOutput.DASHBOARD_URL, "not started")),
        ("messages to owners", outputs[LocalOutput.RECEIVER_URL]),
        ("API", outputs[Output.API_URL]),
        ("AWS endpoint", outputs[LocalOutput.ENDPOINT_URL]),
        *((f"{role} signs in as", f"{user['username']}  {user['password']}") for role, user in users.items()),
    ]
    console.print()
    for label, value in lines:
        console.print(f"  {label:22} {value}", soft_wrap=True, markup=False)


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


_LOOK_SECONDS = 0.2


def up(state: StateFolder, ending: Ending, *, demo_data: bool, dashboard: bool, detach: bool) -> int:
    """Brings a stack up; returns the exit code once it has ended or, detached, once everything answers."""
    if state.running():
        console.print(f"A local stack is already running from {state.path}/.")
        if outputs := state.outputs():
            show(outputs)
        console.print("Stop it with: make down")
        return 0
    with (
        console.status("Starting") as status,
        Starter(state, demo_data=demo_data, dashboard=dashboard) as starter,
    ):
        for step in starter.steps(ending):
            console.print(f"[green]✓[/green] {step}")
        if unwanted := ending.requested:
            status.update("Stopping")
            starter.abandon()
        answers = starter.wait()
        complaints = starter.complaints()
    if unwanted:
        console.print("Stopped while starting; nothing is left running.")
        # Ctrl-C is the usual end of the command. Detached, a stack was to run after it, and none does.
        return 130 if detach else 0
    if not answers:
        console.print("[red]✗[/red]", end=" ")
    if complaints:
        console.print(complaints, markup=False, soft_wrap=True)
    if not answers:
        return 1
    show(state.outputs() or {})
    if detach:
        console.print("\nIt keeps running. Stop it with: make down")
        return 0
    console.print("\nCtrl-C stops everything.")
    return watch(state, ending)


def watch(state: StateFolder, ending: Ending) -> int:
    """Returns once a process of the stack has ended, or all of them on request."""
    processes = state.processes()
    while not ending.requested and all(process.alive for process in processes.values()):
        time.sleep(_LOOK_SECONDS)
    if ending.requested:
        try:
            with console.status("Stopping"):
                state.take_down()
        except OSError:  # the terminal is gone, and with it the place to say so
            state.take_down()
        console.print("Stopped.")
        return 0
    if state.outputs() is None:
        console.print("Stopped from elsewhere.")
        return 0
    ended = [role for role, process in processes.items() if not process.alive]
    console.print(f"[red]✗[/red] Ended by itself: {', '.join(ended)}. The logs are in {state.path}/.")
    state.stop_all()
    return 1


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
