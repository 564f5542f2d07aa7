"""The service's tables as one analyst may see them: one method an access pattern, and the types of items."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import boto3
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from contract.moments import format_affected_date, parse_moment
from contract.words import LIVE, Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason
from dashboard import columns
from dashboard.data.cache import Cache
from dashboard.data.records import AttributeValues
from dashboard.errors import translate_aws_errors
from dashboard.settings import build_client_config
from store.incidents import HistoryAttribute, IncidentAttribute, IncidentIndex, list_live_partitions
from store.notifications import INCIDENT_PREFIX, SENDER_PREFIX, NotificationAttribute
from store.records import Attribute, Index
from store.runs import ProblemAttribute
from store.senders import (
    ACTION_PREFIX,
    OWN_PART,
    REFUSED_PART,
    REFUSED_STATE,
    HoursAttribute,
    SenderAttribute,
    SenderIndex,
    SilenceAttribute,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


Item = Mapping[str, Any]
"""An item's attributes as texts, numbers, lists and mappings."""

CONNECTIONS: Final = 16
"""Queries that may be under way at once for one analyst."""
_DENIED: Final = (
    "AWS refused to show senders and incidents to you. Ask the service's owner to check the analyst role: "
    "it must allow dynamodb:Query on both tables and on their indexes."
)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One partition of a table or of an index, or a part of it."""

    table: str
    equal: Mapping[str, str]
    """What the keys have to be."""
    index: str | None = None
    between: tuple[str, str, str] | None = None
    """A sort key, and its first and last value."""
    attributes: Sequence[str] = field(default=())
    """What is asked for of each item; all that the index has where nothing is named."""
    latest: int | None = None
    """Where given, only so many, those with the highest sort keys first."""
    consistent: bool = False
    """Whether it is a consistent read; no global index allows one."""


class Queries:
    """What one analyst may query. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        session: has the analyst's credentials.
        endpoint_url: where DynamoDB is, when it is an emulator.
    """

    def __init__(self, session: boto3.session.Session, endpoint_url: str | None) -> None:
        self._client: DynamoDBClient = session.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            config=build_client_config(max_pool_connections=CONNECTIONS),
        )
        # Looking it up searches all of botocore's data, which threads would all do at once.
        self._query_pages = self._client.get_paginator("query")

    def run(self, *wanted: Query) -> list[Item]:
        """The items of all these queries, in their order; they are under way at the same time."""
        if len(wanted) == 1:
            return self._read(wanted[0])
        with ThreadPoolExecutor(min(len(wanted), CONNECTIONS), thread_name_prefix="query") as pool:
            return [item for items in pool.map(self._read, wanted) for item in items]

    def _read(self, query: Query) -> list[Item]:
        names = {f"#{name}": name for name in (*query.equal, *query.attributes)}
        values = {f":{name}": {"S": value} for name, value in query.equal.items()}
        conditions = [f"#{name} = :{name}" for name in query.equal]
        if query.between:
            key, first, last = query.between
            names[f"#{key}"] = key
            values |= {":first": {"S": first}, ":last": {"S": last}}
            conditions.append(f"#{key} BETWEEN :first AND :last")
        optional: dict[str, Any] = {}
        if query.index:
            optional["IndexName"] = query.index
        if query.attributes:
            optional["ProjectionExpression"] = ", ".join(f"#{name}" for name in query.attributes)
        if query.consistent:
            optional["ConsistentRead"] = True
        if query.latest:
            optional |= {
                "ScanIndexForward": False,
                "PaginationConfig": {"MaxItems": query.latest, "PageSize": query.latest},
            }
        pages = self._query_pages.paginate(
            TableName=query.table,
            KeyConditionExpression=" AND ".join(conditions),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **optional,
        )
        with translate_aws_errors(THE_TABLE, _DENIED):
            return [_read_item(item) for page in pages for item in page["Items"]]


def _read_item(item: Mapping[str, Any]) -> Item:
    return {name: _read_value(value) for name, value in item.items()}


def _read_value(value: Mapping[str, Any]) -> Any:
    [(kind, content)] = value.items()
    if kind == "N":
        return int(content)
    if kind == "L":
        return [_read_value(one) for one in content]
    return _read_item(content) if kind == "M" else content


THE_TABLE: Final = "The table"
"""Its name in messages about waiting."""
_SUMMARY = tuple(column.attribute for column in (*columns.RECORD, *columns.BESIDE))
_WITH_FILES = (*_SUMMARY, columns.RUN_ID.attribute, str(Attribute.FILES))
"""A run's id is asked for only where files are: it shows whether a file is left out, or in another part."""


class RecordTable:
    """The table FileSlaErrors, as one analyst may see it. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.
    """

    def __init__(self, session: boto3.session.Session, table_name: str, endpoint_url: str | None) -> None:
        self._table_name = table_name
        self._client: DynamoDBClient = session.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            config=build_client_config(max_pool_connections=CONNECTIONS),
        )
        # Looking it up searches all of botocore's data, which threads would all do at once.
        self._query_pages = self._client.get_paginator("query")

    def query_hour(self, hour: datetime, *, with_files: bool) -> Iterator[AttributeValues]:
        """Every record detected in the UTC hour that `hour` lies in."""
        return self._query(
            Index.AFFECTED_DATE, {Attribute.AFFECTED_DATE: format_affected_date(hour)}, with_files
        )

    def query_run(self, hour: datetime, folder: str, run_id: str) -> Iterator[AttributeValues]:
        """One folder's records of one run, as far as they are of this UTC hour, with their files."""
        keys: dict[str, str] = {Attribute.AFFECTED_DATE: format_affected_date(hour), Attribute.FOLDER: folder}
        return self._query(Index.AFFECTED_DATE, keys, with_files=True, run_id=run_id)

    def query_folder(self, folder: str, first: datetime, last: datetime) -> Iterator[AttributeValues]:
        """One folder's records from the hour of `first` to the hour of `last`, with their files."""
        return self._query(
            Index.FOLDER,
            {Attribute.FOLDER: folder},
            with_files=True,
            between=(format_affected_date(first), format_affected_date(last)),
        )

    def _query(
        self,
        index: str,
        equal: Mapping[str, str],
        with_files: bool,
        between: tuple[str, str] | None = None,
        run_id: str | None = None,
    ) -> Iterator[AttributeValues]:
        shown = _WITH_FILES if with_files else _SUMMARY
        names = {f"#{name}": name for name in (*shown, *equal)}
        values = {f":{name}": {"S": value} for name, value in equal.items()}
        conditions = [f"#{name} = :{name}" for name in equal]
        if between:
            names[f"#{Attribute.AFFECTED_DATE}"] = Attribute.AFFECTED_DATE
            values |= {":first": {"S": between[0]}, ":last": {"S": between[1]}}
            conditions.append(f"#{Attribute.AFFECTED_DATE} BETWEEN :first AND :last")
        optional: dict[str, Any] = {}
        if run_id is not None:
            names[f"#{Attribute.RUN_ID}"] = Attribute.RUN_ID
            values[":run"] = {"S": run_id}
            optional["FilterExpression"] = f"#{Attribute.RUN_ID} = :run"
        pages = self._query_pages.paginate(
            TableName=self._table_name,
            IndexName=index,
            KeyConditionExpression=" AND ".join(conditions),
            ProjectionExpression=", ".join(f"#{name}" for name in shown),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **optional,
        )
        with translate_aws_errors(THE_TABLE):
            for page in pages:
                yield from page["Items"]


Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""Stored as text; in UTC."""


class Deed(BaseModel):
    """What a person did to an incident, or to a sender."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: Moment = Field(validation_alias=HistoryAttribute.ACTED_AT)
    by: str = Field("", validation_alias=HistoryAttribute.ACTED_BY)
    """The user's name."""
    action: str = Field(validation_alias=HistoryAttribute.ACTION)
    """One of those of `contract.action`, or one that a later version knows."""
    note: str = Field("", validation_alias=HistoryAttribute.NOTE)
    until: Moment | None = Field(None, validation_alias=HistoryAttribute.UNTIL)


class Incident(BaseModel):
    """One folder of one sender in breach, from opening to its end."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sender: str = Field(validation_alias=IncidentAttribute.SENDER)
    """The sender's key."""
    incident_id: str = Field(validation_alias=IncidentAttribute.INCIDENT_ID)
    sender_name: str = Field(validation_alias=IncidentAttribute.SENDER_NAME)
    folder: str = Field(validation_alias=IncidentAttribute.FOLDER)
    status: IncidentStatus = Field(validation_alias=IncidentAttribute.STATUS)
    reason: UnknownReason | None = Field(None, validation_alias=IncidentAttribute.REASON)
    sla: int = Field(validation_alias=IncidentAttribute.SLA)
    """In minutes."""
    opened_at: Moment = Field(validation_alias=IncidentAttribute.OPENED_AT)
    breached_since: Moment = Field(validation_alias=IncidentAttribute.BREACHED_SINCE)
    last_seen_at: Moment = Field(validation_alias=IncidentAttribute.LAST_SEEN_AT)
    """The moment of the last run that named it."""
    last_seen_run: str = Field(validation_alias=IncidentAttribute.LAST_SEEN_RUN)
    last_seen_arrival: Moment = Field(validation_alias=IncidentAttribute.LAST_SEEN_ARRIVAL)
    unknown_since: Moment | None = Field(None, validation_alias=IncidentAttribute.UNKNOWN_SINCE)
    ended_at: Moment | None = Field(None, validation_alias=IncidentAttribute.ENDED_AT)
    cleared_by: Clearing | None = Field(None, validation_alias=IncidentAttribute.CLEARED_BY)
    between: bool = Field(False, validation_alias=IncidentAttribute.CLEARED_BETWEEN)
    file_count: int = Field(validation_alias=IncidentAttribute.FILE_COUNT)
    peak_file_count: int = Field(validation_alias=IncidentAttribute.PEAK_FILE_COUNT)
    oldest_creation: Moment | None = Field(None, validation_alias=IncidentAttribute.OLDEST_CREATION)
    """None where no file's age is known."""
    reopened: int = Field(0, validation_alias=IncidentAttribute.REOPENED)
    owner: str = Field("", validation_alias=IncidentAttribute.OWNER)
    """Empty where the stack knows no owners."""
    acknowledged_by: str = Field("", validation_alias=IncidentAttribute.ACKNOWLEDGED_BY)
    """Who was on it last; `on_it` says whether that still holds."""
    acknowledged_until: Moment | None = Field(None, validation_alias=IncidentAttribute.ACKNOWLEDGED_UNTIL)
    snoozed_until: Moment | None = Field(None, validation_alias=IncidentAttribute.SNOOZED_UNTIL)
    version: int = Field(0, validation_alias=IncidentAttribute.ACTION_VERSION)
    """Counts what people changed."""
    history: Sequence[Deed] = Field((), validation_alias=IncidentAttribute.HISTORY)
    """What people did, oldest first; only where the incident is read in full."""

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    def on_it(self, now: datetime) -> str:
        """Who has acknowledged it; empty where nobody has, or no longer."""
        return self.acknowledged_by if self.acknowledged_until and self.acknowledged_until > now else ""

    def snoozed(self, now: datetime) -> bool:
        """Whether it is snoozed."""
        return self.snoozed_until is not None and self.snoozed_until > now

    def overdue_minutes(self, now: datetime) -> float | None:
        """How far its oldest file is over the SLA; None where its age is not known."""
        if self.oldest_creation is None:
            return None
        return max(0.0, (now - self.oldest_creation).total_seconds() / 60 - self.sla)


IN_FULL: Final = [str(field.validation_alias) for field in Incident.model_fields.values()]
"""What is asked for of one incident: nothing of what only the projection reads."""
LISTED_ATTRIBUTES: Final = [name for name in IN_FULL if name != IncidentAttribute.HISTORY]
"""What is asked for of many."""


def update_live(listed: Sequence[Incident], known: Iterable[Incident]) -> Sequence[Incident]:
    """What an index lists as live, less what is known to be older than what people changed since.

    Args:
        listed: as the index has it, which may be a moment behind.
        known: as their items had it right after somebody acted.
    """
    newer = {one.incident_id: one for one in known}
    if not newer:
        return listed
    current = ((one, newer.get(one.incident_id, one)) for one in listed)
    return [one for one in (new if new.version > old.version else old for old, new in current) if one.live]


def update_ended(listed: Sequence[Incident], known: Iterable[Incident]) -> Sequence[Incident]:
    """The same of what an index lists as ended: beside it, what people ended since."""
    here = {one.incident_id for one in listed}
    missing = [one for one in known if not one.live and one.incident_id not in here]
    return [*listed, *missing] if missing else listed


_A: Final = IncidentAttribute
BREACH_ATTRIBUTES: Final = [
    str(attribute)
    for attribute in (
        *(_A.INCIDENT_ID, _A.FOLDER, _A.OWNER, _A.STATUS, _A.CLEARED_BETWEEN),
        *(_A.BREACHED_SINCE, _A.LAST_SEEN_AT, _A.ENDED_AT),
    )
]
"""What is asked for of it."""


class Breach(NamedTuple):
    """An incident, as far as its length goes."""

    incident_id: str
    folder: str
    owner: str
    """Empty where nobody is known to own it."""
    since: datetime
    until: datetime | None
    """When it was over; of what nobody saw end, when it was last seen. None while it is open."""


def read_breach(item: Item) -> Breach:
    """The breach of the item of an incident that has ended."""
    seen = item[_A.STATUS] == IncidentStatus.CLEARED and not item.get(_A.CLEARED_BETWEEN)
    return Breach(
        incident_id=item[_A.INCIDENT_ID],
        folder=item[_A.FOLDER],
        owner=item.get(_A.OWNER, ""),
        since=parse_moment(item[_A.BREACHED_SINCE]),
        until=parse_moment(item[_A.ENDED_AT if seen else _A.LAST_SEEN_AT]),
    )


def measure_breach(live: Incident) -> Breach:
    """The breach of an incident that has not ended."""
    until = None if live.status is IncidentStatus.OPEN else live.last_seen_at
    return Breach(live.incident_id, live.folder, live.owner, live.breached_since, until)


def join_breaches(ended: Iterable[Breach], live: Iterable[Breach]) -> list[Breach]:
    """All of them, each incident once: one that was opened again counts as it is now, not as it ended."""
    known: dict[str, Breach] = {}
    for one in ended:
        before = known.get(one.incident_id)
        if before is None or _end(before) <= _end(one):
            known[one.incident_id] = one
    known.update((one.incident_id, one) for one in live)
    return list(known.values())


def _end(ended: Breach) -> datetime:
    return ended.until or ended.since


MOST_ENDED: Final = 100
"""Of each day, so many that ended last are read: a short list shows no more."""
_UNSETTLED: Final = timedelta(days=2)
"""Days that are younger are asked for each time."""
_SETTLED_FOR: Final = timedelta(hours=1)


class IncidentTable:
    """Incidents, as one analyst may see them. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        queries: what the analyst may query.
        table_name: what DynamoDB calls the table.
        cache: what anybody read of it in the last seconds.
    """

    def __init__(self, queries: Queries, table_name: str, cache: Cache) -> None:
        self._queries = queries
        self._table_name = table_name
        self._cache = cache

    def list_live(self) -> Sequence[Incident]:
        """Every incident that is open or unknown, in no particular order."""
        partitions = [partition for status in LIVE for partition in list_live_partitions(status)]
        # All that the index has: it holds what a page shows, and refuses to be asked for more.
        queries = [
            Query(
                table=self._table_name,
                index=IncidentIndex.LIVE,
                equal={IncidentAttribute.LIVE_SHARD: partition},
            )
            for partition in partitions
        ]
        listed = self._cache.ask((self._table_name, "live"), lambda: self._read(*queries))
        return update_live(listed, self._cache.list_noted(self._table_name))

    def list_ended(self, days: Sequence[date], most: int | None = MOST_ENDED) -> Sequence[Incident]:
        """The incidents that ended on each of these days, in UTC.

        Args:
            days: the days.
            most: of each day, so many that ended last; all where it is None.
        """
        queries = [
            Query(
                table=self._table_name,
                index=IncidentIndex.ENDED,
                equal={IncidentAttribute.ENDED_ON: f"{day:%Y-%m-%d}"},
                attributes=LISTED_ATTRIBUTES,
                latest=most,
            )
            for day in days
        ]
        listed = self._cache.ask((self._table_name, "ended", most, *days), lambda: self._read(*queries))
        noted: list[Incident] = self._cache.list_noted(self._table_name)
        return update_ended(listed, [one for one in noted if one.ended_at and one.ended_at.date() in days])

    def list_breaches(self, days: Sequence[date]) -> list[Breach]:
        """From when to when folders were in breach, of what ended on these days and of what has not ended.

        Days that are long past are remembered for an hour: a report that comes late may still end something
        then, and what is opened again is live, and counts as it is now.
        """
        with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="breaches") as pool:
            ended = [one for found in pool.map(self._list_breaches, days, repeat(max(days))) for one in found]
        return join_breaches(ended, map(measure_breach, self.list_live()))

    def read(self, incident: Incident) -> Incident | None:
        """The incident in full, with its history; None if it is no longer kept.

        It is never older than `incident`, as a list has it: what is known of before is another question.
        """
        listed = (incident.status, incident.last_seen_at, incident.ended_at, incident.version)
        question = (self._table_name, "one", incident.incident_id, *listed)
        found = self._cache.ask(question, lambda: self._read_one(incident.sender, incident.incident_id))
        return found[0] if found else None

    def reread(self, incidents: Sequence[Incident]) -> None:
        """Has everything asked anew, and knows how these are now before the indexes do.

        Call it once somebody has acted on them, so that whoever did sees it at once.
        """
        self._cache.forget()
        for one in incidents:
            for found in self._read_one(one.sender, one.incident_id):
                self._cache.note(self._table_name, found.incident_id, found)

    def _list_breaches(self, day: date, latest: date) -> Sequence[Breach]:
        query = Query(
            table=self._table_name,
            index=IncidentIndex.ENDED,
            equal={IncidentAttribute.ENDED_ON: f"{day:%Y-%m-%d}"},
            attributes=BREACH_ATTRIBUTES,
        )
        return self._cache.ask(
            (self._table_name, "breaches", day),
            lambda: [read_breach(item) for item in self._queries.run(query)],
            good_for=None if latest - day <= _UNSETTLED else _SETTLED_FOR,
        )

    def find(self, incident_id: str) -> Incident | None:
        """The incident of this id in full, ended or not; None if there is none."""
        found = self._cache.ask((self._table_name, "id", incident_id), lambda: self._find(incident_id))
        return found[0] if found else None

    def _find(self, incident_id: str) -> list[Incident]:
        by_id: dict[str, str] = {IncidentAttribute.INCIDENT_ID: incident_id}
        keys = self._queries.run(Query(table=self._table_name, index=IncidentIndex.ID, equal=by_id))
        if not keys:
            return []
        return self._read_one(keys[0][IncidentAttribute.SENDER], incident_id)

    def _read_one(self, sender: str, incident_id: str) -> list[Incident]:
        whole: dict[str, str] = {
            IncidentAttribute.SENDER: sender,
            IncidentAttribute.INCIDENT_ID: incident_id,
        }
        # Consistent: whoever has just acted on it wants to see that.
        return self._read(Query(table=self._table_name, equal=whole, attributes=IN_FULL, consistent=True))

    def _read(self, *queries: Query) -> list[Incident]:
        incidents = map(Incident.model_validate, self._queries.run(*queries))
        # One whose status changes between two queries is in both.
        return list({incident.incident_id: incident for incident in incidents}.values())


class ExpectedHours(BaseModel):
    """When a sender is expected, as a person set it."""

    model_config = ConfigDict(frozen=True)

    days: tuple[str, ...] = Field(validation_alias=HoursAttribute.DAYS)
    """On which they begin: values of `contract.action.Day`."""
    start: str = Field(validation_alias=HoursAttribute.FROM)
    """Such as `07:00`."""
    end: str = Field(validation_alias=HoursAttribute.TO)
    """Not later than `start`: on the next day."""
    zone: str = Field(validation_alias=HoursAttribute.ZONE)


class Silence(BaseModel):
    """A silence that is over."""

    model_config = ConfigDict(frozen=True)

    since: Moment = Field(validation_alias=SilenceAttribute.SINCE)
    """When its last report arrived."""
    until: Moment = Field(validation_alias=SilenceAttribute.UNTIL)
    """When the next report arrived."""


class SenderDeed(Deed):
    """What a person did to a sender, with what was set."""

    interval_minutes: int | None = Field(None, validation_alias=SenderAttribute.INTERVAL_MINUTES)
    hours: ExpectedHours | None = Field(None, validation_alias=SenderAttribute.HOURS)


class AmbiguousSetsSet(BaseModel):
    """A folder set of which leaving a folder out says nothing for a while."""

    model_config = ConfigDict(frozen=True)

    folder: str = Field(validation_alias="Folder")
    until: Moment = Field(validation_alias="Until")


class UnreadableFolder(BaseModel):
    """A folder that a sender could not read, and what the system said."""

    model_config = ConfigDict(frozen=True)

    folder: str = Field(validation_alias="Folder")
    error: str = Field(validation_alias="Error")


class Problem(BaseModel):
    """What was wrong with a field of a refused report, and how to fix it."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(validation_alias=ProblemAttribute.FIELD)
    problem: str = Field(validation_alias=ProblemAttribute.PROBLEM)
    hint: str = Field(validation_alias=ProblemAttribute.HINT)


class Sender(BaseModel):
    """One installation of a script."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(validation_alias=SenderAttribute.SENDER)
    name: str = Field(validation_alias=SenderAttribute.SENDER_NAME)
    state: SenderState = Field(validation_alias=SenderAttribute.STATE)
    state_since: Moment = Field(validation_alias=SenderAttribute.STATE_SINCE)
    kind: SenderKind = Field(validation_alias=SenderAttribute.KIND)
    last_run_at: Moment = Field(validation_alias=SenderAttribute.LAST_RUN_AT)
    last_arrival_at: Moment = Field(validation_alias=SenderAttribute.LAST_ARRIVAL_AT)
    due_at: Moment | None = Field(None, validation_alias=SenderAttribute.DUE_AT)
    interval_minutes: int = Field(validation_alias=SenderAttribute.INTERVAL_MINUTES)
    interval_from: str = Field(validation_alias=SenderAttribute.INTERVAL_FROM)
    client: str | None = Field(None, validation_alias=SenderAttribute.CLIENT)
    clock_skew_seconds: int | None = Field(None, validation_alias=SenderAttribute.CLOCK_SKEW_SECONDS)
    """Positive where its clock is behind."""
    reported_by: str = Field(validation_alias=SenderAttribute.REPORTED_BY)
    addresses: Sequence[str] = Field((), validation_alias=SenderAttribute.ADDRESSES)
    shared: str | None = Field(None, validation_alias=SenderAttribute.SHARED)
    mixed_up: Sequence[AmbiguousSetsSet] = Field((), validation_alias=SenderAttribute.AMBIGUOUS_SETS)
    watched: int | None = Field(None, validation_alias=SenderAttribute.WATCHED)
    unreadable: int = Field(0, validation_alias=SenderAttribute.UNREADABLE)
    unreadable_folders: Sequence[UnreadableFolder] = Field(
        (), validation_alias=SenderAttribute.UNREADABLE_FOLDERS
    )
    """The first of them. This and what follows only where the sender is read in full."""
    hours: ExpectedHours | None = Field(None, validation_alias=SenderAttribute.HOURS)
    """None where it is always expected."""
    silences: Sequence[Silence] = Field((), validation_alias=SenderAttribute.SILENCES)
    """Those of the last days that are over, oldest first."""
    open: int = Field(0, validation_alias=SenderAttribute.OPEN)
    unknown: int = Field(0, validation_alias=SenderAttribute.UNKNOWN)
    lost_letters: int = Field(0, validation_alias=SenderAttribute.LOST_LETTERS)


class Refusal(BaseModel):
    """The last report of a sender that was refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(validation_alias=SenderAttribute.SENDER)
    name: str = Field(validation_alias=SenderAttribute.SENDER_NAME)
    reported_by: str = Field(validation_alias=SenderAttribute.REPORTED_BY)
    address: str | None = Field(None, validation_alias=SenderAttribute.SOURCE_ADDRESS)
    at: Moment = Field(validation_alias=SenderAttribute.REFUSED_AT)
    problems: Sequence[Problem] = Field((), validation_alias=SenderAttribute.PROBLEMS)
    """These two only where the sender is read in full."""
    request_id: str | None = Field(None, validation_alias=SenderAttribute.REQUEST_ID)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Every sender that ever reported, and the last refused reports, of those too that only had these."""

    senders: Sequence[Sender]
    refusals: Mapping[str, Refusal]
    """By the sender's key."""

    def find(self, key: str) -> tuple[Sender | None, Refusal | None]:
        """What there is of a sender."""
        return next((one for one in self.senders if one.key == key), None), self.refusals.get(key)


SENDER_ATTRIBUTES: Final = sorted(
    {str(field.validation_alias) for model in (Sender, Refusal) for field in model.model_fields.values()}
    | {SenderAttribute.PART}
)
"""What is asked for of a sender in full: nothing of what only the projection reads."""
OF_DEEDS: Final = [str(field.validation_alias) for field in SenderDeed.model_fields.values()]
"""What is asked for of what people did to it."""


def update_fleet(fleet: Fleet, known: Iterable[Sender]) -> Fleet:
    """The fleet with what is known of some of its senders since somebody acted on them."""
    newer = {one.key: one for one in known}
    if not newer:
        return fleet
    return replace(fleet, senders=[newer.get(one.key, one) for one in fleet.senders])


class SenderTable:
    """Senders, as one analyst may see them. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        queries: what the analyst may query.
        table_name: what DynamoDB calls the table.
        cache: what anybody read of it in the last seconds.
    """

    def __init__(self, queries: Queries, table_name: str, cache: Cache) -> None:
        self._queries = queries
        self._table_name = table_name
        self._cache = cache

    def list_all(self) -> Fleet:
        """Every sender, without what is shown of one alone, in no particular order."""
        # All that the index has: it holds what a page shows, and refuses to be asked for more.
        queries = [
            Query(table=self._table_name, index=SenderIndex.STATE, equal={SenderAttribute.STATE: state})
            for state in (*SenderState, REFUSED_STATE)
        ]
        fleet = self._cache.ask((self._table_name, "all"), lambda: _read_fleet(self._queries.run(*queries)))
        return update_fleet(fleet, self._cache.list_noted(self._table_name))

    def read(self, key: str) -> tuple[Sender | None, Refusal | None]:
        """One sender in full: itself, and its last refused report."""
        question = (self._table_name, "one", key)
        return self._cache.ask(question, lambda: self._read(key)).find(key)

    def list_deeds(self, key: str) -> Sequence[SenderDeed]:
        """What people did to a sender."""
        query = Query(
            table=self._table_name,
            equal={SenderAttribute.SENDER: key},
            between=(SenderAttribute.PART, ACTION_PREFIX, f"{ACTION_PREFIX}~"),
            attributes=OF_DEEDS,
            consistent=True,
        )
        return self._cache.ask(
            (self._table_name, "deeds", key),
            lambda: list(map(SenderDeed.model_validate, self._queries.run(query))),
        )

    def reread(self, key: str) -> None:
        """Has everything asked anew, and knows how this one is now before the index does.

        Call it once somebody has acted on it, so that whoever did sees it at once.
        """
        self._cache.forget()
        sender, _ = self._read(key).find(key)
        if sender is not None:
            self._cache.note(self._table_name, key, sender)

    def _read(self, key: str) -> Fleet:
        query = Query(
            table=self._table_name,
            equal={SenderAttribute.SENDER: key},
            # The parts between hold what only the projection reads: lists, sets, what people did.
            between=(SenderAttribute.PART, REFUSED_PART, OWN_PART),
            attributes=SENDER_ATTRIBUTES,
            # Whoever has just acted on it wants to see that.
            consistent=True,
        )
        return _read_fleet(self._queries.run(query))


def _read_fleet(items: Iterable[Item]) -> Fleet:
    senders: dict[str, Sender] = {}
    refusals: dict[str, Refusal] = {}
    for item in items:
        state = item.get(SenderAttribute.STATE)
        if state == REFUSED_STATE:
            refusals[item[SenderAttribute.SENDER]] = Refusal.model_validate(item)
        # A sender that was only marked to be folded has none yet.
        elif state is not None:
            # It may change its state between two queries, and then is in both.
            senders[item[SenderAttribute.SENDER]] = Sender.model_validate(item)
    return Fleet(senders=list(senders.values()), refusals=refusals)


class Notified(BaseModel):
    """One notification to one recipient."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: Moment = Field(validation_alias=NotificationAttribute.NOTIFIED_AT)
    what: str = Field(validation_alias=NotificationAttribute.KIND)
    """One of `contract.messages.NotificationKind`, or one that a later version knows."""
    owner: str = Field("", validation_alias=NotificationAttribute.OWNER)
    channel: str = Field("", validation_alias=NotificationAttribute.CHANNEL)
    """As people are shown it."""


_LOG_ATTRIBUTES: Final = [str(field.validation_alias) for field in Notified.model_fields.values()]
_MOST: Final = 200
"""So many of the latest: a sender has some for years."""


class MessageTable:
    """The log of notifications, as one analyst may see it. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        queries: what the analyst may query.
        table_name: what DynamoDB calls the table; empty where the stack notifies nobody.
        cache: what anybody read of it in the last seconds.
    """

    def __init__(self, queries: Queries, table_name: str, cache: Cache) -> None:
        self._queries = queries
        self._table_name = table_name
        self._cache = cache

    def list_of_incident(self, incident_id: str) -> Sequence[Notified]:
        """The notifications about an incident, oldest first."""
        return self._list(f"{INCIDENT_PREFIX}{incident_id}")

    def list_of_sender(self, key: str) -> Sequence[Notified]:
        """The notifications about a sender, oldest first."""
        return self._list(f"{SENDER_PREFIX}{key}")

    def _list(self, about: str) -> Sequence[Notified]:
        if not self._table_name:
            return ()
        query = Query(
            table=self._table_name,
            equal={NotificationAttribute.SUBJECT: about},
            attributes=_LOG_ATTRIBUTES,
            latest=_MOST,
        )
        return self._cache.ask((self._table_name, about), lambda: _parse(self._queries.run(query)))


def _parse(items: Iterable[Item]) -> list[Notified]:
    return sorted(map(Notified.model_validate, items), key=lambda one: one.at)
