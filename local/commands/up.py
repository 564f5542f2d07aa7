"""`up`: brings the whole system up, and stays until it is to end."""

import time

from local.commands.terminal import console, show
from local.ending import Ending
from local.starter import Starter
from local.state import StateFolder

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
