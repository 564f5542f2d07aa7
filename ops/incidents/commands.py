"""`python -m ops incidents rebuild | list`."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from contract.moments import format_moment
from contract.names import PROJECTION, Output
from ops.command import Answer, Call, Exit, add_command, add_group
from ops.incidents.finding import Finder, Found
from ops.incidents.listing import LiveIncident, list_live
from ops.incidents.rebuilding import Rebuild, Rebuilt
from ops.progress import show_progress
from ops.stack import Stack

if TYPE_CHECKING:
    from ops.command import Commands


def add(commands: "Commands") -> None:
    """Declares them."""
    group = add_group(commands, "incidents", help="senders and their incidents")
    command = add_command(
        group, "rebuild", rebuild,
        help="fold senders anew from the runs that are kept, while the service goes on",
        interrupted="The service goes on: its next sweep folds what is marked.",
    )  # fmt: skip
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--sender", metavar="NAME", help="one: <user name>, <user name>/<run.sender>, or its key"
    )
    which.add_argument("--all", action="store_true", help="every sender of which a run is kept")
    command.add_argument("--no-wait", action="store_true", help="only mark them")
    add_command(group, "list", list_incidents, help="print the incidents that are open or unknown")


def rebuild(call: Call) -> Answer:
    """Has one sender, or all, folded anew from the runs that are kept.

    Raises:
        UnknownSenderError: no run of that sender is kept.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    stack, sender = call.stack, call.given.sender
    client = stack.client("dynamodb")
    with show_progress() as progress:
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
        done = None if call.given.no_wait else rebuilding.wait(senders)
    if done is None:
        return Answer(
            {"marked": [found.name for found in senders]},
            f"Marked: {_count(len(senders), 'sender')}. The next sweep folds them, within a minute.",
        )
    return _tell(done, stack)


def list_incidents(call: Call) -> Answer:
    """What is open or unknown.

    Raises:
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    found = list_live(call.stack.client("dynamodb"), call.stack[Output.INCIDENTS_TABLE_NAME])
    table = Table()
    table.add_column("in breach since, UTC", no_wrap=True)
    for header in ("status", "sender", "folder"):
        table.add_column(header, overflow="fold")
    table.add_column("files", justify="right", no_wrap=True)
    for one in found:
        since = f"{one.breached_since:%Y-%m-%d %H:%M}"
        table.add_row(since, one.told_status, escape(one.sender), escape(one.folder), f"{one.files:,}")
    return Answer([_document(one) for one in found], table if found else "Nothing is open.")


def _document(one: LiveIncident) -> dict[str, object]:
    return {**asdict(one), "breached_since": format_moment(one.breached_since)}


def _tell(done: Rebuilt, stack: Stack) -> Answer:
    lines = [f"Folded anew: {_count(len(done.folded), 'sender')} with {_count(done.incidents, 'incident')}."]
    if done.lacks_parts:
        lines.append(f"Parts of a run may still come, within ten minutes: {_names(done.lacks_parts)}")
    if done.failed:
        log = f"/aws/lambda/{stack[Output.METRICS_NAMESPACE]}-{PROJECTION}"
        lines += [
            f"[red]✗[/red] Could not be folded: {_names(done.failed)}",
            f"  Why is in the log {log}. They are tried again every 15 minutes.",
        ]
    if done.waiting:
        lines += [
            f"[red]✗[/red] No sweep has come to: {_names(done.waiting)}",
            "  The marks stay. See the runbook, projection behind.",
        ]
    document = {
        "incidents": done.incidents,
        **{
            what: [found.name for found in getattr(done, what)]
            for what in ("folded", "lacks_parts", "failed", "waiting")
        },
    }
    return Answer(document, "\n".join(lines), Exit.FAILED if done.failed or done.waiting else Exit.DONE)


def _names(senders: Sequence[Found]) -> str:
    return escape(", ".join(sender.name for sender in senders))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"
