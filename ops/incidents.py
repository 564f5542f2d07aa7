"""`file-sla incidents rebuild | list`."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from operator import attrgetter
from typing import TYPE_CHECKING, Final, Self

from rich.markup import escape
from rich.table import Table

from contract.moments import Clock, format_moment, utc_now
from contract.names import PROJECTION, Output
from contract.words import IncidentStatus
from ops.command import Call, CommandResult, Exit, OnProgress, add_command, add_group, show_progress
from ops.stack import OpsError, Stack
from store.dynamodb import Reader
from store.incidents import IncidentTable
from store.runs import RunTable
from store.senders import RETRY_REPLAY, NextCheck, SenderTable

if TYPE_CHECKING:
    from ops.command import Commands

STALLED_AFTER: Final = timedelta(minutes=5)
"""A sweep takes no longer than this (the function's timeout), and one begins every minute."""
_POLL_SECONDS: Final = 2.0
_CLOCK_ERROR: Final = timedelta(minutes=2)
"""By how much this machine's clock may be wrong."""


def add(commands: "Commands") -> None:
    """Declares the commands."""
    group = add_group(commands, "incidents", help="senders and their incidents")
    command = add_command(
        group, "rebuild", rebuild,
        help="replay senders from the runs that are kept, while the service goes on",
        interrupted="The service goes on: its next sweep replays the senders that are marked.",
    )  # fmt: skip
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument(
        "--sender", metavar="NAME", help="one: <user name>, <user name>/<run.sender>, or its key"
    )
    which.add_argument("--all", action="store_true", help="every sender of which a run is kept")
    command.add_argument("--no-wait", action="store_true", help="only mark them")
    add_command(group, "list", list_incidents, help="print the incidents that are open or unknown")


def rebuild(call: Call) -> CommandResult:
    """Has the sweep replay one sender, or all, from the runs that are kept.

    Raises:
        UnknownSenderError: no run of that sender is kept.
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    stack, name = call.stack, call.given.sender
    with show_progress() as progress:
        finder = Finder.of(stack, lambda runs: progress("Runs read", runs, None))
        replay = Rebuild(senders=finder.senders, incidents=_open_incidents(stack), progress=progress)
        senders = finder.find(name) if name is not None else finder.find_all()
        replay.mark(senders)
        if call.given.no_wait:
            return CommandResult(
                {"marked": [sender.name for sender in senders]},
                f"Marked: {_count(len(senders), 'sender')}. The next sweep, within a minute, replays them.",
            )
        done = replay.wait(senders)
    return _describe(done, f"/aws/lambda/{stack[Output.METRICS_NAMESPACE]}-{PROJECTION}")


@dataclass(frozen=True, order=True)
class Found:
    """A sender."""

    name: str
    key: str


class UnknownSenderError(OpsError):
    """There is no sender of this name."""


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Finds senders by name.

    Attributes:
        runs: the table FileSlaRuns, which knows every sender.
        senders: the table FileSlaSenders, which knows most, and quickly.
        seen: called with the number of runs that were read.
        clock: the time; tests pass their own.
    """

    runs: RunTable
    senders: SenderTable
    seen: Callable[[int], None]
    clock: Clock = utc_now

    @classmethod
    def of(cls, stack: Stack, seen: Callable[[int], None]) -> Self:
        """A finder of a stack's senders.

        Raises:
            OutputsError: an output is missing.
        """
        client = stack.client("dynamodb")
        return cls(
            runs=RunTable(Reader(client), stack[Output.RUNS_TABLE_NAME]),
            senders=SenderTable(Reader(client), stack[Output.SENDERS_TABLE_NAME]),
            seen=seen,
        )

    def find_all(self) -> list[Found]:
        """Every sender of which a run is kept, by name. Reads the whole table of runs."""
        return sorted(Found(name, key) for key, name in self.runs.scan_senders(self.seen).items())

    def find(self, text: str) -> list[Found]:
        """The senders with this key, or else with this name, in whatever case.

        Raises:
            UnknownSenderError: there is none.
        """
        for key in dict.fromkeys((text, text.lower())):
            if self.runs.has_any(key):
                return [Found(text, key)]
        known = {Found(one.name or one.key, one.key) for one in self.senders.list_all().senders}
        for senders in (known, self.find_all()):
            if same := sorted(one for one in senders if one.name.casefold() == text.casefold()):
                return same
        raise UnknownSenderError(f"No run of a sender {text} is kept.")


class Mark(Enum):
    """What became of a sender's mark for a replay."""

    WAITING = auto()
    """No sweep has replayed the sender yet."""
    REPLAYED = auto()
    LACKS_PARTS = auto()
    """Replayed, but parts of a run may still come; the sweep replays it once more by itself."""
    FAILED = auto()
    """The sweep could not replay it, and tries again by itself."""


def _judge(check: NextCheck | None, now: datetime) -> Mark:
    # A sender whose item is gone has no mark left.
    if check is None or check.replay_since is None or check.at is None:
        return Mark.REPLAYED
    if check.set_aside_at is not None:
        return Mark.FAILED
    wait = check.at - now
    # A mark is due at once. The sweep puts off longest what failed; parts may come for ten minutes.
    if wait > RETRY_REPLAY - _CLOCK_ERROR:
        return Mark.FAILED
    if check.attempts:  # a sweep is at it
        return Mark.WAITING
    return Mark.LACKS_PARTS if wait > _CLOCK_ERROR else Mark.WAITING


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What became of a rebuild."""

    replayed: Sequence[Found]
    incidents: int
    """Of the senders that were replayed."""
    lacks_parts: Sequence[Found] = ()
    """Those of them that the sweep will replay once more by itself."""
    failed: Sequence[Found] = ()
    waiting: Sequence[Found] = ()
    """No sweep has come to these, and none seems to come."""


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """Marks senders, and waits for the sweep to replay them.

    Attributes:
        senders: the table FileSlaSenders.
        incidents: the table FileSlaIncidents.
        progress: called with how far it is.
        clock: the time; tests pass their own.
        sleep: waits the given seconds; tests pass their own.
    """

    senders: SenderTable
    incidents: IncidentTable
    progress: OnProgress
    clock: Clock = utc_now
    sleep: Callable[[float], None] = time.sleep

    def mark(self, senders: Sequence[Found]) -> None:
        """Marks senders for the next sweep."""
        for done, sender in enumerate(senders, start=1):
            self.senders.mark_for_replay(sender.key, self.clock())
            self.progress("Marking", done, len(senders))

    def wait(self, senders: Sequence[Found]) -> Rebuilt:
        """Returns once the sweep has replayed all of them, or failed to, or has not moved for minutes."""
        marks, moved_at = self._read_marks(senders), self.clock()
        while waiting := _pick(marks, Mark.WAITING):
            self.progress("Replaying", len(senders) - len(waiting), len(senders))
            if self.clock() - moved_at > STALLED_AFTER:
                break
            self.sleep(_POLL_SECONDS)
            latest = self._read_marks(senders)
            if latest != marks:
                marks, moved_at = latest, self.clock()
        self.progress("Replaying", len(senders) - len(waiting), len(senders))
        lacks_parts = _pick(marks, Mark.LACKS_PARTS)
        replayed, incidents = sorted([*_pick(marks, Mark.REPLAYED), *lacks_parts]), 0
        for done, sender in enumerate(replayed, start=1):
            incidents += len(self.incidents.list_of(sender.key))
            self.progress("Counting", done, len(replayed))
        return Rebuilt(
            replayed=replayed,
            incidents=incidents,
            lacks_parts=lacks_parts,
            failed=_pick(marks, Mark.FAILED),
            waiting=waiting,
        )

    def _read_marks(self, senders: Sequence[Found]) -> dict[Found, Mark]:
        checks, now = self.senders.read_next_checks([sender.key for sender in senders]), self.clock()
        return {sender: _judge(checks.get(sender.key), now) for sender in senders}


def _pick(marks: Mapping[Found, Mark], wanted: Mark) -> list[Found]:
    return sorted(sender for sender, mark in marks.items() if mark is wanted)


def _describe(done: Rebuilt, log: str) -> CommandResult:
    lines = [f"Replayed: {_count(len(done.replayed), 'sender')} with {_count(done.incidents, 'incident')}."]
    if done.lacks_parts:
        lines.append(f"Parts of a run may still come, within ten minutes: {describe_names(done.lacks_parts)}")
    if done.failed:
        lines += [
            f"[red]✗[/red] Could not be replayed: {describe_names(done.failed)}",
            f"  The log {log} says why. The sweep tries again every 15 minutes.",
        ]
    if done.waiting:
        lines += [
            f"[red]✗[/red] No sweep has come to: {describe_names(done.waiting)}",
            "  The marks stay. See the runbook, projection behind.",
        ]
    document = {
        "incidents": done.incidents,
        **{
            what: [sender.name for sender in getattr(done, what)]
            for what in ("replayed", "lacks_parts", "failed", "waiting")
        },
    }
    return CommandResult(
        document, "\n".join(lines), Exit.FAILED if done.failed or done.waiting else Exit.DONE
    )


def describe_names(senders: Sequence[Found]) -> str:
    """Their names, as rich's markup."""
    return escape(", ".join(sender.name for sender in senders))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


def list_incidents(call: Call) -> CommandResult:
    """Lists what is open or unknown, the longest in breach first.

    Raises:
        OutputsError: an output is missing.
        botocore.exceptions.ClientError: AWS refused.
    """
    live = _open_incidents(call.stack).list_live()
    live.sort(key=attrgetter("breached_since", "sender_name", "folder"))
    table = Table()
    table.add_column("in breach since, UTC", no_wrap=True)
    for header in ("status", "owner", "sender", "folder"):
        table.add_column(header, overflow="fold")
    table.add_column("files", justify="right", no_wrap=True)
    document = []
    for one in live:
        reason = one.reason if one.status is IncidentStatus.UNKNOWN else None
        status = f"{one.status}, {reason}" if reason else one.status
        since = f"{one.breached_since:%Y-%m-%d %H:%M}"
        names = map(escape, (one.owner or "", one.sender_name, one.folder))
        table.add_row(since, status, *names, f"{one.file_count:,}")
        document.append(
            {
                "breached_since": format_moment(one.breached_since),
                "status": one.status,
                "reason": reason,
                "owner": one.owner,
                "sender": one.sender_name,
                "folder": one.folder,
                "files": one.file_count,
            }
        )
    return CommandResult(document, table if live else "Nothing is open.")


def _open_incidents(stack: Stack) -> IncidentTable:
    return IncidentTable(Reader(stack.client("dynamodb")), stack[Output.INCIDENTS_TABLE_NAME])
