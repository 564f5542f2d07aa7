"""The overview, on senders and incidents as the Lambda writes them."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import boto3
import pytest
from moto.cloudwatch.models import cloudwatch_backends
from streamlit.testing.v1 import AppTest

from dashboard.backend import backend
from dashboard.data.metrics import Metrics
from dashboard.data.tables import RecordTable
from dashboard.errors import AccessDeniedError, UnreachableError
from tests.dashboard.fake_table import REGION, item
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import column, facts, figures, links, open_view, pick, shown
from tests.dashboard.views.test_service_health import put_alarm
from tests.stands.playing import listing, run, stuck

BERLIN = ZoneInfo("Europe/Berlin")
A, B, C = "C:\\Jobs\\A", "C:\\Jobs\\B", "\\\\nas\\out"


@pytest.fixture
def fleet(projected: Projected) -> Projected:
    """A server with two folders in breach, and one that fell silent with one."""
    now = hours_ago(0)
    two = (stuck(A, "young", created=now - 2), stuck(B, "old", "older", created=now - 30, sla=60))
    projected.tell(listing(now - 0.2, [C], *two, sender="one", run_id="run-1"), "ana/FILES01")
    projected.tell(listing(now - 9, [], stuck(C, "x", created=now - 20), sender="two"), "ana/FILES02")
    projected.sweep()
    return projected


def test_who_has_no_sender_yet_is_told_where_the_script_has_to_send(signed_in: AppTest) -> None:
    open_view(signed_in, "overview")
    assert "No server has reported yet" in shown(signed_in)
    addresses = [code.value for code in signed_in.code]
    assert addresses[0].endswith("/dev/auth")
    assert addresses[1].endswith("/dev/file_sla_error")
    assert not signed_in.metric


@pytest.mark.usefixtures("fleet")
def test_what_is_open_is_shown_the_worst_first_and_what_is_unknown_apart(signed_in: AppTest) -> None:
    open_view(signed_in, "overview")
    assert column(signed_in, "folder") == [B, A]
    assert column(signed_in, "status") == ["▲ Open", "▲ Open"]
    assert column(signed_in, "sender_name") == ["ana/FILES01"] * 2
    assert column(signed_in, "file_count") == ["2", "1"]
    assert column(signed_in, "overdue") == ["1 d 5 h", "1 h 40 min"]
    assert figures(signed_in) == {
        "Open incidents": "2",
        "Oldest over SLA": "1 d 5 h",
        "Unknown": "1",
        "Silent senders": "1",
        "Unreadable folders": "0",
    }
    # What is unknown stands apart, with the reason.
    assert column(signed_in, "folder", 1) == [C]
    assert column(signed_in, "reason", 1) == ["server silent"]
    assert "server silent** (1): the server has not reported for longer than twice its interval" in shown(
        signed_in
    )


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("chosen", [{"range": "1h"}, {"range": "custom", "days": "2026-01-01..2026-01-02"}])
def test_now_is_now_whatever_range_the_other_pages_have(signed_in: AppTest, chosen: dict[str, str]) -> None:
    open_view(signed_in, "overview", **chosen)
    assert column(signed_in, "folder") == [B, A]
    assert [radio.label for radio in signed_in.radio] == ["Whose"]
    assert signed_in.query_params["range"] == chosen["range"]


@pytest.mark.usefixtures("fleet")
def test_the_picked_one_shows_its_files_and_when_its_server_reported_last(
    signed_in: AppTest, store: Callable[..., None]
) -> None:
    arrived = datetime.now(UTC) - timedelta(hours=0.2)
    old = datetime.now(UTC) - timedelta(hours=30)
    store(
        item(arrived, B, [("old", old), ("older", old - timedelta(hours=1))], run="run-1"),
        item(arrived, B, [("of another run", old)], run="run-0"),
        item(arrived, A, [("of another folder", old)], run="run-1"),
    )
    open_view(signed_in, "overview")
    pick(signed_in, parameter="incident")
    assert B in [code.value for code in signed_in.code]
    assert column(signed_in, "filename", 1) == ["older", "old"]
    assert column(signed_in, "overdue_now", 1) == ["1 d 6 h", "1 d 5 h"]
    session = backend().sessions.find(signed_in.session_state["session_id"])
    assert session
    reported = next(one for one in session.tables.list_senders().senders if one.key == "one").last_run_at
    told = facts(signed_in)
    assert "**Open**: in the latest report." in told
    assert "Sender: **ana/FILES01**" in told
    assert f"Last report of its server: **{reported.astimezone(BERLIN):%Y-%m-%d %H:%M:%S}**" in told
    assert {"Folder history", "Sender", "What to do about folders in breach"} <= links(signed_in).keys()


@pytest.mark.usefixtures("fleet")
def test_one_whose_records_expired_says_so(signed_in: AppTest) -> None:
    open_view(signed_in, "overview")
    pick(signed_in, parameter="incident")
    assert "no longer kept" in shown(signed_in)


def test_what_a_script_no_longer_reports_is_no_trouble(signed_in: AppTest, projected: Projected) -> None:
    now = hours_ago(0)
    projected.tell(run(now - 5, stuck(A, "a", created=now - 9), sender="stock"))
    projected.sweep()
    open_view(signed_in, "overview")
    assert "All well: 1 server reported, the last 5 h ago; no reporting schedule." in shown(signed_in)
    assert figures(signed_in)["Unknown"] == "0"
    [expander] = signed_in.expander
    assert expander.label == "No longer reported (1)"
    assert not expander.proto.expanded
    assert "this script reports problems only" in shown(signed_in)
    pick(signed_in, parameter="incident")
    assert signed_in.expander[0].proto.expanded
    assert "**Unknown**: no longer reported: this script reports problems" in facts(signed_in)


def test_nothing_open_is_not_all_well_while_a_server_is_silent(
    signed_in: AppTest, projected: Projected
) -> None:
    projected.tell(listing(hours_ago(9), [A], sender="one"))
    projected.sweep()
    told = shown(open_view(signed_in, "overview"))
    assert "All well" not in told
    assert "No open incidents: 1 server reported, the last 9 h ago; 1 of 1 senders late." in told


def test_a_refused_sender_is_told_before_it_ever_reported(signed_in: AppTest, projected: Projected) -> None:
    projected.refuse("never", datetime.now(UTC), ("sla_error", "is missing", "send it"))
    told = shown(open_view(signed_in, "overview"))
    assert "No report has been accepted yet." in told
    assert "The last report of 1 sender was refused." in told


def test_what_ended_today_is_listed_below(signed_in: AppTest, projected: Projected) -> None:
    now = hours_ago(0)
    projected.tell(listing(now - 0.03, [], stuck(A, "a", created=now - 9), sender="one"))
    projected.tell(listing(now - 0.02, [A], sender="one"))
    projected.tell(listing(now - 80, [], stuck(B, "b", created=now - 99), sender="two"))
    projected.tell(listing(now - 70, [B], sender="two"))
    # It is never the first minutes of a day in this zone.
    zone = f"Etc/GMT{(datetime.now(UTC).hour - 12):+d}"
    open_view(signed_in, "overview", zone=zone)
    assert column(signed_in, "folder") == [A]
    assert column(signed_in, "status") == ["✓ Cleared"]
    assert column(signed_in, "basis") == ["the server read the folder, and no file was over the SLA"]


def test_a_link_to_one_that_ended_long_ago_shows_it(signed_in: AppTest, projected: Projected) -> None:
    projected.tell(listing(0, [], stuck(A, "a", created=-9), sender="one"))
    [incident] = projected.list_ids()
    projected.tell(listing(1, [A], sender="one"))
    open_view(signed_in, "overview", incident=incident)
    assert "**Cleared**: the server read the folder" in facts(signed_in)
    signed_in.query_params["incident"] = "0" * 32
    assert "does not exist, or is no longer kept" in shown(signed_in.run())


@pytest.mark.usefixtures("fleet")
def test_a_search_finds_senders_and_folders(signed_in: AppTest) -> None:
    open_view(signed_in, "overview", q="jobs\\b")
    assert column(signed_in, "folder") == [B]
    assert column(signed_in, "folder", 1) == []
    assert "No unknown incidents." in shown(signed_in)
    assert signed_in.query_params["q"] == "jobs\\b"


@pytest.fixture
def loud(aws: None) -> Iterator[None]:
    """An alarm that is on."""
    put_alarm(boto3.client("cloudwatch", region_name=REGION), "silent-senders", "ALARM")
    put_alarm(boto3.client("cloudwatch", region_name=REGION), "quiet", "OK")
    yield
    for account in cloudwatch_backends.values():
        account[REGION].reset()


@pytest.mark.usefixtures("fleet", "loud")
def test_alarms_that_are_on_are_named(signed_in: AppTest) -> None:
    assert "1 alarm is on: **silent-senders**." in shown(open_view(signed_in, "overview"))


@pytest.mark.usefixtures("fleet")
@pytest.mark.parametrize("failure", [AccessDeniedError("no metrics for you"), UnreachableError("CloudWatch")])
def test_what_is_open_is_shown_though_nobody_can_tell_of_alarms(
    signed_in: AppTest, failure: Exception
) -> None:
    with patch.object(Metrics, "list_alarms", side_effect=failure):
        open_view(signed_in, "overview")
    assert "The alarms cannot be read" in shown(signed_in)
    assert column(signed_in, "folder") == [B, A]


@pytest.mark.usefixtures("fleet")
def test_no_record_is_read_until_an_incident_is_picked(signed_in: AppTest) -> None:
    with patch.object(RecordTable, "_query", side_effect=AssertionError("it would read all there are")):
        open_view(signed_in, "overview")
