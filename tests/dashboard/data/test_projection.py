"""What analysts read of the projection: every access pattern, on items that the Lambda wrote."""

from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from contract.words import IncidentStatus, SenderState, UnknownReason
from dashboard.data import incident
from dashboard.data.incident import Incident
from dashboard.data.incident_table import IncidentTable
from dashboard.data.queries import Queries, Query
from dashboard.data.recent import KEPT_FOR, Recent
from dashboard.data.sender import Refusal, Sender
from dashboard.data.sender_table import SenderTable
from dashboard.errors import AccessDeniedError
from store.dynamodb import TableSpec
from store.incidents import INCIDENTS_TABLE, IncidentIndex
from store.senders import SENDERS_TABLE, SenderIndex
from tests.dashboard.fake_table import REGION
from tests.dashboard.projected import Projected
from tests.dashboard.stopped_clock import StoppedClock
from tests.incidents.playing import at, listing, run, stuck
from tests.projection_tables import INCIDENTS, SENDERS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def queries(dynamodb: "DynamoDBClient") -> Queries:
    assert dynamodb.meta.region_name == REGION
    return Queries(boto3.session.Session(region_name=REGION), None)


@pytest.fixture
def incidents(queries: Queries, clock: StoppedClock) -> IncidentTable:
    return IncidentTable(queries, INCIDENTS, Recent(clock))


@pytest.fixture
def senders(queries: Queries, clock: StoppedClock) -> SenderTable:
    return SenderTable(queries, SENDERS, Recent(clock))


def test_live_is_what_is_open_or_unknown_of_every_sender(
    projected: Projected, incidents: IncidentTable
) -> None:
    for number in range(6):
        projected.tell(run(0, stuck(A, "a"), sender=f"stock-{number}"))
    projected.tell(listing(0, [B], stuck(A, "a", created=-9), sender="lists"), "ana/LISTS")
    projected.tell(listing(1, [A, B], sender="lists"), "ana/LISTS")
    projected.sweep(at(4))
    live = {one.sender: one for one in incidents.list_live()}
    assert live.keys() == {f"stock-{number}" for number in range(6)}
    assert {(one.status, one.reason) for one in live.values()} == {
        (IncidentStatus.UNKNOWN, UnknownReason.QUIET)
    }
    projected.tell(listing(2, [B], stuck(A, "b"), sender="lists"), "ana/LISTS")
    assert incidents.list_live() == list(live.values())


def test_an_incident_is_read_as_it_was_written(projected: Projected, incidents: IncidentTable) -> None:
    projected.tell(run(0, stuck(A, "a", "b", created=-9, sla=30), sender="key"), "ana/FILES01")
    [one] = incidents.list_live()
    assert (one.sender, one.sender_name, one.folder, one.sla) == ("key", "ana/FILES01", A, 30)
    assert (one.status, one.reason, one.ended_at, one.reopened) == (IncidentStatus.OPEN, None, None, 0)
    assert (one.file_count, one.peak_file_count, one.oldest_creation) == (2, 2, at(-9))
    assert (one.opened_at, one.breached_since) == (at(0), at(-8.5))
    assert (one.last_seen_at, one.last_seen_run, one.last_seen_arrival) == (at(0), "run-0", at(0))
    assert one.overdue_minutes(at(1)) == 9.5 * 60
    assert incidents.find(one.incident_id) == one


def test_one_without_a_plausible_date_has_no_age(projected: Projected, incidents: IncidentTable) -> None:
    breach = stuck(A, "a")
    projected.tell(run(0, type(breach)(**{**vars(breach), "oldest": None})))
    [one] = incidents.list_live()
    assert one.oldest_creation is None
    assert one.overdue_minutes(at(1)) is None


def test_ended_ones_are_found_by_their_day_and_by_id(projected: Projected, incidents: IncidentTable) -> None:
    projected.tell(listing(0, [B], stuck(A, "a"), sender="one"))
    projected.tell(listing(1, [A, B], sender="one"))
    projected.tell(listing(20, [B], stuck(A, "a", created=18), sender="two"))
    projected.tell(listing(21, [A, B], sender="two"))
    today, tomorrow = at(0).date(), at(24).date()
    assert [one.sender for one in incidents.list_ended([today])] == ["one"]
    assert [one.sender for one in incidents.list_ended([tomorrow])] == ["two"]
    ended = incidents.list_ended([today, tomorrow])
    assert [(one.sender, one.status, one.ended_at) for one in ended] == [
        ("one", IncidentStatus.CLEARED, at(1)),
        ("two", IncidentStatus.CLEARED, at(21)),
    ]
    assert incidents.find(ended[0].incident_id) == ended[0]
    assert incidents.find("none") is None


def test_senders_are_those_of_every_state_and_those_that_were_only_refused(
    projected: Projected, senders: SenderTable
) -> None:
    for number, hours in enumerate((0, 1, 2)):
        projected.tell(run(hours, sender="regular", has_run=True, run_id=f"r{number}"))
    projected.tell(listing(5, [A], stuck(B, "b"), sender="lists", client="FileSla/1.0"), "ana/LISTS")
    projected.refuse("never", at(5), ("sla_error", "is missing", "send it"))
    projected.sweep(at(5.1))
    fleet = senders.list_all()
    assert {one.key: one.state for one in fleet.senders} == {
        "regular": SenderState.SILENT,
        "lists": SenderState.UP,
    }
    assert list(fleet.refusals) == ["never"]
    lists, refusal = fleet.find("lists")
    assert refusal is None
    assert lists is not None
    assert (lists.name, lists.reported_by, lists.client) == ("ana/LISTS", "ana", "FileSla/1.0")
    assert (lists.watched, lists.unreadable, lists.open, lists.unknown) == (2, 0, 1, 0)
    assert (lists.last_run_at, lists.due_at, lists.interval_from) == (at(5), at(6), "assumed")


def test_a_sender_in_full_has_its_unreadable_folders_and_its_refused_report(
    projected: Projected, senders: SenderTable
) -> None:
    projected.tell(listing(0, [A], errors=[B], sender="key"), spelt={B.lower(): B})
    projected.refuse("key", at(1), ("sla_error.0.sla", "is no number", "send minutes"))
    sender, refusal = senders.read("key")
    assert sender is not None
    assert [(one.folder, one.error) for one in sender.unreadable_folders] == [(B, "Access is denied.")]
    assert refusal is not None
    assert (refusal.at, refusal.request_id, refusal.address) == (at(1), "request-1", "10.0.0.9")
    [problem] = refusal.problems
    assert (problem.field, problem.problem, problem.hint) == (
        "sla_error.0.sla",
        "is no number",
        "send minutes",
    )
    assert senders.read("nobody") == (None, None)


def test_mixed_up_sets_are_read_with_until_when(projected: Projected, senders: SenderTable) -> None:
    for hours in range(5):
        # Two servers with folders beside each other take turns.
        projected.tell(run(hours, stuck((A, B)[hours % 2], "a", created=-3), sender="key"))
    sender, _ = senders.list_all().find("key")
    assert sender is not None
    assert [one.folder for one in sender.mixed_up] == ["c:\\jobs"]
    assert sender.mixed_up[0].until > at(4)


def test_what_was_read_is_remembered_for_some_seconds(
    projected: Projected, senders: SenderTable, incidents: IncidentTable, clock: StoppedClock
) -> None:
    assert (senders.list_all().senders, incidents.list_live()) == ([], [])
    projected.tell(run(0, stuck(A, "a")))
    assert (senders.list_all().senders, incidents.list_live()) == ([], [])
    clock.now += KEPT_FOR
    assert (len(senders.list_all().senders), len(incidents.list_live())) == (1, 1)


def test_an_incident_in_full_is_never_older_than_the_list_that_it_was_picked_from(
    projected: Projected, incidents: IncidentTable
) -> None:
    projected.tell(listing(0, [A], stuck(A, "a"), sender="lists"), "ana/LISTS")
    [listed] = incidents.list_live()
    assert incidents.read(listed) == incidents.find(listed.incident_id)
    projected.tell(listing(1, [A], sender="lists"), "ana/LISTS")
    # Of the same two seconds: the other list is asked for the first time.
    [ended] = incidents.list_ended([at(1).date()], most=None)
    found = incidents.read(ended)
    assert found
    assert (ended.status, found.status) == (IncidentStatus.CLEARED, IncidentStatus.CLEARED)


def test_a_refusal_of_aws_is_told_in_our_words_and_not_remembered(clock: StoppedClock) -> None:
    queries = Queries(boto3.session.Session("key", "secret", region_name=REGION), None)
    table = IncidentTable(queries, INCIDENTS, Recent(clock))
    with Stubber(queries._client) as stubber:
        stubber.add_client_error("query", "AccessDeniedException", "internals", 400)
        stubber.add_response("query", {"Items": []})
        with pytest.raises(AccessDeniedError, match="senders and incidents"):
            table.list_ended([datetime(2026, 3, 2, tzinfo=UTC).date()])
        assert table.list_ended([datetime(2026, 3, 2, tzinfo=UTC).date()]) == []


def test_the_last_ones_are_read_first_where_not_all_are_wanted() -> None:
    queries = Queries(boto3.session.Session("key", "secret", region_name=REGION), None)
    items = [{"EndedAt": {"S": str(number)}} for number in (3, 2)]
    with Stubber(queries._client) as stubber:
        stubber.add_response(
            "query",
            {"Items": items},
            {
                "TableName": "Incidents",
                "IndexName": "EndedIndex",
                "KeyConditionExpression": "#EndedOn = :EndedOn",
                "ExpressionAttributeNames": {"#EndedOn": "EndedOn"},
                "ExpressionAttributeValues": {":EndedOn": {"S": "day"}},
                "ScanIndexForward": False,
                "Limit": 2,
            },
        )
        found = queries.run(Query(table="Incidents", index="EndedIndex", equal={"EndedOn": "day"}, latest=2))
    assert [item["EndedAt"] for item in found] == ["3", "2"]


@pytest.mark.parametrize(
    ("spec", "index", "model", "of_one"),
    [
        (
            INCIDENTS_TABLE,
            IncidentIndex.LIVE,
            Incident,
            {"ended_at", "cleared_by", "between", "history"},
        ),
        (
            SENDERS_TABLE,
            SenderIndex.STATE,
            Sender,
            {"unreadable_folders", "hours", "silences"},
        ),
        (SENDERS_TABLE, SenderIndex.STATE, Refusal, {"problems", "request_id"}),
    ],
)
def test_an_index_has_all_that_is_shown_of_many(
    spec: TableSpec, index: str, model: type[Incident | Sender | Refusal], of_one: AbstractSet[str]
) -> None:
    """AWS refuses to be asked for more, and gives less where nothing is asked for."""
    of_index = next(one for one in spec.indexes if one.name == index)
    keys = {spec.partition_key, spec.sort_key, of_index.partition_key, of_index.sort_key}
    wanted = {field.validation_alias for name, field in model.model_fields.items() if name not in of_one}
    assert wanted <= {*of_index.included, *keys}
    assert "Body" not in incident.LISTED_ATTRIBUTES
