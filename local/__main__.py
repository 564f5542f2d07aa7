"""Command line of the local stack: `python -m local up | report | down`."""

from local.ending import Ending

# Before the other imports, which take a second: from here on a signal interrupts nothing.
_ENDING = Ending()
_ENDING.listen()

import argparse  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from local.commands import down, report, up  # noqa: E402
from local.processes import DEFAULT_FOLDER, StateFolder, bypass_proxy  # noqa: E402


def main() -> int:
    """Runs one command; returns the exit code."""
    arguments = _parser().parse_args()
    bypass_proxy()
    state = StateFolder(arguments.state)
    if arguments.command == "up":
        return up(
            state,
            _ENDING,
            demo_data=not arguments.no_demo_data,
            dashboard=not arguments.no_dashboard,
            dashboard_port=arguments.port,
            detach=arguments.detach,
        )
    try:
        _ENDING.interrupt_instead()
        return report(state, arguments.file) if arguments.command == "report" else down(state)
    except KeyboardInterrupt:
        return 130


def _existing_file(text: str) -> Path:
    if not (file := Path(text)).is_file():
        raise argparse.ArgumentTypeError(f"there is no file {text}")
    return file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    parser.add_argument(
        "--state", type=Path, default=DEFAULT_FOLDER, metavar="DIR",
        help="folder of the stack (default: %(default)s)",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True)
    up_command = commands.add_parser("up", help="start the whole system on this machine")
    up_command.add_argument("--detach", action="store_true", help="return when everything answers")
    up_command.add_argument("--no-demo-data", action="store_true", help="start with empty tables")
    up_command.add_argument(
        "--port", type=int, default=0, help="the dashboard's port (default: any that is free)"
    )
    up_command.add_argument("--no-dashboard", action="store_true", help="do not start the dashboard")
    report_command = commands.add_parser(
        "report", help="create one more stuck file in the demo's folders, and report them as the script does"
    )
    report_command.add_argument("file", type=_existing_file, nargs="?", help="post this body instead")
    commands.add_parser("down", help="stop the running stack")
    return parser


if __name__ == "__main__":
    sys.exit(main())
