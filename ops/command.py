"""What every command shares: how it is declared, what it is given, what it returns, and its progress.

A command is a function that takes a `Call` and returns a `CommandResult`, or raises one of `FAILURES`. `add`
in its file declares it. `ops/__main__.py` lists the files, runs the command, and prints what came of it.
"""

import argparse
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from rich.console import Console, ConsoleOptions, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.segment import Segment
from rich.table import Table

from contract.names import OUTPUTS_VARIABLE
from contract.text import reveal_inside
from ops.stack import LOCAL_OUTPUTS, Stack

if TYPE_CHECKING:
    from argparse import _SubParsersAction

Commands: TypeAlias = "_SubParsersAction[argparse.ArgumentParser]"
"""Those of the program, or of a group."""


class Exit(IntEnum):
    """Exit codes; argparse itself ends with 2."""

    DONE = 0
    FAILED = 1
    INTERRUPTED = 130


EXITS: Final = "Exit codes: 0 done; 1 refused, or not all of it done; 2 wrong usage; 130 interrupted."


@dataclass(frozen=True)
class Call:
    """A command as it was given: the stack that it is about, and its own arguments."""

    stack: Stack
    given: argparse.Namespace


@dataclass(frozen=True)
class CommandResult:
    """What a command did or found."""

    document: Any
    """For `--json`: what `json.dumps` takes."""
    shown: RenderableType
    """For people. Text is rich's markup: escape what comes from elsewhere."""
    exit_code: Exit = Exit.DONE


Run = Callable[[Call], CommandResult]


def add_command(
    commands: Commands,
    name: str,
    run: Run,
    text: str,
    *,
    description: str = "",
    interrupted: str = "",
    needs_stack: bool = True,
) -> argparse.ArgumentParser:
    """Declares a command, and returns its parser; `interrupted` says what Ctrl-C leaves behind."""
    added = commands.add_parser(name, help=text, description=description or text, epilog=EXITS)
    add_shared_options(added)
    added.set_defaults(run=run, interrupted=interrupted, needs_stack=needs_stack)
    return added


def add_group(commands: Commands, name: str, text: str) -> Commands:
    """Declares a group of commands, and returns where they are added."""
    group = commands.add_parser(name, help=text, description=text, epilog=EXITS)
    return group.add_subparsers(required=True, metavar="COMMAND")


def new_table(*headers: str, right: Sequence[str] = (), **more: Any) -> Table:
    """A table whose columns wrap, but for those of numbers (`right`) and dates."""
    table = Table(**more)
    for header in headers:
        numbers = header in right
        table.add_column(
            header, justify="right" if numbers else "left", overflow="fold",
            no_wrap=numbers or header.endswith("UTC"),
        )  # fmt: skip
    return table


def add_shared_options(parser: argparse.ArgumentParser) -> None:
    """The options that may stand before and after a command. Unless they are given they set nothing."""
    parser.add_argument(
        "--outputs", type=Path, metavar="FILE", default=argparse.SUPPRESS,
        help="the stack's outputs, as `pulumi stack output --json` prints them "
        f"(default: what {OUTPUTS_VARIABLE} names, else {LOCAL_OUTPUTS})",
    )  # fmt: skip
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS,
        help="print one JSON document, and nothing else, on standard output",
    )  # fmt: skip


class SafeConsole(Console):
    """A console that shows the characters of data, and lets none of them command the terminal.

    Names come from anybody's files: an escape character in one may set the clipboard or rename the window.
    """

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What rich makes of it, with every unseen character of a text as its number."""
        for segment in super().render(renderable, options):
            text = "\n".join(map(reveal_inside, segment.text.split("\n")))
            yield segment if segment.control else segment._replace(text=text)


screen: Final = SafeConsole(stderr=True, highlight=False)
"""Progress, and what went wrong."""


OnProgress = Callable[[str, int, int | None], None]
"""Called with a step, how much of it is done, and of how much; None while that is unknown."""


@contextmanager
def show_progress() -> Iterator[OnProgress]:
    """A line for each step, with how far it is, on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, of: int | None) -> None:
            if step not in tasks:
                tasks[step] = progress.add_task(step, total=of)
            progress.update(tasks[step], completed=done, total=of)

        yield show


def to_moment(text: str) -> datetime:
    """A moment, in UTC unless it has an offset; for argparse."""
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (OverflowError, ValueError):
        raise argparse.ArgumentTypeError(
            f"{text} is no time; write it as 2026-11-01 or 2026-11-01T08:00+01:00"
        ) from None
