"""All that the rules know of one sender, over the tables of senders and incidents."""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, Self

from contract.action import IncidentAction, SenderAction
from contract.moments import Clock, utc_now
from contract.owners.matching import find_owner
from contract.owners.model import Owners
from contract.words import SenderKind, SenderState
from store import dynamodb as db
from store import senders
from store.dynamodb import Item, Query, Update, Values
from store.incidents import Incident, IncidentTable, PeopleChange, describe_incident, incident_key
from store.runs import SAME_RUN, Listing, Run, Stamp
from store.senders import NextCheck, OverLimit, SenderEntry, SenderTable, Silence, describe_next_check

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


_A: Final = senders.SenderAttribute


@dataclass(frozen=True, kw_only=True)
class PersonAction:
    """Something that a person did. These are kept as runs are: a rebuild needs them in their place."""

    at: datetime
    action_id: str
    action: SenderAction | Literal[IncidentAction.CLOSE]
    """All else that people do to incidents is not for the rules."""
    interval: timedelta | None = None
    """None takes the setting back."""
    folder: str | None = None
    """The key of the folder whose incident is closed. Not the incident's id: that of one which a
    late run made begin earlier is another until the whole replay is done."""
    by: str | None = None
    note: str | None = None

    @property
    def stamp(self) -> tuple[datetime, str]:
        """Its place in the order of actions."""
        return self.at, self.action_id


class Gap(NamedTuple):
    """The time between two runs, from which an interval is learnt."""

    end: datetime
    length: timedelta


class Address(NamedTuple):
    """A source address, and its latest runs, oldest first."""

    address: str
    runs: tuple[datetime, ...]


class Opened(NamedTuple):
    """How many incidents opened on a day."""

    day: str = ""
    """In UTC, as `2026-03-02`, by the moments of runs."""
    total: int = 0


_NONE_OPENED: Final = Opened()


@dataclass(frozen=True, kw_only=True)
class SenderSettings:
    """What people set on a sender."""

    interval: timedelta | None = None
    retired_at: datetime | None = None
    unretired_at: datetime | None = None
    """The grace period begins anew then."""


@dataclass(frozen=True, kw_only=True)
class RunHistory:
    """A sender, as its last run and its people left it."""

    key: str
    last: Stamp
    last_arrival: datetime
    """The latest of all its runs: silence counts from here."""
    up_since: datetime
    """Since when it was neither late nor silent at any of its runs."""
    state: SenderState = SenderState.UP
    state_since: datetime
    """These two are as the last sweep found them; see `sender_state`."""
    kind: SenderKind = SenderKind.STOCK
    kind_since: datetime
    regular_at: datetime | None = None
    """The last run that makes it a regular one."""
    empties: tuple[datetime, ...] = ()
    """The last two empty runs."""
    empty: Stamp | None = None
    """The last empty run that spoke for every folder."""
    listed: Stamp | None = None
    """The last run with a whole list."""
    named: bool = False
    addresses: tuple[Address, ...] = ()
    has_several_addresses: bool = False
    contradicted_at: datetime | None = None
    shared_until: datetime | None = None
    """Until when it is taken for shared since its empty runs were wrong twice."""
    declared: timedelta | None = None
    gaps: tuple[Gap, ...] = ()
    silences: tuple[Silence, ...] = ()
    """Those of the last days that are over, oldest first."""
    client: str | None = None
    skew: timedelta = timedelta(0)
    opened: Opened = _NONE_OPENED
    over: OverLimit = senders.NONE_OVER
    """At its last run."""
    settings: SenderSettings = SenderSettings()
    last_action: tuple[datetime, str] | None = None
    """When people last changed anything, and the id of what they did."""

    @property
    def last_action_at(self) -> datetime | None:
        """When people last changed anything."""
        return self.last_action and self.last_action[0]


@dataclass(frozen=True, kw_only=True)
class WatchList(Listing):
    """What the last whole list said. It changes when the list does, which is rarely."""

    formerly: tuple[tuple[str, datetime], ...] = ()
    """Keys of those that a list of the last days read and this one did not, with when last; sorted."""


@dataclass(frozen=True, kw_only=True)
class FolderSet:
    """The folders of a sender with one parent path, as far as runs named any of them."""

    key: str
    named: Stamp
    """The last run that named a folder of it."""
    gaps: tuple[Gap, ...] = ()
    conclusive: Stamp | None = None
    """The last run from which leaving a folder out meant that it is well."""
    contradicted_at: datetime | None = None
    ambiguous_since: datetime | None = None
    ambiguous_until: datetime | None = None

    def is_ambiguous(self, at: datetime) -> bool:
        """Whether leaving a folder out means nothing."""
        return self.ambiguous_until is not None and at < self.ambiguous_until


@dataclass(frozen=True, kw_only=True)
class State:
    """All that is known of one sender. Incidents are the latest of each folder."""

    sender: RunHistory | None = None
    watched: WatchList | None = None
    """None where no run had a list."""
    sets: Mapping[str, FolderSet] = field(default_factory=dict)
    incidents: Mapping[str, Incident] = field(default_factory=dict)


_ALWAYS: Final = 4
_AT_MOST: Final = 40
_ID_CHARACTERS: Final = 12


@dataclass(frozen=True)
class RecentRuns:
    """The last runs of a sender: the beginning of each RunId, and the run's moment in seconds since 1970."""

    moments: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str) -> Self:
        """From what `format` wrote."""
        pairs = (entry.split(":") for entry in text.split() if entry)
        return cls({run_id: int(moment, 36) for run_id, moment in pairs})

    def format(self) -> str:
        """As text of some 20 characters a run."""
        return " ".join(f"{run_id}:{_base36(moment)}" for run_id, moment in self.moments.items())

    def knows(self, run: Run) -> bool:
        """Whether the run, or one that it repeats, is among them."""
        moment = self.moments.get(run.run_id[:_ID_CHARACTERS])
        return moment is not None and abs(int(run.moment.timestamp()) - moment) <= SAME_RUN.total_seconds()

    def with_run(self, run: Run) -> Self:
        """With this run, and without those that are too old to come again."""
        moment = int(run.moment.timestamp())
        entries = {**self.moments, run.run_id[:_ID_CHARACTERS]: moment}
        ordered = sorted(entries.items(), key=lambda entry: entry[1])[-_AT_MOST:]
        oldest = moment - SAME_RUN.total_seconds()
        kept = [entry for entry in ordered[:-_ALWAYS] if entry[1] >= oldest]
        return type(self)(dict([*kept, *ordered[-_ALWAYS:]]))


def _base36(number: int) -> str:
    digit = "0123456789abcdefghijklmnopqrstuvwxyz"[number % 36]
    return (_base36(number // 36) if number >= 36 else "") + digit


def describe_action(act: PersonAction) -> Values:
    """What an act's item says beside its key: what the rules know of it, and what a page shows."""
    shown = SenderEntry(
        at=act.at,
        by=act.by or "",
        action=act.action,
        note=act.note or "",
        interval_minutes=round(act.interval / timedelta(minutes=1)) if act.interval else None,
    )
    return {_A.RULE_STATE: {"S": db.dump(act)}, **senders.SENDER_ENTRY.describe(shown)}


COMMIT_MINUTES: Final = 5
"""How long a commit of several transactions may take: as long as the function runs."""


@dataclass(frozen=True, kw_only=True)
class StoredSender:
    """A sender's own item, as it was read."""

    key: str
    sender: RunHistory | None
    """None before its first run."""
    sender_name: str
    recent: RecentRuns
    revision: int
    check: NextCheck


@dataclass(frozen=True, kw_only=True)
class Writes:
    """What a commit writes beside what pages show of the sender."""

    history: RunHistory | None = None
    recent: RecentRuns | None = None
    sets: Sequence[FolderSet] = ()
    gone_sets: Sequence[str] = ()
    """Keys of sets that, by all the runs, never were."""
    watched: WatchList | None = None
    incidents: Mapping[str, Incident] = field(default_factory=dict)
    """By id."""
    latest: frozenset[str] = frozenset()
    """Ids of those of them that are the latest of their folder."""
    gone: Mapping[str, int] = field(default_factory=dict)
    """Incidents that, by all the runs, never were: by id, the version of what people did about each. If they
    did more since, it is a conflict."""
    acts: Sequence[PersonAction] = ()
    """What a person has just done. If it is there already, the commit is a conflict."""
    entries: Mapping[str, PeopleChange] = field(default_factory=dict)
    """What is added to the histories of those incidents, by id. If others did so first, it is a conflict."""


NOTHING: Final = Writes()


class SenderStore:
    """All that is known of senders, in FileSlaSenders and FileSlaIncidents: one transaction spans both.

    The client should retry by itself. `retention` is how long an incident is kept after its end; None for
    good. `owners` says whom folders belong to; None where that is not known, and stays as it is.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        senders_table: str,
        incidents_table: str,
        retention: timedelta | None,
        clock: Clock = utc_now,
        owners: Owners | None = None,
    ) -> None:
        self._reader = db.Reader(client)
        self.senders = SenderTable(self._reader, senders_table)
        self.incidents = IncidentTable(self._reader, incidents_table)
        self._retention = retention
        self._owners = owners
        self.clock = clock

    def read(self, sender: str) -> StoredSender:
        """A sender's own item; of one that nobody knows yet, what is true of it."""
        item = self._reader.get(self.senders.name, senders.sender_key(sender)) or {}
        body = item.get(_A.RULE_STATE)
        return StoredSender(
            key=sender,
            sender=db.load(RunHistory, body["S"]) if body else None,
            sender_name=item.get(_A.SENDER_NAME, {}).get("S", sender),
            recent=RecentRuns.parse(item.get(_A.RECENT_RUNS, {}).get("S", "")),
            revision=db.find_number(item, _A.REVISION),
            check=senders.NEXT_CHECK.parse(item),
        )

    def read_state(self, known: StoredSender) -> State:
        """All that is known of a sender. Read after `known`, so that a commit tells whether both fit."""
        parts = self._query_parts(known.key, senders.LIST_PREFIX, f"{senders.SET_PREFIX}\uffff")
        of_list, of_sets = (
            [part for part in parts if part[_A.PART]["S"].startswith(prefix)]
            for prefix in (senders.LIST_PREFIX, senders.SET_PREFIX)
        )
        sets = [db.load(FolderSet, part[_A.RULE_STATE]["S"]) for part in of_sets]
        chunks = _read_chunks(of_list)
        return State(
            sender=known.sender,
            watched=db.load_chunks(WatchList, chunks) if chunks else None,
            sets={folder_set.key: folder_set for folder_set in sets},
            incidents={incident.key: incident for incident in self.incidents.list_of(known.key, latest=True)},
        )

    def list_actions(self, sender: str) -> list[PersonAction]:
        """What people did to a sender and its incidents."""
        parts = self._query_parts(sender, senders.ACTION_PREFIX, f"{senders.ACTION_PREFIX}\uffff")
        return [db.load(PersonAction, part[_A.RULE_STATE]["S"]) for part in parts]

    def has_action(self, sender: str, action_id: str) -> bool:
        """Whether a person did this already."""
        key = _part_key(sender, senders.ACTION_PREFIX + action_id)
        return self._reader.get(self.senders.name, key) is not None

    def commit(
        self, known: StoredSender, own: Values, wake: NextCheck, writes: Writes = NOTHING
    ) -> StoredSender:
        """Writes what changed, all of it or nothing.

        `own` has attributes of its own item, of which those that are not named stay, `wake` when it has to be
        looked at again, and `writes` what else changed.

        Raises:
            ConflictError: the sender was written since it was read.
        """
        name = own.get(_A.SENDER_NAME)
        changes = list(self._list_changes(known, writes, name["S"] if name else known.sender_name))
        if len(changes) >= db.MAX_WRITES:
            # Too many for one transaction. Should this end half way, its runs make it whole again. The sweep
            # does not do so before then, lest it work out anew what is just being written.
            now = self.clock()
            later = now + timedelta(minutes=COMMIT_MINUTES)
            marked = replace(known.check, at=later, replay_since=known.check.replay_since or now)
            known = self._write_own(known, describe_next_check(known.key, marked))
            while len(changes) >= db.MAX_WRITES:
                part, changes = changes[: db.MAX_WRITES - 1], changes[db.MAX_WRITES - 1 :]
                db.transact(self._reader.client, [{"ConditionCheck": self._own(known)}, *part])
        # One that was set aside stays so, whatever else is written of it.
        wake = replace(wake, set_aside_at=known.check.set_aside_at)
        values = {**own, **describe_next_check(known.key, wake)}
        if writes.history is not None:
            values[_A.RULE_STATE] = {"S": db.dump(writes.history)}
        if writes.recent is not None:
            values[_A.RECENT_RUNS] = {"S": writes.recent.format()}
        if not changes:
            return self._write_own(known, values)
        db.transact(self._reader.client, [{"Update": self._own(known, values)}, *changes])
        return replace(known, revision=known.revision + 1)

    def begin_replay(self, known: StoredSender) -> StoredSender:
        """Counts a replay, and puts the next check forward: should this process be killed, others come first.

        Raises:
            ConflictError: the sender was written since it was read.
        """
        check = replace(known.check, at=self.clock() + senders.REPLAY_TIME)
        attempts: Values = {_A.REPLAY_ATTEMPTS: {"N": str(known.check.attempts + 1)}}
        return self._write_own(known, {**describe_next_check(known.key, check), **attempts})

    def set_aside(self, known: StoredSender) -> None:
        """Takes a sender out of the sweep until somebody releases it.

        Raises:
            ConflictError: the sender was written since it was read.
        """
        now = self.clock()
        check = replace(known.check, at=now, set_aside_at=known.check.set_aside_at or now)
        at = db.MOMENT.write(check.set_aside_at)
        self._write_own(known, {**describe_next_check(known.key, check), _A.SET_ASIDE_AT: at})

    def write_checkpoint(self, sender: str, checkpoint: object) -> None:
        """Keeps how far a replay came, in place of an earlier one."""
        for item in _build_chunks(sender, senders.CHECKPOINT_PREFIX, checkpoint):
            self._reader.client.put_item(TableName=self.senders.name, Item=item)

    def read_checkpoint(self, sender: str, kind: type[db.Record]) -> db.Record | None:
        """How far a replay came; None where none was stopped, or not all of it was written."""
        parts = self._query_parts(sender, senders.CHECKPOINT_PREFIX, f"{senders.CHECKPOINT_PREFIX}~")
        try:
            return db.load_chunks(kind, _read_chunks(parts)) if parts else None
        except (ValueError, zlib.error):  # chunks of two checkpoints
            return None

    def delete_checkpoint(self, sender: str) -> None:
        """Forgets how far a replay came: it is through, or its runs are others by now."""
        for part in self._query_parts(sender, senders.CHECKPOINT_PREFIX, f"{senders.CHECKPOINT_PREFIX}~"):
            key = _part_key(sender, part[_A.PART]["S"])
            self._reader.client.delete_item(TableName=self.senders.name, Key=key)

    def _own(self, known: StoredSender, values: Values | None = None) -> dict[str, Any]:
        """A write of the sender's own item, or without values a check: it fails if others wrote it since."""
        return {
            "TableName": self.senders.name,
            "Key": senders.sender_key(known.key),
            **_update(known, values).arguments(),
        }

    def _write_own(self, known: StoredSender, values: Values) -> StoredSender:
        update = _update(known, values)
        db.update_item(self._reader.client, self.senders.name, senders.sender_key(known.key), update)
        return replace(known, revision=known.revision + 1)

    def _list_changes(self, known: StoredSender, writes: Writes, sender_name: str) -> Iterator[Values]:
        # First: should it take several transactions and end half way, the rest is made from what people did.
        for act in writes.acts:
            # Done once, however often it is asked for.
            absent = Update(if_still={_A.PART: None}).arguments()
            key = _part_key(known.key, senders.ACTION_PREFIX + act.action_id)
            yield self._put({**key, **describe_action(act)}, **absent)
        incidents = self.incidents.name
        for incident_id in sorted(writes.incidents, key=lambda one: one not in writes.entries):
            incident = writes.incidents[incident_id]
            owned = self._owners and find_owner(self._owners, incident.folder, sender_name)
            latest, owner = incident_id in writes.latest, owned.owner.name if owned else ""
            values = describe_incident(
                incident, sender_name, latest=latest, retention=self._retention, owner=owner
            )
            entry = writes.entries.get(incident_id)
            update = entry.update(values) if entry else Update(values=values)
            key = incident_key(known.key, incident_id)
            yield {"Update": {"TableName": incidents, "Key": key, **update.arguments()}}
        for folder_set in writes.sets:
            key = _set_key(known.key, folder_set.key)
            yield self._put({**key, _A.RULE_STATE: {"S": db.dump(folder_set)}})
        for key_of_set in writes.gone_sets:
            key = _set_key(known.key, key_of_set)
            yield {"Delete": {"TableName": self.senders.name, "Key": key}}
        if writes.watched is not None:
            for item in _build_chunks(known.key, senders.LIST_PREFIX, writes.watched):
                yield self._put(item)
        for incident_id, version in writes.gone.items():
            unchanged = PeopleChange(version=version).update({}).arguments()
            key = incident_key(known.key, incident_id)
            yield {"Delete": {"TableName": incidents, "Key": key, **unchanged}}

    def _put(self, item: Values, **condition: Any) -> dict[str, Any]:
        return {"Put": {"TableName": self.senders.name, "Item": item, **condition}}

    def _query_parts(self, sender: str, first: str, last: str) -> list[Item]:
        query = Query(
            table=self.senders.name,
            equal={_A.SENDER: sender},
            between=(_A.PART, first, last),
            consistent=True,
        )
        return [item for item in self._reader.query(query) if item[_A.PART]["S"] != senders.OWN_PART]


def _update(known: StoredSender, values: Values | None) -> Update:
    grown: Values = {_A.REVISION: db.NUMBER.write(known.revision + 1)}
    return Update(
        values={} if values is None else {**values, **grown},
        if_still={_A.REVISION: db.COUNT.write(known.revision)},
    )


def _part_key(sender: str, part: str) -> Values:
    return {_A.SENDER: {"S": sender}, _A.PART: {"S": part}}


def _set_key(sender: str, key: str) -> Values:
    room = db.MAX_SORT_KEY_BYTES - len(senders.SET_PREFIX)
    return _part_key(sender, senders.SET_PREFIX + db.fit_key(key, room))


def _build_chunks(sender: str, prefix: str, record: object) -> Iterator[Values]:
    chunks = db.dump_chunks(record)
    for number, chunk in enumerate(chunks):
        body: Values = {_A.RULE_STATE: {"B": chunk}, _A.CHUNKS: db.NUMBER.write(len(chunks))}
        yield {**_part_key(sender, f"{prefix}{number:04}"), **body}


def _read_chunks(items: Sequence[Item]) -> list[bytes]:
    # Chunks of a longer record before this one may still be there.
    return [item[_A.RULE_STATE]["B"] for item in items[: int(items[0][_A.CHUNKS]["N"])]] if items else []


def collect_writes(before: State, after: State, changed: Iterable[Sequence[Incident]]) -> Writes:
    """The writes that lead from one state, as it is stored, to another.

    `changed` has the incidents that each step changed: those that made room for another are in it alone.
    """
    incidents = {incident.incident_id: incident for step in changed for incident in step}
    latest = {incident.incident_id for incident in after.incidents.values()}
    # One that is the latest no more has to say so, even where nothing else of it changed.
    for incident in before.incidents.values():
        if incident.incident_id not in latest:
            incidents.setdefault(incident.incident_id, incident)
    return Writes(
        history=after.sender,
        sets=[one for key, one in after.sets.items() if one != before.sets.get(key)],
        watched=after.watched if after.watched != before.watched else None,
        incidents=incidents,
        latest=frozenset(latest),
    )
