"""What owners of a stack do to it, real or local: `file-sla COMMAND`."""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Final

from rich.markup import escape

from ops import check_preview, cost, export, forget, incidents, owners, restore, rotate_secret, users
from ops.command import EXITS, Call, CommandResult, Exit, SafeConsole, add_shared_options, screen
from ops.doctor import command as doctor
from ops.stack import FAILURES, Stack, describe

_FILES: Final = (
    check_preview, cost, doctor, export, forget, incidents, owners, restore, rotate_secret, users,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; returns the exit code."""
    given = _parser().parse_args(arguments, argparse.Namespace(outputs=None, json=False, needs_stack=True))
    try:
        stack = Stack.read(given.outputs) if given.needs_stack else Stack()
        answer: CommandResult = given.run(Call(stack, given))
    except KeyboardInterrupt:
        return _fail(f"Stopped. {given.interrupted}".strip(), Exit.INTERRUPTED, as_json=given.json)
    except FAILURES as error:
        return _fail(describe(error), Exit.FAILED, as_json=given.json)
    if given.json:
        _print_json(answer.document)
    else:
        SafeConsole(highlight=False).print(answer.shown, soft_wrap=isinstance(answer.shown, str))
    return answer.exit_code


def _fail(problem: str, code: Exit, *, as_json: bool) -> int:
    if as_json:
        _print_json({"error": problem})
    screen.print(f"[red]✗[/red] {escape(problem)}", soft_wrap=True)
    return code


def _print_json(document: object) -> None:
    text = json.dumps(document, ensure_ascii=False, indent=2)
    # Valid JSON as well, and nothing in it commands a terminal.
    print("".join(one if one.isprintable() or one == "\n" else json.dumps(one)[1:-1] for one in text))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="file-sla", description="What owners of a stack do to it, real or local.", epilog=EXITS
    )
    add_shared_options(parser)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for file in _FILES:
        file.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
