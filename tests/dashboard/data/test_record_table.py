from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import Stubber

from dashboard.data.record_table import RecordTable
from dashboard.errors import (
    AccessDeniedError,
    ServiceFaultError,
    SessionExpiredError,
    TooManyRequestsError,
    UnreachableError,
)
from store.records import Attribute, FileAttribute
from tests.dashboard.fake_table import REGION, TABLE, item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOUR = datetime(2026, 11, 23, 20, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def breach_table(dynamodb: "DynamoDBClient") -> RecordTable:
    assert dynamodb.meta.region_name == REGION
    return RecordTable(boto3.session.Session(region_name=REGION), TABLE, None)


@pytest.fixture
def stubbed() -> Iterator[tuple[RecordTable, Stubber]]:
    session = boto3.session.Session("key", "secret", region_name=REGION)
    breach_table = RecordTable(session, TABLE, None)
    with Stubber(breach_table._client) as stubber:
        yield breach_table, stubber


def folders(items: Iterator[Any]) -> list[str]:
    return sorted(record[Attribute.FOLDER]["S"] for record in items)


def test_an_hour_is_every_record_detected_in_it(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    store(
        item(HOUR - MINUTE, "before"),
        item(HOUR, "first"),
        item(HOUR + 59 * MINUTE, "last"),
        item(HOUR + 60 * MINUTE, "after"),
    )
    assert folders(breach_table.query_hour(HOUR, with_files=False)) == ["first", "last"]


@pytest.mark.parametrize("with_files", [True, False])
def test_files_are_fetched_only_where_they_are_shown(
    breach_table: RecordTable, store: Callable[..., None], with_files: bool
) -> None:
    store(item(HOUR, "F", [("a", HOUR)], sender="s", run="1"))
    (record,) = breach_table.query_hour(HOUR, with_files=with_files)
    assert (Attribute.FILES in record) is with_files
    assert (Attribute.RUN_ID in record) is with_files
    assert record[Attribute.SENDER] == {"S": "s"}
    assert Attribute.ERROR_ID not in record


def test_a_folder_is_its_records_of_the_hours_asked_for(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    times = {hours: HOUR + timedelta(hours=hours, minutes=30) for hours in (-2, -1, 0, 1, 2)}
    store(*(item(time, "F", sla=10 + hours) for hours, time in times.items()), item(HOUR, "other"))
    records = breach_table.query_folder("F", times[-1], times[1])
    assert [record[Attribute.SLA]["N"] for record in records] == ["9", "10", "11"]


def test_long_answers_are_read_page_by_page(stubbed: tuple[RecordTable, Stubber]) -> None:
    breach_table, stubber = stubbed
    key = {Attribute.ERROR_ID: {"S": "1"}}
    record = {Attribute.FOLDER: {"S": "F"}}
    stubber.add_response("query", {"Items": [record], "LastEvaluatedKey": key})
    stubber.add_response("query", {"Items": [record]})
    assert folders(breach_table.query_hour(HOUR, with_files=False)) == ["F", "F"]
    stubber.assert_no_pending_responses()


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("AccessDeniedException", AccessDeniedError),
        ("ExpiredTokenException", SessionExpiredError),
        ("ProvisionedThroughputExceededException", TooManyRequestsError),
        ("InternalServerError", ServiceFaultError),
    ],
)
def test_every_refusal_has_its_own_error(
    stubbed: tuple[RecordTable, Stubber], code: str, error: type[Exception]
) -> None:
    breach_table, stubber = stubbed
    stubber.add_client_error("query", code, "internals", 400)
    with pytest.raises(error) as caught:
        list(breach_table.query_hour(HOUR, with_files=False))
    assert "internals" not in str(caught.value)


def test_no_answer_is_told_apart(breach_table: RecordTable, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise EndpointConnectionError(endpoint_url="https://dynamodb.example")

    monkeypatch.setattr(breach_table._client, "_make_api_call", fail)
    with pytest.raises(UnreachableError):
        list(breach_table.query_hour(HOUR, with_files=False))


def test_a_folder_in_an_hour_is_its_records_of_that_hour_with_their_files(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    store(
        item(HOUR - MINUTE, "F", [("before", HOUR)]),
        item(HOUR + 59 * MINUTE, "F", [("in", HOUR)]),
        item(HOUR + 60 * MINUTE, "F", [("after", HOUR)]),
        item(HOUR, "other", [("other", HOUR)]),
    )
    (record,) = breach_table.query_folder_in_hour(HOUR + 30 * MINUTE, "F")
    (file,) = record[Attribute.FILES]["L"]
    assert list(breach_table.query_folder("F", HOUR, HOUR)) == [record]
    assert file["M"][FileAttribute.FILENAME]["S"] == "in"


def test_a_run_is_its_records_of_a_folder_and_no_others(
    breach_table: RecordTable, store: Callable[..., None]
) -> None:
    mine = item(HOUR, "F", [("mine", HOUR)], run="run-1")
    store(mine, item(HOUR + MINUTE, "F", run="run-2"), item(HOUR, "F"), item(HOUR, "other", run="run-1"))
    (record,) = breach_table.query_run(HOUR + 30 * MINUTE, "F", "run-1")
    assert record[Attribute.FILES] == mine[Attribute.FILES]
    assert list(breach_table.query_run(HOUR + 60 * MINUTE, "F", "run-1")) == []
