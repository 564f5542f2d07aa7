"""The page of all incidents, on what the Lambda writes."""

import csv
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.backend import backend
from tests.dashboard.fake_actions import act
from tests.dashboard.fake_table import item
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import column, facts, links, list_tables, open_view, pick, shown
from tests.stands.playing import START, listing, stuck

BERLIN = ZoneInfo("Europe/Berlin")
A, B, C = "C:\\Jobs\\A", "C:\\Jobs\\B", "\\\\nas\\out"


@pytest.fixture
def incidents(projected: Projected) -> Projected:
    """B is open since long; A was cleared 80 minutes ago, after 3 hours; C weeks ago."""
    now = hours_ago(0)
    old = 24 * 20
    projected.tell(
        listing(now - old, [], stuck(C, "c", created=now - old - 9), sender="three"), "bea/FILES03"
    )
    projected.tell(listing(now - old + 1, [C], sender="three"), "bea/FILES03")
    for hours in range(4, 1, -1):
        a = stuck(A, "a", created=now - 5, sla=60)
        projected.tell(listing(now - hours, [B], a, sender="one"), "ana/FILES01")
    old_files = stuck(B, "old", "older", created=now - 30, sla=60)
    projected.tell(listing(now - 1, [A], old_files, sender="one", run_id="run-1"), "ana/FILES01")
    return projected


@pytest.mark.usefixtures("incidents")
def test_every_incident_of_the_range_is_listed_the_live_ones_first(signed_in: AppTest) -> None:
    open_view(signed_in, "incidents")
    assert column(signed_in, "folder") == [B, A]
    assert column(signed_in, "status") == ["▲ Open", "✓ Cleared"]
    assert column(signed_in, "in_breach")[1] == "3 h"
    assert column(signed_in, "act") == ["Acknowledge", "-"]
    open_view(signed_in, "incidents", range="30d")
    assert column(signed_in, "folder") == [B, A, C]


@pytest.mark.usefixtures("incidents")
@pytest.mark.parametrize(
    ("filters", "folders"),
    [
        ({"status": "cleared"}, [A, C]),
        ({"status": "open,unknown"}, [B]),
        ({"longer": "8h"}, [C]),
        ({"sender": "three"}, [C]),
        ({"q": "files01"}, [B, A]),
        ({"who": "unacknowledged", "status": "of another version"}, [B]),
    ],
)
def test_filters_and_the_search_narrow_the_list(
    signed_in: AppTest, filters: dict[str, str], folders: list[str]
) -> None:
    open_view(signed_in, "incidents", range="30d", **filters)
    assert column(signed_in, "folder") == folders


@pytest.mark.usefixtures("incidents")
def test_the_search_finds_the_names_of_files_also_of_what_ended_and_who_acted(
    signed_in: AppTest, store: Callable[..., None], projected: Projected
) -> None:
    now = datetime.now(UTC)
    store(
        item(now - timedelta(hours=3.9), A, [("Invoice-7.csv", now - timedelta(hours=5))], sender="one"),
        item(now - timedelta(hours=3.9), A, [("Invoice-7.csv", now)], sender="another"),
        item(now - timedelta(hours=0.9), B, [("old", now - timedelta(hours=30))], sender="one"),
    )
    open_view(signed_in, "incidents", q="invoice-7")
    assert column(signed_in, "folder") == [A]
    # Also without acknowledging.
    open_view(signed_in, "incidents", q="zoe")
    assert column(signed_in, "folder") == []
    act("zoe", "key", {"incident_id": projected.list_ids()[0], "action": "note", "note": "seen"})
    backend().cache.forget()
    open_view(signed_in, "incidents", q="zoe", range="30d")
    assert len(column(signed_in, "folder")) == 1


@pytest.mark.usefixtures("incidents")
def test_the_picked_one_has_facts_files_and_a_timeline(
    signed_in: AppTest, store: Callable[..., None]
) -> None:
    arrived = datetime.now(UTC) - timedelta(hours=1)
    old = datetime.now(UTC) - timedelta(hours=30)
    store(
        item(arrived, B, [("old", old), ("older", old - timedelta(hours=1))], run="run-1"),
        item(arrived, B, [("of another run", old)], run="run-0"),
        item(arrived, A, [("of another folder", old)], run="run-1"),
    )
    open_view(signed_in, "incidents")
    pick(signed_in, parameter="incident")
    assert B in [code.value for code in signed_in.code]
    _, timeline, files = list_tables(signed_in)
    assert list(timeline["what"]) == ["reported it first: opened", "In breach: over the SLA of 1 h"]
    assert list(files["filename"]) == ["older", "old"]
    assert list(files["overdue_now"]) == ["1 d 6 h", "1 d 5 h"]
    assert list(files["waited"]) == ["1 d 7 h", "1 d 6 h"]
    session = backend().sessions.find(signed_in.session_state["session_id"])
    assert session
    reported = next(one for one in session.tables.list_senders().senders if one.key == "one").last_run_at
    told = facts(signed_in)
    assert "**▲ Open**: in the latest report." in told
    assert "Sender: **ana/FILES01**" in told
    assert "Oldest file waiting: **1 d 6 h**" in told
    assert "Over SLA: **1 d 5 h**" in told
    assert f"Last report of its server: **{reported.astimezone(BERLIN):%Y-%m-%d %H:%M:%S}**" in told
    assert {"Folder history", "Sender", "What to do about folders in breach"} <= links(signed_in).keys()


@pytest.mark.usefixtures("incidents")
def test_what_ended_keeps_its_timeline_and_a_link_to_it_works_whatever_the_range(
    signed_in: AppTest, projected: Projected
) -> None:
    open_view(signed_in, "incidents", range="30d", q="out")
    [wanted] = column(signed_in, "id")
    open_view(signed_in, "incidents", range="1h", incident=wanted, q="")
    assert "**✓ Cleared**: the server read the folder" in facts(signed_in)
    assert column(signed_in, "what", 1)[0] == "Cleared"
    assert "no longer kept" in shown(signed_in)
    signed_in.query_params["incident"] = "0" * 32
    assert "does not exist, or is no longer kept" in shown(signed_in.run())


@pytest.mark.usefixtures("incidents")
def test_a_file_has_every_column_and_the_separator_of_choice(signed_in: AppTest) -> None:
    with patch("streamlit.download_button") as download:
        open_view(signed_in, "incidents", csv="semicolon", zone="UTC")
    text = download.call_args.args[1]().decode("utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";"))
    assert [row["Folder"] for row in rows] == [B, A]
    assert rows[0]["Status"] == "▲ Open"
    assert rows[1]["In breach (min)"] == "180"
    assert datetime.fromisoformat(rows[1]["Ended"]) > START
    assert {"Incident", "Waiting (min)", "Over SLA (min)", "Acknowledged by", "SLA (min)"} <= rows[0].keys()
    assert download.call_args.args[2].startswith("file-sla_incidents_")


def test_senders_of_one_name_are_told_apart(signed_in: AppTest, projected: Projected) -> None:
    now = hours_ago(0)
    for key, account in (("sub-1/files01", "ana"), ("sub-2/files01", "ana/FILES01")):
        one = listing(now - 0.2, [], stuck("C:\\\u202efdp", "a", created=now - 3), sender=key)
        projected.tell(one, "ana/FILES01", reported_by=account)
    open_view(signed_in, "incidents")
    # Nor is what turns the text around obeyed.
    assert column(signed_in, "folder") == ["C:\\[U+202E]fdp"] * 2
    assert sorted(column(signed_in, "sender_name")) == [
        "ana/FILES01 (account ana, sub-1/fi)",
        "ana/FILES01 (account ana/FILES01, sub-2/fi)",
    ]
    open_view(signed_in, "senders")
    assert sorted(column(signed_in, "name"))[0] == "ana/FILES01 (account ana, sub-1/fi)"
