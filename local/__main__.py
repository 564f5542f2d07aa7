"""Command line of the local stack: `python -m local up | outputs | report | down`."""

from local.ending import Ending

# Before anything else is imported, which takes a second: from here on nobody is interrupted unawares.
_ENDING = Ending()
_ENDING.listen()

import argparse  # noqa: E402
import sys  # noqa: E402
from pathlib import Path  # noqa: E402

from local.commands import down, outputs, up  # noqa: E402
from local.processes import DEFAULT_FOLDER, StateFolder  # noqa: E402


def main() -> int:
    """Runs one command; returns the exit code."""
    arguments = _parser().parse_args()
    state = StateFolder(arguments.state)
    if arguments.command == "up":
        return up(
            state,
            _ENDING,
            demo_data=not arguments.no_demo_data,
            dashboard=not arguments.no_dashboard,
            detach=arguments.detach,
        )
    try:
        _ENDING.interrupt_instead()
        match arguments.command:
            case "outputs":
                return outputs(state)
            case "report":
                # Imported only here: it takes many times as long as all other imports.
                from local.commands import report

                return report(state, arguments.file)
            case _:
                return down(state)
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
        help="folder that the stack lives in (default: %(default)s)",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True)
    up_command = commands.add_parser("up", help="bring the whole system up on this machine")
    up_command.add_argument("--detach", action="store_true", help="return once everything answers")
    up_command.add_argument("--no-demo-data", action="store_true", help="leave the table empty")
    up_command.add_argument("--no-dashboard", action="store_true", help="leave the dashboard out")
    commands.add_parser("outputs", help="print the running stack's outputs as JSON")
    report_command = commands.add_parser(
        "report", help="let one more file get stuck in the demo's folders, and report them as the script does"
    )
    report_command.add_argument(
        "file", type=_existing_file, nargs="?", help="post this as it is, instead of what is stuck"
    )
    commands.add_parser("down", help="stop the running stack")
    return parser


if __name__ == "__main__":
    sys.exit(main())
