"""Senders and their incidents: `python -m ops.incidents rebuild | list`."""

import argparse
import sys
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
from rich.markup import escape

from contract.outputs import OUTPUTS_VARIABLE
from ops.incidents.commands import console, list_incidents, rebuild
from ops.incidents.finding import UnknownSenderError
from ops.stack import LOCAL_OUTPUTS, OutputsError, Stack

_INTERRUPTED = 130


def main(arguments: list[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    given = _parser().parse_args(arguments)
    try:
        stack = Stack.read(given.outputs)
        if given.command == "list":
            return list_incidents(stack)
        return rebuild(stack, given.sender, wait=not given.no_wait)
    except KeyboardInterrupt:
        console.print("Stopped. The service goes on: its next sweep folds what is marked.")
        return _INTERRUPTED
    except (OutputsError, UnknownSenderError) as error:
        problem = str(error)
    except NoCredentialsError:
        problem = "This machine has no AWS credentials. Sign in first, such as with: aws sso login"
    except ClientError as error:
        said = error.response["Error"]
        problem = f"AWS refused {error.operation_name}: {said.get('Code')}: {said.get('Message')}"
    except BotoCoreError as error:
        problem = f"AWS cannot be asked: {error}"
    console.print(f"[red]✗[/red] {escape(problem)}", soft_wrap=True)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ops.incidents", description="Senders and their incidents."
    )
    parser.add_argument(
        "--outputs", type=Path, metavar="FILE",
        help="the stack's outputs, as `pulumi stack output --json` prints them "
        f"(default: what {OUTPUTS_VARIABLE} names, else {LOCAL_OUTPUTS})",
    )  # fmt: skip
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "rebuild", help="fold senders anew from the runs that are kept, while the service goes on"
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--sender", metavar="NAME", help="one: <user name>, <user name>/<run.sender>, or its key"
    )
    which.add_argument("--all", action="store_true", help="every sender of which a run is kept")
    command.add_argument("--no-wait", action="store_true", help="only mark them")
    commands.add_parser("list", help="print the incidents that are open or unknown")
    return parser


if __name__ == "__main__":
    sys.exit(main())
