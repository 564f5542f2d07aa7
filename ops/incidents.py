"""`python -m ops incidents rebuild | list`."""

import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final

from rich.markup import escape
from rich.table import Table

from contract.moments import format_moment, parse_moment
from contract.names import PROJECTION, Output
from contract.words import LIVE, IncidentStatus, SenderState
from ops.command import Answer, Call, Exit, OnProgress, add_command, add_group, show_progress
from ops.stack import OpsError, Stack
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.runs import RunAttribute
from store.senders import OWN_PART, RETRY_FOLD, SenderAttribute, SenderIndex, wake_shard

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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


@dataclass(frozen=True, order=True)
class Found:
    """A sender."""

    name: str
    key: str


class Mark(Enum):
    """What became of a mark."""

    WAITING = auto()
    """No sweep has folded the sender yet."""
    FOLDED = auto()
    LACKS_PARTS = auto()
    """It is folded, but for a run of which parts may still come; it will be folded again by itself."""
    FAILED = auto()
    """The sweep could not fold it, and tries again by itself."""


@dataclass(frozen=True)
class Marks:
    """Marks in the table FileSlaSenders.

    Attributes:
        client: may update and read its items.
        senders_table: its name.
    """

    client: "DynamoDBClient"
    senders_table: str

    def put(self, sender: str, now: datetime) -> None:
        """Has a sender, by its key, folded anew by the next sweep."""
        self.client.update_item(
            TableName=self.senders_table,
            Key=_own_key(sender),
            # Whoever is at work on the sender starts again, and sees the mark.
            UpdateExpression="SET #in = :in, #at = :now, #since = :now ADD #revision :one",
            ExpressionAttributeNames={
                "#in": SenderAttribute.WAKES_IN,
                "#at": SenderAttribute.WAKES_AT,
                "#since": SenderAttribute.FOLD_SINCE,
                "#revision": SenderAttribute.REVISION,
            },
            ExpressionAttributeValues={
                ":in": {"S": wake_shard(sender)},
                ":now": {"S": format_moment(now)},
                ":one": {"N": "1"},
            },
        )

    def read(self, senders: Collection[str], now: datetime) -> dict[str, Mark]:
        """What became of the marks of these senders. One whose item is gone has none any more."""
        items = {item[SenderAttribute.SENDER]["S"]: item for item in self._read_items(senders)}
        return {sender: _judge(items.get(sender, {}), now) for sender in senders}

    def _read_items(self, senders: Collection[str]) -> Iterator[Mapping[str, Any]]:
        waiting = iter(senders)
        while part := list(islice(waiting, _KEYS_AT_ONCE)):
            asked: Any = {
                self.senders_table: {
                    "Keys": [_own_key(sender) for sender in part],
                    "ConsistentRead": True,
                    "ProjectionExpression": "#sender, #at, #since",
                    "ExpressionAttributeNames": {
                        "#sender": SenderAttribute.SENDER,
                        "#at": SenderAttribute.WAKES_AT,
                        "#since": SenderAttribute.FOLD_SINCE,
                    },
                }
            }
            while asked:
                answer = self.client.batch_get_item(RequestItems=asked)
                yield from answer["Responses"].get(self.senders_table, ())
                asked = answer.get("UnprocessedKeys")


def _judge(item: Mapping[str, Any], now: datetime) -> Mark:
    if SenderAttribute.FOLD_SINCE not in item:
        return Mark.FOLDED
    wait = parse_moment(item[SenderAttribute.WAKES_AT]["S"]) - now
    # A mark is due at once. What is put off longest is what failed; parts may come for ten minutes.
    if wait > RETRY_FOLD - _CLOCKS:
        return Mark.FAILED
    return Mark.LACKS_PARTS if wait > _CLOCKS else Mark.WAITING


def _own_key(sender: str) -> dict[str, Any]:
    return {SenderAttribute.SENDER: {"S": sender}, SenderAttribute.PART: {"S": OWN_PART}}


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


@dataclass(frozen=True)
class LiveIncident:
    """What a line says of one."""

    breached_since: datetime
    status: str
    reason: str | None
    """Why it is unknown, where it is."""
    sender: str
    folder: str
    files: int

    @property
    def told_status(self) -> str:
        """The status, with the reason where there is one."""
        return f"{self.status}, {self.reason}" if self.reason else self.status


def list_live(client: "DynamoDBClient", incidents_table: str) -> list[LiveIncident]:
    """All that are open or unknown, the longest in breach first."""
    found = [
        _read(item)
        for status in LIVE
        for partition in list_live_partitions(status)
        for item in _query(client, incidents_table, partition)
    ]
    return sorted(found, key=attrgetter("breached_since", "sender", "folder"))


def _query(client: "DynamoDBClient", incidents_table: str, partition: str) -> Iterator[Mapping[str, Any]]:
    pages = client.get_paginator("query").paginate(
        TableName=incidents_table,
        IndexName=IncidentIndex.LIVE,
        KeyConditionExpression="#in = :partition",
        ExpressionAttributeNames={"#in": IncidentAttribute.LISTED_IN},
        ExpressionAttributeValues={":partition": {"S": partition}},
    )
    for page in pages:
        yield from page["Items"]


def _read(item: Mapping[str, Any]) -> LiveIncident:
    status, reason = item[IncidentAttribute.STATUS]["S"], item.get(IncidentAttribute.REASON)
    return LiveIncident(
        breached_since=parse_moment(item[IncidentAttribute.BREACHED_SINCE]["S"]),
        status=status,
        reason=reason["S"] if reason and status == IncidentStatus.UNKNOWN else None,
        sender=item[IncidentAttribute.SENDER_NAME]["S"],
        folder=item[IncidentAttribute.FOLDER]["S"],
        files=int(item[IncidentAttribute.FILE_COUNT]["N"]),
    )


STALLED_AFTER: Final = timedelta(minutes=5)
"""No sweep is longer than this (the function's timeout), and one begins every minute."""
_LOOK_SECONDS: Final = 2.0


@dataclass(frozen=True, kw_only=True)
class Rebuilt:
    """What became of a rebuild."""

    folded: Sequence[Found]
    incidents: int
    """Of the senders that are folded."""
    lacks_parts: Sequence[Found] = ()
    """Those of them that will be folded once more, by themselves."""
    failed: Sequence[Found] = ()
    waiting: Sequence[Found] = ()
    """Those that no sweep has come to, and none seems to come."""


@dataclass(frozen=True, kw_only=True)
class Rebuild:
    """Marks senders, and waits for the sweep.

    Attributes:
        client: may update and read the senders, and query the incidents.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
        progress: told how far it is.
        clock: the time; tests pass their own.
        sleep: waits the given seconds; tests pass their own.
    """

    client: "DynamoDBClient"
    senders_table: str
    incidents_table: str
    progress: OnProgress
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    @property
    def _marks(self) -> Marks:
        return Marks(self.client, self.senders_table)

    def mark(self, senders: Sequence[Found]) -> None:
        """Has senders folded anew, from the next sweep on."""
        for done, sender in enumerate(senders, start=1):
            self._marks.put(sender.key, self.clock())
            self.progress("Marking", done, len(senders))

    def wait(self, senders: Sequence[Found]) -> Rebuilt:
        """Returns once the sweep has folded all of them, or failed to, or has not moved for minutes."""
        marks, moved_at = self._look(senders), self.clock()
        while waiting := _pick(marks, Mark.WAITING):
            self.progress("Folding", len(senders) - len(waiting), len(senders))
            if self.clock() - moved_at > STALLED_AFTER:
                break
            self.sleep(_LOOK_SECONDS)
            looked = self._look(senders)
            if looked != marks:
                marks, moved_at = looked, self.clock()
        self.progress("Folding", len(senders) - len(waiting), len(senders))
        lacks_parts = _pick(marks, Mark.LACKS_PARTS)
        folded = sorted([*_pick(marks, Mark.FOLDED), *lacks_parts])
        return Rebuilt(
            folded=folded,
            incidents=self._count_incidents(folded),
            lacks_parts=lacks_parts,
            failed=_pick(marks, Mark.FAILED),
            waiting=waiting,
        )

    def _look(self, senders: Sequence[Found]) -> dict[Found, Mark]:
        marks = self._marks.read([sender.key for sender in senders], self.clock())
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


def _pick(marks: dict[Found, Mark], wanted: Mark) -> list[Found]:
    return sorted(sender for sender, mark in marks.items() if mark is wanted)


_KEYS_AT_ONCE: Final = 100
"""BatchGetItem's limit."""
_CLOCKS: Final = timedelta(minutes=2)
"""By how much this machine's clock may be off."""


class UnknownSenderError(OpsError):
    """No sender is called so."""


@dataclass(frozen=True, kw_only=True)
class Finder:
    """Looks for senders.

    Attributes:
        client: may query and scan the tables.
        runs_table: the table FileSlaRuns, which knows every sender.
        senders_table: the table FileSlaSenders, which knows most, and quickly.
        seen: told how many runs were looked through.
    """

    client: "DynamoDBClient"
    runs_table: str
    senders_table: str
    seen: Callable[[int], None]

    def find_all(self) -> list[Found]:
        """Every sender of which a run is kept, by name. It takes reading the whole table."""
        names: dict[str, str] = {}
        looked = 0
        for page in self.client.get_paginator("scan").paginate(
            TableName=self.runs_table,
            ProjectionExpression="#sender, #name",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER, "#name": RunAttribute.SENDER_NAME},
        ):
            for item in page["Items"]:
                key = item[RunAttribute.SENDER]["S"]
                # The name of its latest run: those of one sender come in order.
                names[key] = item.get(RunAttribute.SENDER_NAME, {}).get("S", key)
            looked += page["Count"]
            self.seen(looked)
        return sorted(Found(name, key) for key, name in names.items())

    def find(self, text: str) -> list[Found]:
        """The senders with this key, or else with this name, in whatever case.

        Raises:
            UnknownSenderError: there is none.
        """
        for key in dict.fromkeys((text, text.lower())):
            if self._has_runs(key):
                return [Found(text, key)]
        wanted = text.casefold()
        for found in (set(self._list_known()), self.find_all()):
            if same := sorted(one for one in found if one.name.casefold() == wanted):
                return same
        raise UnknownSenderError(f"No run of a sender that is called {text} is kept.")

    def _has_runs(self, key: str) -> bool:
        answer = self.client.query(
            TableName=self.runs_table,
            KeyConditionExpression="#sender = :sender",
            ExpressionAttributeNames={"#sender": RunAttribute.SENDER},
            ExpressionAttributeValues={":sender": {"S": key}},
            Limit=1,
        )
        return bool(answer["Items"])

    def _list_known(self) -> Iterator[Found]:
        for state in SenderState:
            for page in self.client.get_paginator("query").paginate(
                TableName=self.senders_table,
                IndexName=SenderIndex.STATE,
                KeyConditionExpression="#state = :state",
                ProjectionExpression="#sender, #name",
                ExpressionAttributeNames={
                    "#state": SenderAttribute.STATE,
                    "#sender": SenderAttribute.SENDER,
                    "#name": SenderAttribute.SENDER_NAME,
                },
                ExpressionAttributeValues={":state": {"S": state}},
            ):
                for item in page["Items"]:
                    key = item[SenderAttribute.SENDER]["S"]
                    yield Found(item.get(SenderAttribute.SENDER_NAME, {}).get("S", key), key)


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
