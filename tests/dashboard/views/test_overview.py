"""The overview, on senders and incidents as the Lambda writes them."""

from datetime import UTC, datetime
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from contract.words import NotificationKind
from dashboard.backend import backend
from dashboard.data.tables import RecordTable
from handlers.notifications.rules import Notice
from handlers.notifications.wording import list_facts
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import column, figures, open_view, read_table, shown
from tests.stands.playing import listing, run, stuck

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


def test_an_empty_system_shows_the_steps_to_the_first_report_and_nothing_green(signed_in: AppTest) -> None:
    open_view(signed_in, "overview")
    assert "No server has reported yet" in shown(signed_in)
    account, auth, report, attempt = [code.value for code in signed_in.code]
    assert account == "./file-sla users create files-01 --reporter"
    assert auth.endswith("/dev/auth")
    assert report.endswith("/dev/file_sla_error")
    assert auth in attempt
    assert report in attempt
    assert not signed_in.metric
    assert not signed_in.success


@pytest.mark.usefixtures("fleet")
def test_what_is_open_is_shown_the_worst_first_then_what_is_unknown(signed_in: AppTest) -> None:
    open_view(signed_in, "overview", range="1h")
    assert column(signed_in, "folder") == [B, A, C]
    assert column(signed_in, "status") == ["▲ Open", "▲ Open", "? Unknown"]
    assert column(signed_in, "sender_name") == ["ana/FILES01", "ana/FILES01", "ana/FILES02"]
    assert column(signed_in, "file_count") == ["2", "1", "1"]
    assert column(signed_in, "waited")[:2] == ["1 d 6 h", "2 h"]
    assert column(signed_in, "overdue")[:2] == ["1 d 5 h", "1 h 40 min"]
    assert column(signed_in, "reason") == ["-", "-", "server silent"]
    assert figures(signed_in) == {
        "Open incidents": "2",
        "Longest over SLA": "1 d 5 h",
        "Unknown": "1",
        "Silent or late": "1",
        "Refused": "0",
        "Unreadable folders": "0",
    }
    # The range of the other pages is kept for them.
    assert [radio.label for radio in signed_in.radio] == ["Whose"]
    assert signed_in.query_params["range"] == "1h"
    # Incidents and messages tell the same numbers.
    told, rows = figures(signed_in), read_table(signed_in).set_index("id")
    for status, tile in (("unknown", "Unknown"), ("open", "Open incidents")):
        open_view(signed_in, "incidents", status=status, range="30d")
        assert str(len(column(signed_in, "id"))) == told[tile]
    session = backend().sessions.find(signed_in.session_state["session_id"])
    for one in session.tables.list_live() if session else ():
        row, notice = rows.loc[one.incident_id], Notice(kind=NotificationKind.NEW, subject="", incident=one)
        said = list_facts(notice, datetime.now(UTC), ZoneInfo("UTC")).get("Oldest file", ())
        expected = f"waiting {row.waited}, {row.overdue} over the SLA, created "
        assert "".join(span.text for span in said).startswith(expected) == (one.status == "open")


def test_what_is_no_longer_reported_is_no_trouble(signed_in: AppTest, projected: Projected) -> None:
    now = hours_ago(0)
    projected.tell(run(now - 5, stuck(A, "a", created=now - 9), sender="stock"))
    projected.sweep()
    told = shown(open_view(signed_in, "overview"))
    assert "No open incidents. Senders: 1 cannot be monitored. The last report came 5 h ago." in told
    assert figures(signed_in)["Unknown"] == "0"
    assert "1 more is no longer reported and most likely over. After a day it expires." in told


def test_all_is_well_while_every_sender_reports(signed_in: AppTest, projected: Projected) -> None:
    projected.tell(listing(hours_ago(0.2), [A], sender="one"))
    assert "All well. Senders: 1 up." in shown(open_view(signed_in, "overview"))
    projected.tell(listing(hours_ago(9), [A], sender="two"))
    projected.sweep()
    backend().cache.forget()
    told = shown(open_view(signed_in, "overview"))
    assert "No open incidents. Senders: 1 up, 1 silent." in told


@pytest.mark.usefixtures("fleet")
def test_a_search_finds_folders_and_no_record_is_read_until_an_incident_is_picked(signed_in: AppTest) -> None:
    with patch.object(RecordTable, "_query", side_effect=AssertionError("it would read all there are")):
        open_view(signed_in, "overview", q="jobs\\b")
    assert column(signed_in, "folder") == [B]
