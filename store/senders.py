"""The table FileSlaSenders: all that is known of each sender, but for its incidents."""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique
from typing import Any, Final, NamedTuple, Self

from botocore.exceptions import ClientError

from contract.moments import format_moment
from contract.words import SENDER_SEPARATOR, SenderKind, SenderState
from store import dynamodb as db
from store.dynamodb import Item, Query, Values
from store.incidents import HistoryAttribute, HistoryEntry
from store.runs import Listing, RefusedField, Run, RunAttribute


@unique
class SenderAttribute(StrEnum):
    """Attributes of an item. Those from `STATE` on are of the sender's own item, whose part is `OWN_PART`.

    What is not said here is said at the field of `Sender`, `NextCheck` or `RefusedReport`.
    """

    SENDER = "Sender"
    """Partition key."""
    PART = "Part"
    """Sort key: `OWN_PART`, `REFUSED_PART`, or one of the prefixes and what it is of."""
    RULE_STATE = "RuleState"
    """What the rules know, as JSON: the projection's own, and nobody else's to read."""
    CHUNKS = "Chunks"
    """In how many items a list is stored."""
    REVISION = "Revision"
    """Counts the writes of the sender's own item: whoever writes says which one was read."""
    RECENT_RUNS = "RecentRuns"
    """RunIds of its last runs with their moments: what comes again is known again."""
    NEXT_CHECK_SHARD = "NextCheckShard"
    """Partition key of the index of next checks: one of `NEXT_CHECK_SHARDS`, or `SET_ASIDE_SHARD`."""
    NEXT_CHECK_AT = "NextCheckAt"
    REPLAY_SINCE = "ReplaySince"
    NEW_SENDERS = "NewSenders"
    """Of an account's item: a day, and the short ids of the senders that were new on it."""
    OVER_LIMIT = "OverLimit"
    """Of the item of all accounts: those with more live incidents than they may have."""
    REPLAY_ATTEMPTS = "ReplayAttempts"
    SET_ASIDE_AT = "SetAsideAt"

    STATE = "State"
    """One of `SenderState`; `REFUSED_STATE` on the item of a refused report."""
    STATE_SINCE = "StateSince"
    SENDER_NAME = "SenderName"
    KIND = "Kind"
    LAST_RUN_AT = "LastRunAt"
    LAST_ARRIVAL_AT = "LastArrivalAt"
    DUE_AT = "DueAt"
    INTERVAL_MINUTES = "IntervalMinutes"
    INTERVAL_FROM = "IntervalFrom"
    CLIENT = "Client"
    CLOCK_SKEW_SECONDS = "ClockSkewSeconds"
    REPORTED_BY = "ReportedBy"
    SOURCE_ADDRESS = "SourceAddress"
    ADDRESSES = "Addresses"
    SHARED = "Shared"
    AMBIGUOUS_SETS = "AmbiguousSets"
    WATCHED = "Watched"
    UNREADABLE = "Unreadable"
    UNREADABLE_FOLDERS = "UnreadableFolders"
    OPEN = "Open"
    UNKNOWN = "Unknown"
    SILENCES = "Silences"
    LOST_LETTERS = "LostLetters"

    REFUSED_AT = "RefusedAt"
    """From here on: attributes of the item `REFUSED_PART`, its last refused report."""
    PROBLEMS = "Problems"
    REQUEST_ID = "GatewayRequestId"


@unique
class SenderIndex(StrEnum):
    """Global secondary indexes."""

    STATE = "StateIndex"
    """Every sender by its state, with all that a page shows."""
    NEXT_CHECK = "NextCheckIndex"
    """Whom the sweep has to look at."""


_A: Final = SenderAttribute
OWN_PART: Final = "sender"
REFUSED_PART: Final = "refused"
LIST_PREFIX: Final = "list#"
SET_PREFIX: Final = "set#"
ACCOUNT_PART: Final = "account"
"""What is counted of an account, whose `sub` is the partition key."""
ALL_ACCOUNTS: Final = "accounts"
"""The partition key of what is known of all of them."""
CHECKPOINT_PREFIX: Final = "checkpoint#"
ACTION_PREFIX: Final = "action#"
"""Before the id of what a person did. Beside what the rules know, such an item shows attributes of
`store.incidents.HistoryAttribute`, and what was set."""
REFUSED_STATE: Final = "refused"
"""Under which the state index lists every sender's last refused report, its first run or not."""
NEXT_CHECK_SHARDS: Final = 4
"""Partitions of the index of next checks: each takes 1,000 writes a second (DynamoDB quotas)."""
SET_ASIDE_SHARD: Final = "aside"
REPLAY_ATTEMPTS: Final = 3
"""After so many replays that failed, or were killed, a sender is set aside."""
REPLAY_TIME: Final = timedelta(minutes=5)
"""When a replay that was begun counts as killed: no invocation of the sweep lasts longer."""
RETRY_REPLAY: Final = timedelta(minutes=15)
"""How long the sweep leaves a sender alone that it could not replay."""


# The state index includes what a page shows of many senders, and of their last refused reports. It leaves out
# the body, which changes at each run and is many times as large, and what is shown of one sender alone, whose
# items are read for that: an index may include 20 attributes.
_NOT_IN_STATE_INDEX: Final = {
    _A.STATE, _A.SENDER_NAME, _A.UNREADABLE_FOLDERS, _A.SILENCES, _A.PROBLEMS, _A.REQUEST_ID,
}  # fmt: skip
_SHOWN: Final = list(_A)[list(_A).index(_A.STATE) :]

SENDERS_TABLE: Final = db.TableSpec(
    name="FileSlaSenders",
    partition_key=_A.SENDER,
    sort_key=_A.PART,
    indexes=[
        db.IndexSpec(
            name=SenderIndex.STATE,
            partition_key=_A.STATE,
            sort_key=_A.SENDER_NAME,
            projection="INCLUDE",
            included=[str(attribute) for attribute in _SHOWN if attribute not in _NOT_IN_STATE_INDEX],
        ),
        db.IndexSpec(
            name=SenderIndex.NEXT_CHECK,
            partition_key=_A.NEXT_CHECK_SHARD,
            sort_key=_A.NEXT_CHECK_AT,
            projection="KEYS_ONLY",
        ),
    ],
)


LEEWAY: Final = timedelta(minutes=5)
"""How much later than expected a run may come."""
SHARED_GRACE_PERIOD: Final = timedelta(hours=25)


def grace_period(interval: timedelta) -> timedelta:
    """Twice the interval and a leeway, so that one lost run changes nothing."""
    return 2 * interval + LEEWAY


class Silence(NamedTuple):
    """A silence that is over."""

    since: datetime
    """When the sender was heard last."""
    until: datetime
    """When it was heard again."""


@dataclass(frozen=True)
class AmbiguousSet:
    """A folder set in which leaving a folder out says nothing for a while."""

    folder: str
    until: datetime


@dataclass(frozen=True)
class UnreadableFolder:
    """A folder that a sender could not read, and what the system said."""

    folder: str
    error: str
    owner: str = ""
    """Stored nowhere: filled in by whoever knows the owners. So is the next by who knows the windows."""
    maintenance_until: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Sender:
    """One installation of a script, as its last run and its people left it."""

    key: str
    name: str = ""
    """`<user name>`, or `<user name>/<run.sender>`. Runs bring this and `reported_by`, not the rules."""
    state: SenderState
    state_since: datetime
    kind: SenderKind
    last_run_at: datetime
    last_arrival_at: datetime
    due_at: datetime | None = None
    """When its next run is expected; None for stock senders."""
    interval_minutes: int
    interval_from: str
    """`set`, `declared`, `learnt`, or `assumed` as long as there is nothing to learn from."""
    client: str | None = None
    clock_skew_seconds: int | None = None
    """Positive where its clock is behind; None where it does not tell."""
    reported_by: str = ""
    addresses: Sequence[str] = ()
    shared: str | None = None
    """Why several servers are taken to report through it: `addresses` or `contradictions`; else None."""
    ambiguous_sets: Sequence[AmbiguousSet] = ()
    watched: int | None = None
    """How many folders its last list has; None where it sends none."""
    unreadable: int = 0
    open: int = 0
    unknown: int = 0
    """How many of its incidents are so."""
    lost_letters: int = 0
    """How many names of its last run had lost letters on the way."""

    unreadable_folders: Sequence[UnreadableFolder] = ()
    """The first of them. This and what follows only where the sender is read in full."""
    silences: Sequence[Silence] = ()
    """Those of the last days that are over, oldest first."""
    set_aside_at: datetime | None = None
    """When its replay was given up. Its incidents stay as they are until it is released."""

    owner: str = ""
    """Stored nowhere: filled in by whoever knows the owners. So is the next by who knows the windows."""
    silence_held_until: datetime | None = None
    """Until when its silence raises no alert because of maintenance; None where it may."""

    @property
    def grace_period(self) -> timedelta:
        """How long it may be missed: what the rules take, as far as pages know it."""
        if self.shared is not None and self.interval_from not in ("set", "declared"):
            return SHARED_GRACE_PERIOD
        return grace_period(timedelta(minutes=self.interval_minutes))


_SENDER: Final = db.Fields(
    Sender, _A, key=_A.SENDER, name=_A.SENDER_NAME, open=(_A.OPEN, db.NUMBER), unknown=(_A.UNKNOWN, db.NUMBER)
)
parse_sender: Final = _SENDER.parse
"""The sender of its own item, or of an entry of the state index."""


@dataclass(frozen=True, kw_only=True)
class RefusedReport:
    """The last report of a sender that was refused."""

    key: str
    name: str
    reported_by: str
    address: str | None = None
    at: datetime
    problems: Sequence[RefusedField] = ()
    """These two only where the sender is read in full."""
    request_id: str | None = None


_REFUSED: Final = db.Fields(
    RefusedReport, _A, key=_A.SENDER, name=_A.SENDER_NAME, address=_A.SOURCE_ADDRESS, at=_A.REFUSED_AT
)
_IN_FULL: Final = sorted({*_SENDER.attributes, *_REFUSED.attributes, _A.PART})
"""What to read of one sender: nothing of what only the projection needs."""


@dataclass(frozen=True, kw_only=True)
class SenderEntry(HistoryEntry):
    """What a person changed about a sender."""

    interval_minutes: int | None = None


SENDER_ENTRY: Final = db.Fields(
    SenderEntry,
    HistoryAttribute,
    action_id=None,
    at=HistoryAttribute.ACTED_AT,
    by=HistoryAttribute.ACTED_BY,
    interval_minutes=_A.INTERVAL_MINUTES,
)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Every sender that ever reported, and the last refused reports, also of those that had nothing else."""

    senders: Sequence[Sender]
    refused: Mapping[str, RefusedReport]

    @property
    def empty(self) -> bool:
        """Whether nobody has sent anything yet."""
        return not self.senders and not self.refused

    def find(self, key: str) -> tuple[Sender | None, RefusedReport | None]:
        """A sender and its last refused report; None where there is none."""
        return next((one for one in self.senders if one.key == key), None), self.refused.get(key)


def read_fleet(items: Iterable[Item]) -> Fleet:
    """Senders and refused reports of the state index, or of one sender's items."""
    senders: dict[str, Sender] = {}
    refused: dict[str, RefusedReport] = {}
    for item in items:
        key, state = item[_A.SENDER]["S"], item.get(_A.STATE, {}).get("S")
        if state == REFUSED_STATE:
            refused[key] = _REFUSED.parse(item)
        # A sender that was only marked for a replay has no state yet.
        elif state is not None:
            # It may change its state between two queries, and then is in both.
            senders[key] = parse_sender(item)
    return Fleet(senders=list(senders.values()), refused=refused)


def sender_key(sender: str) -> Values:
    """The key of a sender's own item."""
    return {_A.SENDER: {"S": sender}, _A.PART: {"S": OWN_PART}}


_SHORT_ID: Final = 10


def _account_key(account: str) -> Values:
    return {_A.SENDER: {"S": account}, _A.PART: {"S": ACCOUNT_PART}}


@dataclass(frozen=True, kw_only=True)
class NextCheck:
    """When the sweep has to look at a sender."""

    at: datetime | None = None
    replay_since: datetime | None = None
    """Since when it has to be replayed from all its runs; None where it has not."""
    attempts: int = 0
    """Replays that were begun and have not ended. What is written leaves it as it is."""
    set_aside_at: datetime | None = None


def describe_next_check(sender: str, check: NextCheck) -> Values:
    """The attributes that the index of next checks is made from."""
    shard = SET_ASIDE_SHARD if check.set_aside_at else str(zlib.crc32(sender.encode()) % NEXT_CHECK_SHARDS)
    return {
        _A.NEXT_CHECK_SHARD: {"S": shard} if check.at else None,
        **{name: NEXT_CHECK.write(check)[name] for name in (_A.NEXT_CHECK_AT, _A.REPLAY_SINCE)},
    }


NEXT_CHECK: Final = db.Fields(NextCheck, _A, at=_A.NEXT_CHECK_AT, attempts=_A.REPLAY_ATTEMPTS)


_OF_THE_RUN: Final = {
    _A.SENDER, _A.SENDER_NAME, _A.REPORTED_BY, _A.CLOCK_SKEW_SECONDS, _A.LOST_LETTERS, _A.WATCHED,
    _A.UNREADABLE, _A.UNREADABLE_FOLDERS, _A.SET_ASIDE_AT,
}  # fmt: skip
"""What a sender's item repeats of its last run, and what the sweep and commands set. All else that it shows
is what the rules make of its runs."""
SHOWN_FOLDERS: Final = 20
"""How many of the folders that cannot be read an item names; the rest is counted."""
SHOWN_ERROR_CHARACTERS: Final = 200
OVER_LIMIT: Final = (
    "In breach, but its sender or account has as many incidents as it may (senderIncidentLimit, "
    "accountIncidentLimit): nobody follows it."
)
"""Shown as the error of such a folder."""


def describe_sender(sender: Sender) -> Values:
    """What the rules make of the attributes that show a sender."""
    found = {name: value for name, value in _SENDER.write(sender).items() if name not in _OF_THE_RUN}
    address = sender.addresses[-1] if sender.addresses else None
    return {**found, _A.SOURCE_ADDRESS: {"S": address} if address else None}


class OverLimit(NamedTuple):
    """Folders in breach that have no incident, since their sender has as many as it may."""

    total: int = 0
    first: tuple[str, ...] = ()

    @classmethod
    def build(cls, folders: Sequence[str]) -> Self:
        """Of all of them."""
        return cls(len(folders), tuple(folders[:SHOWN_FOLDERS]))


NONE_OVER: Final = OverLimit()


def describe_last_run(run: Run, over: OverLimit = NONE_OVER) -> Values:
    """What a sender's item repeats of its last run.

    What is over the limit is shown beside what cannot be read: owners have to know of both.
    """
    skew = {"N": f"{run.skew.total_seconds():.0f}"} if run.has_sent_at else None
    return {
        _A.SENDER_NAME: {"S": run.sender_name},
        _A.REPORTED_BY: {"S": run.reported_by},
        _A.CLOCK_SKEW_SECONDS: skew,
        _A.LOST_LETTERS: db.COUNT.write(run.lost_letters),
        **(_describe_list(run, over) if run.complete or over.total else {}),
    }


def _describe_list(run: Run, over: OverLimit) -> Values:
    listing = run.listing or Listing()
    shown = [
        *(UnreadableFolder(folder, OVER_LIMIT) for folder in over.first),
        *(
            UnreadableFolder(run.spellings.get(key, key), text[:SHOWN_ERROR_CHARACTERS] or "unreadable")
            for key, text in listing.errors
        ),
    ]
    watched = len(listing.read) + len(listing.errors)
    return {
        _A.WATCHED: None if run.listing is None else {"N": str(watched)},
        _A.UNREADABLE: db.COUNT.write(len(listing.errors) + over.total),
        _A.UNREADABLE_FOLDERS: db.find_kind(Sequence[UnreadableFolder]).write(tuple(shown[:SHOWN_FOLDERS])),
    }


@dataclass(frozen=True)
class SenderTable:
    """The table FileSlaSenders: one method an access pattern. Threads may share it."""

    reader: db.Reader
    name: str

    def query_states(self, *states: str, attributes: Sequence[str] = ()) -> list[Item]:
        """Entries of the state index with these states; without any: all senders and refused reports."""
        names = states or (*SenderState, REFUSED_STATE)
        return self.reader.query_all(
            *(
                self._query({_A.STATE: state}, index=SenderIndex.STATE, attributes=attributes)
                for state in names
            )
        )

    def _query(self, equal: Mapping[str, str], **more: Any) -> Query:
        return Query(table=self.name, equal=equal, **more)

    def list_all(self) -> Fleet:
        """Every sender, without what is shown of one alone, in no order."""
        return read_fleet(self.query_states())

    def read_one(self, sender: str) -> Fleet:
        """One sender in full, as it is now: itself, and its last refused report."""
        # The parts between hold what only the projection reads: lists, sets, actions.
        parts = (_A.PART, REFUSED_PART, OWN_PART)
        query = self._query({_A.SENDER: sender}, between=parts, attributes=_IN_FULL, consistent=True)
        return read_fleet(self.reader.query(query))

    def list_changes(self, sender: str) -> list[SenderEntry]:
        """What people changed about a sender, in no order."""
        parts, names = (_A.PART, ACTION_PREFIX, f"{ACTION_PREFIX}~"), SENDER_ENTRY.attributes
        query = self._query({_A.SENDER: sender}, between=parts, attributes=names, consistent=True)
        return [SENDER_ENTRY.parse(item) for item in self.reader.query(query)]

    def list_unreadable(self, senders: Sequence[str]) -> dict[str, Sequence[UnreadableFolder]]:
        """The first folders that these senders cannot read, by their keys: no index holds these."""
        found = self._read_own(senders, (_A.UNREADABLE_FOLDERS,), consistent=False)
        return {key: _SENDER.read(item).get("unreadable_folders", ()) for key, item in found.items()}

    def _read_own(
        self, senders: Sequence[str], attributes: Sequence[str], *, consistent: bool
    ) -> dict[str, Item]:
        keys, names = [sender_key(sender) for sender in senders], (_A.SENDER, *attributes)
        client = self.reader.client
        items = db.get_items(client, self.name, keys, attributes=names, consistent=consistent)
        return {item[_A.SENDER]["S"]: item for item in items}

    def list_due(self, now: datetime) -> list[str]:
        """The keys of the senders whose next check is due."""
        return [key for shard in range(NEXT_CHECK_SHARDS) for key in self._list_until(str(shard), now)]

    def list_set_aside(self, now: datetime) -> list[str]:
        """The keys of the senders whose replay was given up."""
        return self._list_until(SET_ASIDE_SHARD, now)

    def _list_until(self, shard: str, now: datetime) -> list[str]:
        # A moment with a fraction of a second sorts before the one without.
        until = (_A.NEXT_CHECK_AT, "0", format_moment(now.replace(microsecond=0)))
        query = self._query({_A.NEXT_CHECK_SHARD: shard}, index=SenderIndex.NEXT_CHECK, between=until)
        return [item[_A.SENDER]["S"] for item in self.reader.query(query)]

    def put_refused(self, item: Item) -> None:
        """Keeps a sender's last refused report, an item of FileSlaRuns, unless a later one is there.

        Raises:
            KeyError: it is no such item.
            ConflictError: others went on writing it.
        """
        values: Values = {
            _A.PART: {"S": REFUSED_PART},
            _A.STATE: {"S": REFUSED_STATE},
            _A.REFUSED_AT: item[RunAttribute.ARRIVED_AT],
            **{name: item[name] for name in _REFUSED.attributes if name in item},
        }
        condition: Any = {
            "ConditionExpression": "attribute_not_exists(#at) OR #at < :at",
            "ExpressionAttributeNames": {"#at": _A.REFUSED_AT},
            "ExpressionAttributeValues": {":at": values[_A.REFUSED_AT]},
        }
        put = self.reader.client.put_item
        try:
            db.retry_write(lambda: put(TableName=self.name, Item=values, **condition))
        except ClientError as error:
            if db.error_code(error) != "ConditionalCheckFailedException":
                raise

    def admit(self, sender: str, now: datetime, most: int) -> bool:
        """Counts a new sender of its account, once a day however often it is asked.

        Returns:
            False where the account had `most` others today; the one without a `run.sender` always may be.

        Raises:
            ConflictError: another one is counted at the same time.
        """
        account, _, name = sender.partition(SENDER_SEPARATOR)
        if not name:
            return True
        key = _account_key(account)
        before = (self.reader.get(self.name, key) or {}).get(_A.NEW_SENDERS)
        today, short = format_moment(now)[: len("2026-01-01")], db.fit_key(sender, 0)[:_SHORT_ID]
        day, *known = before["S"].split(" ") if before else [today]
        if day != today:
            known = []
        if short in known or len(known) >= most:
            return short in known
        counted: Values = {_A.NEW_SENDERS: {"S": " ".join([today, *known, short])}}
        update = db.Update(values=counted, if_still={_A.NEW_SENDERS: before})
        db.update_item(self.reader.client, self.name, key, update)
        return True

    def read_over_limit(self) -> frozenset[str]:
        """The accounts that have more live incidents than they may."""
        item = self.reader.get(self.name, _account_key(ALL_ACCOUNTS)) or {}
        return frozenset(db.TEXTS.read(item[_A.OVER_LIMIT]) if _A.OVER_LIMIT in item else ())

    def write_over_limit(self, accounts: Iterable[str]) -> None:
        """Replaces what `read_over_limit` reads, if it differs."""
        if (after := frozenset(accounts)) != self.read_over_limit():
            update = db.Update(values={_A.OVER_LIMIT: db.TEXTS.write(sorted(after))})
            db.update_item(self.reader.client, self.name, _account_key(ALL_ACCOUNTS), update)

    def read_next_checks(self, senders: Sequence[str]) -> dict[str, NextCheck]:
        """When the sweep has to look at these senders, by their keys, as it is now."""
        found = self._read_own(senders, NEXT_CHECK.attributes, consistent=True)
        return {key: NEXT_CHECK.parse(item) for key, item in found.items()}

    def mark_for_replay(self, sender: str, now: datetime, sender_name: str | None = None) -> None:
        """Has a sender replayed by the next sweep.

        Raises:
            ConflictError: transactions went on writing the sender.
        """
        check = describe_next_check(sender, NextCheck(at=now, replay_since=now))
        name: Values = {_A.SENDER_NAME: {"S": sender_name}} if sender_name else {}
        self._touch(sender, {**check, **name})

    def release(self, sender: str, now: datetime, check: NextCheck) -> None:
        """Has the next sweep look at a sender whose replay was stopped or given up.

        The attempts of what it was before still count.

        Raises:
            ConflictError: transactions went on writing the sender.
        """
        again = NextCheck(at=now, replay_since=check.replay_since or now)
        rest: Values = {_A.REPLAY_ATTEMPTS: db.COUNT.write(check.attempts), _A.SET_ASIDE_AT: None}
        self._touch(sender, {**describe_next_check(sender, again), **rest})

    def _touch(self, sender: str, values: Values) -> None:
        # Whoever is at work on the sender starts again, and sees what was written.
        update = db.Update(values=values, add={_A.REVISION: {"N": "1"}})
        key = sender_key(sender)
        db.retry_on_conflict(lambda: db.update_item(self.reader.client, self.name, key, update))
