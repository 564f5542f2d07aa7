"""What `python -m ops.incidents` does, a command a function; each returns the exit code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Table

from contract.names import PROJECTION
from contract.outputs import Output
from ops.incidents.finding import Finder, Found
from ops.incidents.listing import list_live
from ops.incidents.rebuilding import OnProgress, Rebuild, Rebuilt
from ops.stack import Stack

console = Console(stderr=True, highlight=False)


def rebuild(stack: Stack, sender: str | None, *, wait: bool) -> int:
    """Has one sender, or all, folded anew from the runs that are kept.

    Raises:
        UnknownSenderError: no run of that sender is kept.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    client = stack.client("dynamodb")
    with _shown() as progress:
        rebuilding = Rebuild(
            client=client,
            senders_table=stack[Output.SENDERS_TABLE_NAME],
            incidents_table=stack[Output.INCIDENTS_TABLE_NAME],
            progress=progress,
        )
        finder = Finder(
            client=client,
            runs_table=stack[Output.RUNS_TABLE_NAME],
            senders_table=stack[Output.SENDERS_TABLE_NAME],
            seen=lambda runs: progress("Runs looked through", runs, None),
        )
        senders = finder.find(sender) if sender is not None else finder.find_all()
        rebuilding.mark(senders)
        done = rebuilding.wait(senders) if wait else None
    if done is None:
        console.print(
            f"Marked: {_count(len(senders), 'sender')}. The next sweep folds them, within a minute."
        )
        return 0
    return _say(done, stack)


def list_incidents(stack: Stack) -> int:
    """Prints what is open or unknown.

    Raises:
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    found = list_live(stack.client("dynamodb"), stack[Output.INCIDENTS_TABLE_NAME])
    table = Table()
    table.add_column("in breach since, UTC", no_wrap=True)
    for header in ("status", "sender", "folder"):
        table.add_column(header, overflow="fold")
    table.add_column("files", justify="right", no_wrap=True)
    for one in found:
        since = f"{one.breached_since:%Y-%m-%d %H:%M}"
        table.add_row(since, one.status, escape(one.sender), escape(one.folder), f"{one.files:,}")
    Console().print(table if found else "Nothing is open.")
    return 0


def _say(done: Rebuilt, stack: Stack) -> int:
    console.print(
        f"Folded anew: {_count(len(done.folded), 'sender')} with {_count(done.incidents, 'incident')}."
    )
    if done.lacks_parts:
        console.print(f"Parts of a run may still come, within ten minutes: {_names(done.lacks_parts)}")
    if done.failed:
        console.print(f"[red]✗[/red] Could not be folded: {_names(done.failed)}")
        log = f"/aws/lambda/{stack[Output.METRICS_NAMESPACE]}-{PROJECTION}"
        console.print(f"  Why is in the log {log}. They are tried again every 15 minutes.")
    if done.waiting:
        console.print(f"[red]✗[/red] No sweep has come to: {_names(done.waiting)}")
        console.print("  The marks stay. See the runbook, projection behind.")
    return 1 if done.failed or done.waiting else 0


def _names(senders: Sequence[Found]) -> str:
    return escape(", ".join(sender.name for sender in senders))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@contextmanager
def _shown() -> Iterator[OnProgress]:
    """A line for each step, with how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as progress:
        tasks: dict[str, TaskID] = {}

        def show(step: str, done: int, of: int | None) -> None:
            if step not in tasks:
                for before in tasks.values():
                    progress.stop_task(before)
                tasks[step] = progress.add_task(step, total=of)
            progress.update(tasks[step], completed=done, total=of)

        yield show
