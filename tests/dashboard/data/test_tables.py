"""What analysts read of the projection: every access pattern, on items that the Lambda wrote."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from botocore.stub import Stubber

from contract.words import IncidentStatus
from dashboard import errors
from dashboard.data.cache import KEPT_FOR, Cache
from dashboard.data.tables import AnalystTables, RecordTable, join_incidents
from store import senders
from store.dynamodb import TableSpec
from store.incidents import INCIDENTS_TABLE, LISTED, IncidentAttribute, IncidentIndex
from store.records import Attribute
from store.runs import Stamp
from store.senders import SENDERS_TABLE, SenderAttribute, SenderIndex
from tests.dashboard.clocks import StoppedClock
from tests.dashboard.fake_table import REGION, TABLE, item
from tests.dashboard.projected import Projected, read_incidents
from tests.dashboard.test_settings import SETTINGS
from tests.stands.playing import at, listing, played, run, stuck
from tests.stands.projection_tables import INCIDENTS, SENDERS

HOUR = datetime(2026, 11, 23, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def breach_table(dynamodb: object) -> RecordTable:
    return RecordTable(boto3.session.Session(region_name=REGION), TABLE, None)


def test_an_hour_is_every_record_detected_in_it_with_files_where_they_are_shown(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    minutes = {"before": -1, "first": 0, "last": 59, "after": 60}
    files = [("a", HOUR)]
    store(*(item(HOUR + number * MINUTE, name, files, run="1") for name, number in minutes.items()))
    for with_files in (True, False):
        found = list(breach_table.query_hour(HOUR, with_files=with_files))
        assert sorted(record[Attribute.FOLDER]["S"] for record in found) == ["first", "last"]
        for attribute in (Attribute.FILES, Attribute.RUN_ID):
            assert all((attribute in record) is with_files for record in found)


def test_a_folder_is_its_records_of_the_hours_asked_for(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    times = {hours: HOUR + timedelta(hours=hours, minutes=30) for hours in (-2, -1, 0, 1, 2)}
    store(*(item(time, "F", sla=10 + hours) for hours, time in times.items()), item(HOUR, "other"))
    found = breach_table.query_folder("F", times[-1], times[1])
    assert [record[Attribute.SLA]["N"] for record in found] == ["9", "10", "11"]
    assert [record[Attribute.SLA]["N"] for record in breach_table.query_folder("F", HOUR, HOUR)] == ["10"]


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", errors.AccessDeniedError),
        ("ExpiredTokenException", errors.SessionExpiredError),
        ("ProvisionedThroughputExceededException", errors.TooManyRequestsError),
        ("InternalServerError", errors.ServiceFaultError),
    ],
)
def test_every_refusal_has_its_own_error(code: str, error: type[Exception]) -> None:
    table = RecordTable(boto3.session.Session("key", "secret", region_name=REGION), TABLE, None)
    with Stubber(table._client) as stubber:
        stubber.add_client_error("query", code, "internals", 400)
        with pytest.raises(error) as caught:
            list(table.query_hour(HOUR, with_files=False))
    assert "internals" not in str(caught.value)


def test_a_run_is_its_records_of_a_folder_and_no_others(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    mine = item(HOUR, "F", [("mine", HOUR)], run="run-1")
    store(mine, item(HOUR + MINUTE, "F", run="run-2"), item(HOUR, "F"), item(HOUR, "other", run="run-1"))
    (record,) = breach_table.query_run(HOUR + 30 * MINUTE, "F", "run-1")
    assert record[Attribute.FILES] == mine[Attribute.FILES]
    assert list(breach_table.query_run(HOUR + 60 * MINUTE, "F", "run-1")) == []


A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"


def open_tables(aws: boto3.session.Session, clock: StoppedClock) -> AnalystTables:
    names = {"incidents_table_name": INCIDENTS, "senders_table_name": SENDERS}
    return AnalystTables(aws, SETTINGS.model_copy(update={**names, "endpoint_url": None}), Cache(clock))


@pytest.fixture
def tables(dynamodb: object, clock: StoppedClock) -> AnalystTables:
    return open_tables(boto3.session.Session(region_name=REGION), clock)


def test_ended_ones_are_found_by_their_day_and_by_id(projected: Projected, tables: AnalystTables) -> None:
    projected.tell(listing(0, [B], stuck(A, "a"), sender="one"))
    projected.tell(listing(1, [A, B], sender="one"))
    projected.tell(listing(20, [B], stuck(A, "a", created=18), sender="two"))
    projected.tell(listing(21, [A, B], sender="two"))
    today, tomorrow = at(0).date(), at(24).date()
    assert [one.sender for one in tables.list_incidents([tomorrow])] == ["two"]
    ended = tables.list_incidents([today, tomorrow])
    assert [(one.sender, one.ended_at) for one in ended] == [("one", at(1)), ("two", at(21))]
    assert tables.find_incident(ended[0].incident_id) == ended[0]
    assert tables.find_incident("none") is None


def test_an_incident_in_full_is_never_older_than_the_list_that_it_was_picked_from(
    projected: Projected, tables: AnalystTables, clock: StoppedClock
) -> None:
    projected.tell(listing(0, [A], stuck(A, "a"), sender="lists"), "ana/LISTS")
    [listed] = tables.list_live()
    assert tables.read_incident(listed) == tables.find_incident(listed.incident_id)
    projected.tell(listing(1, [A], sender="lists"), "ana/LISTS")
    # Of the same two seconds: what was read is remembered, and the other list is asked for the first time.
    assert tables.list_live() == [listed]
    [ended] = tables.list_incidents([at(1).date()])
    found = tables.read_incident(ended)
    assert found
    assert (ended.status, found.status) == (IncidentStatus.CLEARED, IncidentStatus.CLEARED)
    clock.now += KEPT_FOR
    assert tables.list_live() == []


def test_a_refusal_of_aws_is_told_in_our_words_and_not_remembered(clock: StoppedClock) -> None:
    tables = open_tables(boto3.session.Session("key", "secret", region_name=REGION), clock)
    with Stubber(tables._reader.client) as stubber:
        stubber.add_client_error("query", "AccessDeniedException", "internals", 400)
        stubber.add_response("query", {"Items": []})
        with pytest.raises(errors.AccessDeniedError, match="dynamodb:Query on all tables"):
            tables.list_changes("key")
        assert tables.list_changes("key") == []


@pytest.mark.parametrize(
    ("spec", "index", "shown", "of_one"),
    [
        (INCIDENTS_TABLE, IncidentIndex.LIVE, LISTED,
         {IncidentAttribute.ENDED_AT, IncidentAttribute.CLEARED_BY, IncidentAttribute.CLEARED_BETWEEN}),
        (SENDERS_TABLE, SenderIndex.STATE, senders._SENDER.attributes,
         {SenderAttribute.UNREADABLE_FOLDERS, SenderAttribute.SILENCES, SenderAttribute.SET_ASIDE_AT}),
        (SENDERS_TABLE, SenderIndex.STATE, senders._REFUSED.attributes,
         {SenderAttribute.PROBLEMS, SenderAttribute.REQUEST_ID}),
    ],
)  # fmt: skip
def test_an_index_has_all_that_is_shown_of_many(
    spec: TableSpec, index: str, shown: Sequence[str], of_one: AbstractSet[str]
) -> None:
    """AWS refuses to be asked for more, and gives less where nothing is asked for."""
    of_index = next(one for one in spec.indexes if one.name == index)
    keys = {spec.partition_key, spec.sort_key, of_index.partition_key, of_index.sort_key}
    assert set(shown) - of_one <= {*of_index.included, *keys}
    assert "RuleState" not in shown


def test_one_that_was_opened_again_counts_once_as_it_is_now() -> None:
    [live] = read_incidents(played(run(0, stuck(A, "a", created=-2))))
    first, again = (replace(live, status=IncidentStatus.CLEARED, ended_at=at(hours)) for hours in (2, 5))
    assert join_incidents([again, first], []) == [again]
    reopened = replace(live, seen=Stamp(at(6), "r", at(6)))
    assert join_incidents([first, again], [reopened]) == [reopened]
    # The list of live ones may be some seconds old.
    assert join_incidents([first], [live]) == [first]
