"""`python -m ops incidents rebuild | list`."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape
from rich.table import Table

from contract.moments import format_moment, parse_moment
from contract.names import PROJECTION, Output
from contract.words import LIVE, IncidentStatus, SenderState
from ops.command import Call, CommandResult, Exit, OnProgress, add_command, add_group, show_progress
from ops.stack import Item, OpsError, batch_get, query
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.runs import RunAttribute
from store.senders import OWN_PART, RETRY_REPLAY, SenderAttribute, SenderIndex, next_check_shard

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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
    client, senders_table = stack.client("dynamodb"), stack[Output.SENDERS_TABLE_NAME]
    with show_progress() as progress:
        replay = Rebuild(
            client=client,
            senders_table=senders_table,
            incidents_table=stack[Output.INCIDENTS_TABLE_NAME],
            progress=progress,
        )
        finder = Finder(
            client=client,
            runs_table=stack[Output.RUNS_TABLE_NAME],
            senders_table=senders_table,
            seen=lambda runs: progress("Runs read", runs, None),
        )
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
        client: may query and scan the tables.
        runs_table: the table FileSlaRuns, which knows every sender.
        senders_table: the table FileSlaSenders, which knows most, and quickly.
        seen: called with the number of runs that were read.
    """

    client: "DynamoDBClient"
    runs_table: str
    senders_table: str
    seen: Callable[[int], None]

    def find_all(self) -> list[Found]:
        """Every sender of which a run is kept, by name. Reads the whole table of runs."""
        names: dict[str, str] = {}
        read = 0
        for page in self.client.get_paginator("scan").paginate(
            TableName=self.runs_table,
            ProjectionExpression="#sender, #name",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER, "#name": RunAttribute.SENDER_NAME},
        ):
            for item in page["Items"]:
                # A sender's runs come in order, so its latest name stays.
                key = item[RunAttribute.SENDER]["S"]
                names[key] = item.get(RunAttribute.SENDER_NAME, {}).get("S", key)
            read += page["Count"]
            self.seen(read)
        return sorted(Found(name, key) for key, name in names.items())

    def find(self, text: str) -> list[Found]:
        """The senders with this key, or else with this name, in whatever case.

        Raises:
            UnknownSenderError: there is none.
        """
        for key in dict.fromkeys((text, text.lower())):
            if next(query(self.client, self.runs_table, {RunAttribute.SENDER: key}, Limit=1), None):
                return [Found(text, key)]
        for senders in (set(self._list_known()), self.find_all()):
            if same := sorted(one for one in senders if one.name.casefold() == text.casefold()):
                return same
        raise UnknownSenderError(f"No run of a sender {text} is kept.")

    def _list_known(self) -> Iterator[Found]:
        for state in SenderState:
            for item in query(
                self.client, self.senders_table, {SenderAttribute.STATE: state}, index=SenderIndex.STATE,
                only=(SenderAttribute.SENDER, SenderAttribute.SENDER_NAME),
            ):  # fmt: skip
                key = item[SenderAttribute.SENDER]["S"]
                yield Found(item.get(SenderAttribute.SENDER_NAME, {}).get("S", key), key)


class Mark(Enum):
    """What became of a sender's mark for a replay."""

    WAITING = auto()
    """No sweep has replayed the sender yet."""
    REPLAYED = auto()
    LACKS_PARTS = auto()
    """Replayed, but parts of a run may still come; the sweep replays it once more by itself."""
    FAILED = auto()
    """The sweep could not replay it, and tries again by itself."""


@dataclass(frozen=True)
class Marks:
    """The marks for a replay in the table FileSlaSenders.

    Attributes:
        client: may update and read its items.
        senders_table: its name.
    """

    client: "DynamoDBClient"
    senders_table: str

    def put(self, sender: str, now: datetime) -> None:
        """Has the next sweep replay a sender, by its key."""
        self.client.update_item(
            TableName=self.senders_table,
            Key=_own_key(sender),
            # Another revision: whoever is at work on the sender starts again, and sees the mark.
            UpdateExpression="SET #in = :in, #at = :now, #since = :now ADD #revision :one",
            ExpressionAttributeNames={
                "#in": SenderAttribute.NEXT_CHECK_SHARD,
                "#at": SenderAttribute.NEXT_CHECK_AT,
                "#since": SenderAttribute.REPLAY_SINCE,
                "#revision": SenderAttribute.REVISION,
            },
            ExpressionAttributeValues={
                ":in": {"S": next_check_shard(sender)},
                ":now": {"S": format_moment(now)},
                ":one": {"N": "1"},
            },
        )

    def read(self, senders: Collection[str], now: datetime) -> dict[str, Mark]:
        """What became of the marks of these senders. A sender whose item is gone has no mark left."""
        items = {
            item[SenderAttribute.SENDER]["S"]: item
            for item in batch_get(
                self.client, self.senders_table, map(_own_key, senders),
                only=(SenderAttribute.SENDER, SenderAttribute.NEXT_CHECK_AT, SenderAttribute.REPLAY_SINCE),
            )
        }  # fmt: skip
        return {sender: _judge(items.get(sender, {}), now) for sender in senders}


def _own_key(sender: str) -> dict[str, Any]:
    return {SenderAttribute.SENDER: {"S": sender}, SenderAttribute.PART: {"S": OWN_PART}}


def _judge(item: Item, now: datetime) -> Mark:
    if SenderAttribute.REPLAY_SINCE not in item:
        return Mark.REPLAYED
    wait = parse_moment(item[SenderAttribute.NEXT_CHECK_AT]["S"]) - now
    # A mark is due at once. The sweep puts off longest what failed; parts may come for ten minutes.
    if wait > RETRY_REPLAY - _CLOCK_ERROR:
        return Mark.FAILED
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
        client: may update and read the senders, and query the incidents.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
        progress: called with how far it is.
        clock: the time; tests pass their own.
        sleep: waits the given seconds; tests pass their own.
    """

    client: "DynamoDBClient"
    senders_table: str
    incidents_table: str
    progress: OnProgress
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    def mark(self, senders: Sequence[Found]) -> None:
        """Marks senders for the next sweep."""
        for done, sender in enumerate(senders, start=1):
            Marks(self.client, self.senders_table).put(sender.key, self.clock())
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
        replayed = sorted([*_pick(marks, Mark.REPLAYED), *lacks_parts])
        return Rebuilt(
            replayed=replayed,
            incidents=self._count_incidents(replayed),
            lacks_parts=lacks_parts,
            failed=_pick(marks, Mark.FAILED),
            waiting=waiting,
        )

    def _read_marks(self, senders: Sequence[Found]) -> dict[Found, Mark]:
        marks = Marks(self.client, self.senders_table).read([sender.key for sender in senders], self.clock())
        return {sender: marks[sender.key] for sender in senders}

    def _count_incidents(self, senders: Sequence[Found]) -> int:
        count = 0
        for done, sender in enumerate(senders, start=1):
            for page in self.client.get_paginator("query").paginate(
                TableName=self.incidents_table,
                Select="COUNT",
                KeyConditionExpression="#sender = :sender",
                ExpressionAttributeNames={"#sender": IncidentAttribute.SENDER},
                ExpressionAttributeValues={":sender": {"S": sender.key}},
            ):
                count += page["Count"]
            self.progress("Counting", done, len(senders))
        return count


def _pick(marks: Mapping[Found, Mark], wanted: Mark) -> list[Found]:
    return sorted(sender for sender, mark in marks.items() if mark is wanted)


def _describe(done: Rebuilt, log: str) -> CommandResult:
    lines = [f"Replayed: {_count(len(done.replayed), 'sender')} with {_count(done.incidents, 'incident')}."]
    if done.lacks_parts:
        lines.append(f"Parts of a run may still come, within ten minutes: {_names(done.lacks_parts)}")
    if done.failed:
        lines += [
            f"[red]✗[/red] Could not be replayed: {_names(done.failed)}",
            f"  The log {log} says why. The sweep tries again every 15 minutes.",
        ]
    if done.waiting:
        lines += [
            f"[red]✗[/red] No sweep has come to: {_names(done.waiting)}",
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


def _names(senders: Sequence[Found]) -> str:
    return escape(", ".join(sender.name for sender in senders))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}" if number == 1 else f"{number:,} {what}s"


@dataclass(frozen=True)
class LiveIncident:
    """An incident that is open or unknown, as a line of the list shows it."""

    breached_since: datetime
    status: str
    reason: str | None
    """Why it is unknown."""
    sender: str
    folder: str
    files: int


def list_incidents(call: Call) -> CommandResult:
    """Lists what is open or unknown.

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
        status = f"{one.status}, {one.reason}" if one.reason else one.status
        since = f"{one.breached_since:%Y-%m-%d %H:%M}"
        table.add_row(since, status, escape(one.sender), escape(one.folder), f"{one.files:,}")
    document = [{**asdict(one), "breached_since": format_moment(one.breached_since)} for one in found]
    return CommandResult(document, table if found else "Nothing is open.")


def list_live(client: "DynamoDBClient", incidents_table: str) -> list[LiveIncident]:
    """All incidents that are open or unknown, the longest in breach first."""
    found = [
        _read_live(item)
        for status in LIVE
        for partition in list_live_partitions(status)
        for item in query(
            client, incidents_table, {IncidentAttribute.LIVE_SHARD: partition}, index=IncidentIndex.LIVE
        )
    ]
    return sorted(found, key=attrgetter("breached_since", "sender", "folder"))


def _read_live(item: Item) -> LiveIncident:
    status, reason = item[IncidentAttribute.STATUS]["S"], item.get(IncidentAttribute.REASON)
    return LiveIncident(
        breached_since=parse_moment(item[IncidentAttribute.BREACHED_SINCE]["S"]),
        status=status,
        reason=reason["S"] if reason and status == IncidentStatus.UNKNOWN else None,
        sender=item[IncidentAttribute.SENDER_NAME]["S"],
        folder=item[IncidentAttribute.FOLDER]["S"],
        files=int(item[IncidentAttribute.FILE_COUNT]["N"]),
    )
