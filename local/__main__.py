"""Command line of the local stack: `python -m local up | outputs | report | down`."""

import argparse
import json
import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

import pulumi
from rich.console import Console

from local.demo.script import post_report
from local.provider import UnknownResourceError
from local.stack import AlreadyRunningError, StackOptions, down, up
from local.state import DEFAULT_FOLDER, StateFolder
from local.waiting import DidNotStartError

_console = Console(stderr=True, highlight=False)


def main() -> int:
    """Runs one command; returns the exit code."""
    arguments = _parser().parse_args()
    state = StateFolder(arguments.state)
    # Closing the terminal or a polite kill ends the stack as Ctrl-C does, and Ctrl-C does so even
    # where a shell has started us with that signal ignored.
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, _interrupt)
    try:
        match arguments.command:
            case "up":
                options = StackOptions(
                    demo_data=not arguments.no_demo_data, dashboard=not arguments.no_dashboard
                )
                return _up(state, options, detach=arguments.detach)
            case "outputs":
                return _outputs(state)
            case "report":
                return _report(state, arguments.file)
            case _:
                return _down(state)
    except (DidNotStartError, UnknownResourceError, pulumi.RunError) as error:
        _console.print(f"[red]✗[/red] {error}", markup=True)
        return 1
    except KeyboardInterrupt:
        _console.print("Stopped while starting; nothing is left running.")
        return 130


def _up(state: StateFolder, options: StackOptions, *, detach: bool) -> int:
    try:
        with _console.status("Starting"):
            outputs = up(state, options, lambda step: _console.print(f"[green]✓[/green] {step}"))
    except AlreadyRunningError:
        _console.print(f"A local stack is already running from {state.path}/.")
        if outputs_of_running := state.outputs():
            _show(outputs_of_running)
        _console.print("Stop it with: make down")
        return 0
    if detach:
        _show(outputs)
        _console.print("\nIt keeps running. Stop it with: make down")
        return 0
    try:
        _show(outputs)
        _console.print("\nCtrl-C stops everything.")
        return _watch(state)
    except KeyboardInterrupt:
        with _console.status("Stopping"):
            down(state)
        _console.print("Stopped.")
        return 0


def _watch(state: StateFolder) -> int:
    """Returns once a process of the stack has ended."""
    processes = state.processes()
    while all(process.alive for process in processes.values()):
        time.sleep(1)
    if state.outputs() is None:
        _console.print("Stopped from elsewhere.")
        return 0
    ended = [role for role, process in processes.items() if not process.alive]
    _console.print(f"[red]✗[/red] Ended by itself: {', '.join(ended)}. The logs are in {state.path}/.")
    state.stop_all()
    return 1


def _outputs(state: StateFolder) -> int:
    outputs = _running_outputs(state)
    if outputs is None:
        return 1
    print(json.dumps(outputs, indent=2))
    return 0


def _report(state: StateFolder, file: Path) -> int:
    outputs = _running_outputs(state)
    if outputs is None:
        return 1
    answer = post_report(outputs["api_url"], outputs["users"]["reporter"], file.read_bytes())
    print(answer.status_code, json.dumps(answer.json(), indent=2, ensure_ascii=False))
    return 0 if answer.is_success else 1


def _running_outputs(state: StateFolder) -> dict[str, Any] | None:
    outputs = state.outputs()
    if outputs is None or not state.running():
        _console.print("No local stack is running. Start one with: python -m local up")
        return None
    return outputs


def _down(state: StateFolder) -> int:
    with _console.status("Stopping"):
        stopped = down(state)
    _console.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    return 0


def _show(outputs: dict[str, Any]) -> None:
    users = outputs.get("users", {})
    lines = [
        ("dashboard", outputs.get("dashboard_url", "not started")),
        ("API", outputs["api_url"]),
        ("AWS endpoint", outputs["endpoint_url"]),
        *((f"{role} signs in as", f"{user['username']}  {user['password']}") for role, user in users.items()),
    ]
    _console.print()
    for label, value in lines:
        _console.print(f"  {label:22} {value}", soft_wrap=True, markup=False)


def _interrupt(*_: object) -> NoReturn:
    raise KeyboardInterrupt


def _existing_file(text: str) -> Path:
    if not (file := Path(text)).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "--state", type=Path, default=DEFAULT_FOLDER, metavar="DIR",
        help="folder that the stack lives in (default: %(default)s)",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True)
    up_command = commands.add_parser("up", help="bring the whole system up on this machine")
    up_command.add_argument("--detach", action="store_true", help="return once everything answers")
    up_command.add_argument("--no-demo-data", action="store_true", help="leave the table empty")
    up_command.add_argument("--no-dashboard", action="store_true", help="leave the dashboard out")
    commands.add_parser("outputs", help="print the running stack's outputs as JSON")
    report_command = commands.add_parser("report", help="sign in as the reporter and post a file as it is")
    report_command.add_argument("file", type=_existing_file, help="the body of the request")
    commands.add_parser("down", help="stop the running stack")
    return parser


if __name__ == "__main__":
    sys.exit(main())
