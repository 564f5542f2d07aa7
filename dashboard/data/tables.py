"""The service's tables as one analyst may see them: errors translated, answers shared for some seconds."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from http import HTTPStatus
from itertools import repeat
from typing import TYPE_CHECKING, Any, Final, TypeVar

import boto3

from contract.moments import format_affected_date
from dashboard import columns
from dashboard.data.cache import Cache
from dashboard.data.records import AttributeValues
from dashboard.errors import translate_aws_errors
from dashboard.settings import DashboardSettings, build_client_config
from store.dynamodb import CONNECTIONS, Fields, Item, Query, Reader
from store.incidents import IN_FULL, Incident, IncidentTable, parse_incident
from store.maintenance import MaintenanceTable, Window
from store.notifications import INCIDENT_PREFIX, SENDER_PREFIX, NotificationAttribute
from store.records import Attribute, Index, build_run_query
from store.senders import Fleet, RefusedReport, Sender, SenderEntry, SenderTable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

T = TypeVar("T")

THE_TABLE: Final = "The table"
"""Its name in messages about waiting."""
_DENIED: Final = (
    "AWS refused to show this table to you. Ask the service's owner to check the analyst role: "
    "it must allow dynamodb:Query on all tables and on their indexes."
)
_SUMMARY = tuple(str(column.attribute) for column in (*columns.RECORD, *columns.BESIDE))
"""What is asked for of records without their files; with them, nearly all of the rest is needed, too."""


def _connect(aws: boto3.session.Session, endpoint_url: str | None) -> DynamoDBClient:
    """A client for as many queries at once as a `Reader` makes."""
    return aws.client(
        "dynamodb", endpoint_url=endpoint_url, config=build_client_config(max_pool_connections=CONNECTIONS)
    )


def _take_as_it_is(
    response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: object
) -> None:
    """Has botocore take DynamoDB's answer as the JSON that it is.

    Its own parser gives the same, except for binary values, which records have none of. But it looks at each
    value of each item by itself, and that was most of the processor's time that a month of records took.
    """
    if response_dict["status_code"] == HTTPStatus.OK:
        with suppress(ValueError):  # not JSON: botocore knows what to say
            customized_response_dict.update(json.loads(response_dict["body"]))
            response_dict["body"] = b"{}"


class RecordTable:
    """The table FileSlaErrors, as one analyst may see it. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.
    """

    def __init__(self, session: boto3.session.Session, table_name: str, endpoint_url: str | None) -> None:
        self._table_name = table_name
        self._client = _connect(session, endpoint_url)
        self._client.meta.events.register("before-parse.dynamodb.Query", _take_as_it_is)
        self._reader = Reader(self._client)

    def query_hour(self, hour: datetime, *, with_files: bool) -> Iterator[AttributeValues]:
        """Every record detected in the UTC hour that `hour` lies in."""
        equal = {Attribute.AFFECTED_DATE.value: format_affected_date(hour)}
        return self._query(Index.AFFECTED_DATE, equal, attributes=() if with_files else _SUMMARY)

    def query_run(self, hour: datetime, folder: str, run_id: str) -> Iterator[AttributeValues]:
        """One folder's records of one run, as far as they are of this UTC hour, with their files."""
        return self._read(build_run_query(self._table_name, hour, folder, run_id))

    def query_folder(self, folder: str, first: datetime, last: datetime) -> Iterator[AttributeValues]:
        """One folder's records from the hour of `first` to the hour of `last`, with their files."""
        hours = (Attribute.AFFECTED_DATE, format_affected_date(first), format_affected_date(last))
        return self._query(Index.FOLDER, {Attribute.FOLDER.value: folder}, between=hours)

    def _query(self, index: str, equal: dict[str, str], **more: Any) -> Iterator[AttributeValues]:
        return self._read(Query(table=self._table_name, index=index, equal=equal, **more))

    def _read(self, query: Query) -> Iterator[AttributeValues]:
        with translate_aws_errors(THE_TABLE):
            yield from self._reader.query(query)


def update_live(listed: Sequence[Incident], known: Iterable[Incident]) -> Sequence[Incident]:
    """What an index lists as live, less what is known to be older than what people changed since.

    Args:
        listed: as the index has it, which may be a moment behind.
        known: as their items had it right after somebody acted.
    """
    newer = {one.incident_id: one for one in known}
    if not newer:
        return listed
    current = (max(one, newer.get(one.incident_id, one), key=lambda it: it.version) for one in listed)
    return [one for one in current if one.live]


def join_incidents(ended: Iterable[Incident], live: Iterable[Incident]) -> list[Incident]:
    """All of them, each once, as it is last known: one that was opened again was seen after its end."""
    known: dict[str, Incident] = {}
    for one in (*ended, *live):
        before = known.get(one.incident_id)
        if before is None or (before.ended_at or before.last_seen_at) <= (one.ended_at or one.last_seen_at):
            known[one.incident_id] = one
    return list(known.values())


_UNSETTLED: Final = timedelta(days=2)
"""Days that are younger are asked for each time."""
_SETTLED_FOR: Final = timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class Notified:
    """One notification to one recipient."""

    at: datetime
    what: str
    """One of `contract.words.NotificationKind`, or one that a later version knows."""
    owner: str = ""
    channel: str = ""
    """As people are shown it."""


_NOTIFIED: Final = Fields(
    Notified, NotificationAttribute, at=NotificationAttribute.NOTIFIED_AT, what=NotificationAttribute.KIND
)
_MOST_NOTIFIED: Final = 200
"""So many of the latest: a sender has some for years."""


class AnalystTables:
    """Incidents, senders and notifications, as one analyst may see them. Safe to share between threads.

    Every method raises what `translate_aws_errors` does. Answers are shared by all analysts for some seconds.
    The analyst's credentials allow `dynamodb:Query` alone.
    """

    def __init__(self, aws: boto3.session.Session, settings: DashboardSettings, cache: Cache) -> None:
        self._reader = Reader(_connect(aws, settings.endpoint_url))
        self._incidents = IncidentTable(self._reader, settings.incidents_table_name)
        self._senders = SenderTable(self._reader, settings.senders_table_name)
        self._notifications = settings.notifications_table_name
        self._cache = cache

    def list_live(self) -> Sequence[Incident]:
        """Every incident that is open or unknown, in no order."""
        table = self._incidents
        listed = self._ask((table.name, "live"), lambda: _parse_incidents(table.query_live()))
        return update_live(listed, self._cache.list_noted(table.name))

    def list_incidents(self, days: Sequence[date]) -> list[Incident]:
        """Every incident that ended on one of these days, in UTC, or has not ended; in no order.

        Days that are long past are remembered for an hour: a report that comes late may still end something
        then, and what is opened again is live, and counts as it is now. Those that ended have their history.
        """
        with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="ended") as pool:
            ended = [one for found in pool.map(self._list_ended, days, repeat(max(days))) for one in found]
        noted: list[Incident] = self._cache.list_noted(self._incidents.name)
        ended += [one for one in noted if one.ended_at and one.ended_at.date() in days]
        return join_incidents(ended, self.list_live())

    def read_incident(self, listed: Incident) -> Incident | None:
        """An incident in full, with its history; None if it is no longer kept.

        It is never older than `listed`, as a list has it: what is known of before is another question.
        """
        state = (listed.status, listed.last_seen_at, listed.ended_at, listed.version)
        question = (self._incidents.name, "one", listed.incident_id, *state)
        return self._ask(question, lambda: self._read_incident(listed.sender, listed.incident_id))

    def find_incident(self, incident_id: str) -> Incident | None:
        """The incident of this id in full, ended or not; None if there is none."""
        table = self._incidents
        sender = self._ask((table.name, "sender", incident_id), lambda: table.find_sender(incident_id))
        question = (table.name, "id", incident_id)
        return self._ask(question, lambda: self._read_incident(sender, incident_id)) if sender else None

    def reread_incidents(self, incidents: Sequence[Incident]) -> None:
        """Has everything asked anew, and knows how these are now before the indexes do.

        Call it once somebody has acted on them, so that whoever did sees it at once.
        """
        self._cache.forget()
        for one in incidents:
            with translate_aws_errors(THE_TABLE, _DENIED):
                found = self._read_incident(one.sender, one.incident_id)
            if found is not None:
                self._cache.note(self._incidents.name, found.incident_id, found)

    def list_senders(self) -> Fleet:
        """Every sender, without what is shown of one alone, in no order."""
        fleet = self._ask((self._senders.name, "all"), self._senders.list_all)
        # With what is known of some of them since somebody acted on them.
        newer = {one.key: one for one in self._cache.list_noted(self._senders.name)}
        return replace(fleet, senders=[newer.get(one.key, one) for one in fleet.senders]) if newer else fleet

    def read_sender(self, key: str) -> tuple[Sender | None, RefusedReport | None]:
        """One sender in full, and its last refused report."""
        return self._ask((self._senders.name, "one", key), lambda: self._senders.read_one(key)).find(key)

    def list_changes(self, key: str) -> Sequence[SenderEntry]:
        """What people changed about a sender."""
        return self._ask((self._senders.name, "changes", key), lambda: self._senders.list_changes(key))

    def reread_sender(self, key: str) -> None:
        """The same as `reread_incidents`, of a sender."""
        self._cache.forget()
        with translate_aws_errors(THE_TABLE, _DENIED):
            sender, _ = self._senders.read_one(key).find(key)
        if sender is not None:
            self._cache.note(self._senders.name, key, sender)

    def list_windows(self, since: datetime) -> Sequence[Window]:
        """The maintenance windows that were not over at a moment, the first to end first."""
        if not self._notifications:
            return ()
        table = MaintenanceTable(self._reader, self._notifications)
        day = since.replace(hour=0, minute=0, second=0, microsecond=0)
        listed = self._ask((table.name, "maintenance", day), lambda: table.list_windows(day))
        return [one for one in listed if one.over_at > since]

    def forget(self) -> None:
        """Has everything asked anew, once somebody has acted."""
        self._cache.forget()

    def list_notified_of_incident(self, incident_id: str) -> Sequence[Notified]:
        """The notifications about an incident, oldest first."""
        return self._list_notified(f"{INCIDENT_PREFIX}{incident_id}")

    def list_notified_of_sender(self, key: str) -> Sequence[Notified]:
        """The notifications about a sender, oldest first."""
        return self._list_notified(f"{SENDER_PREFIX}{key}")

    def _ask(self, question: Hashable, read: Callable[[], T], good_for: timedelta | None = None) -> T:
        def ask() -> T:
            with translate_aws_errors(THE_TABLE, _DENIED):
                return read()

        return self._cache.get(question, ask, good_for) if good_for else self._cache.ask(question, ask)

    def _read_incident(self, sender: str, incident_id: str) -> Incident | None:
        item = self._incidents.query_one(sender, incident_id)
        return parse_incident(item) if item else None

    def _list_ended(self, day: date, latest: date) -> Sequence[Incident]:
        return self._ask(
            (self._incidents.name, "ended", day),
            lambda: _parse_incidents(self._incidents.query_ended([day], attributes=IN_FULL)),
            good_for=None if latest - day <= _UNSETTLED else _SETTLED_FOR,
        )

    def _list_notified(self, subject: str) -> Sequence[Notified]:
        if not self._notifications:  # the stack notifies nobody
            return ()
        equal, wanted = {NotificationAttribute.SUBJECT.value: subject}, _NOTIFIED.attributes
        query = Query(table=self._notifications, equal=equal, attributes=wanted, latest=_MOST_NOTIFIED)

        def read() -> list[Notified]:
            found = [Notified(**_NOTIFIED.read(item)) for item in self._reader.query(query)]
            return sorted(found, key=lambda one: one.at)

        return self._ask((self._notifications, subject), read)


def _parse_incidents(items: Iterable[Item]) -> list[Incident]:
    # One whose status changes between two queries is in both.
    return list({one.incident_id: one for one in map(parse_incident, items)}.values())
