"""What `python -m local` does: `up`, `down` and `report`. Each returns its exit code."""

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from contract.names import LocalOutput, Output
from local.demo.script import add_stuck_file, format_body, monitored_folders, post_report, scan_folders
from local.ending import Ending
from local.processes import StateFolder
from local.starter import Starter

_LOOK_SECONDS = 0.2
_console = Console(stderr=True, highlight=False)


def up(state: StateFolder, ending: Ending, *, detach: bool, **options: bool | int) -> int:
    """Starts a stack with `StackOptions`; returns when it has ended or, detached, when everything answers."""
    ended = [role for role, process in state.processes().items() if not process.alive]
    if ended and state.running():
        _console.print(
            f"Of the stack in {state.path}/ this has ended: {', '.join(ended)}. Stopping the rest."
        )
        state.take_down()
    if state.running():
        _console.print(f"A local stack is already running from {state.path}/.")
        if found := state.outputs():
            _show(found)
        _console.print("Stop it with: make down")
        return 0
    with (
        _console.status("Starting") as status,
        Starter(state, **options) as starter,
    ):
        for step in starter.steps(ending):
            _console.print(f"[green]✓[/green] {step}")
        if cancelled := ending.requested:
            status.update("Stopping")
            starter.abandon()
        started, complaints = starter.wait()
    if cancelled:
        _console.print("Stopped while starting; nothing is left running.")
        # Ctrl-C is the usual end of the command. With --detach a stack was expected after it, and none runs.
        return 130 if detach else 0
    if not started:
        _fail(complaints)
        return 1
    if complaints:
        _console.print(complaints, markup=False, soft_wrap=True)
    _show(state.outputs() or {})
    if detach:
        _console.print("\nIt keeps running. Stop it with: make down")
        return 0
    _console.print("\nCtrl-C stops everything.")
    return watch(state, ending)


def watch(state: StateFolder, ending: Ending) -> int:
    """Returns when a process of the stack has ended, or when all have been stopped on request."""
    processes = state.processes()
    while not ending.requested and all(process.alive for process in processes.values()):
        time.sleep(_LOOK_SECONDS)
    if ending.requested:
        try:
            with _console.status("Stopping"):
                state.take_down()
        except OSError:  # the terminal is closed, and cannot show the status
            state.take_down()
        _console.print("Stopped.")
        return 0
    if state.outputs() is None:
        _console.print("Another command stopped the stack.")
        return 0
    ended = ", ".join(role for role, process in processes.items() if not process.alive)
    _fail(f"Ended unexpectedly: {ended}. The logs are in {state.path}/.")
    state.stop_all()
    return 1


def down(state: StateFolder) -> int:
    """Stops whatever runs."""
    with _console.status("Stopping"):
        stopped = state.take_down()
    _console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def report(state: StateFolder, file: Path | None) -> int:
    """Signs in as the reporter, posts a report, and prints the answer.

    Args:
        state: the folder of the stack.
        file: the body to post. Without one, another file gets stuck in the demo's folders, and what is stuck
            there is reported.
    """
    # Imported only here: they take longer than everything that the other commands import.
    import httpx

    found = state.outputs()
    if found is None or not state.running():
        _console.print("No local stack is running. Start one with: python -m local up")
        return 1
    if file is not None:
        body = file.read_bytes()
    else:
        now = datetime.now(UTC)
        stuck = add_stuck_file(state.demo_folders, now)
        _console.print(f"Created a file that is an hour old: {stuck}", markup=False, soft_wrap=True)
        body = format_body(scan_folders(monitored_folders(state.demo_folders), now))
    try:
        answer = post_report(found["api_url"], found["users"]["reporter"], body)
    except httpx.HTTPStatusError as error:
        _fail(f"The reporter's sign-in was answered {error.response.status_code}: {error.response.text}")
        return 1
    except httpx.TransportError as error:
        ended = not state.processes()["emulator"].alive
        what = "has ended" if ended else f"does not answer ({str(error) or type(error).__name__})"
        _fail(
            f"The emulator of AWS {what}; its log is {state.path}/emulator.log. "
            "Stop what still runs with: make down, and start again with: make demo"
        )
        return 1
    print(answer.status_code, answer.text)
    return 0 if answer.is_success else 1


def _show(found: dict[str, Any]) -> None:
    """Prints the addresses of a stack, and who can sign in."""
    users = found.get(LocalOutput.USERS, {})
    lines = [
        ("dashboard", found.get(LocalOutput.DASHBOARD_URL, "not started")),
        ("notifications", found[LocalOutput.RECEIVER_URL]),
        ("API", found[Output.API_URL]),
        ("AWS endpoint", found[LocalOutput.ENDPOINT_URL]),
        *((f"{role} signs in as", f"{user['username']}  {user['password']}") for role, user in users.items()),
    ]
    _console.print()
    for label, value in lines:
        _console.print(f"  {label:22} {value}", soft_wrap=True, markup=False)


def _fail(problem: str) -> None:
    _console.print("[red]✗[/red]", end=" ")
    _console.print(problem, markup=False, soft_wrap=True)
