"""How far a command is, on standard error, so that results alone are on standard output."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

screen: Final = Console(stderr=True, highlight=False)
"""What is said on the way, and what went wrong."""


class OnProgress(Protocol):
    """Told how far a step is."""

    def __call__(self, step: str, done: int, of: int | None) -> None:
        """`of` is None as long as nobody knows."""


@contextmanager
def show_progress() -> Iterator[OnProgress]:
    """A line for each step, with how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=screen) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, of: int | None) -> None:
            if step not in tasks:
                for before in tasks.values():
                    progress.stop_task(before)
                tasks[step] = progress.add_task(step, total=of)
            progress.update(tasks[step], completed=done, total=of)

        yield show
