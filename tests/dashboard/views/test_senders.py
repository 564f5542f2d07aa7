"""The page of senders, on what the Lambda writes of them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import facts, links, list_tables, open_view, read_table, shown
from tests.stands.playing import listing, run, stuck

A, B = "C:\\Jobs\\A", "C:\\Jobs\\B"
QUARTER = timedelta(minutes=15)


@pytest.fixture
def fleet(projected: Projected) -> Projected:
    """A server in every state, and one that was only ever refused."""
    now = hours_ago(0)
    named = {"interval": QUARTER, "client": "FileSla/1.0", "address": "10.0.0.1"}
    breach = stuck(B, "b", created=now - 3)
    projected.tell(listing(now - 0.1, [A], breach, sender="acc/up", **named), "ana/UP", spellings={})
    projected.tell(listing(now - 0.37, [A], sender="acc/late", **named), "ana/LATE")
    projected.tell(listing(now - 3, [A], sender="acc/silent", **named), "ana/SILENT")
    projected.tell(run(now - 1, stuck(A, "a", created=now - 5), sender="stock"))
    projected.tell(listing(now - 0.1, [A], sender="acc/refused", **named), "ana/REFUSED")
    projected.refuse("acc/refused", datetime.now(UTC), ("sla_error.0.sla", "is no number", "send *minutes*"))
    projected.refuse("never", datetime.now(UTC), ("sla_error", "is missing", "send it"))
    projected.sweep()
    return projected


def row(app: AppTest, key: str) -> dict[str, Any]:
    table = read_table(app)
    return dict(table[table["id"] == key].iloc[0])


def told(app: AppTest) -> str:
    return f"{shown(app)} {facts(app)}"


@pytest.mark.usefixtures("fleet")
def test_who_needs_looking_after_comes_first(signed_in: AppTest) -> None:
    open_view(signed_in, "senders")
    assert dict(zip(read_table(signed_in)["id"], read_table(signed_in)["state"], strict=True)) == {
        "acc/silent": "▲ Silent",
        "acc/late": "△ Late",
        "acc/refused": "✕ Refused",
        "never": "✕ Refused",
        "acc/up": "✓ Up",
        "stock": "○ Cannot be monitored",
    }
    assert {metric.label: metric.value for metric in signed_in.metric} == {
        "Senders": "6",
        "Silent": "1",
        "Late": "1",
        "Refused": "2",
        "Up": "1",
        "With warnings": "3",
    }
    open_view(signed_in, "senders", q="silent")
    assert list(read_table(signed_in)["id"]) == ["acc/silent"]


@pytest.mark.usefixtures("fleet")
def test_a_link_opens_a_sender_with_its_incidents(signed_in: AppTest) -> None:
    open_view(signed_in, "senders", sender="acc/up")
    assert "ana/UP" in told(signed_in)
    assert links(signed_in)["Its incidents"].endswith("incidents?sender=acc%2Fup")
    open_view(signed_in, "incidents", sender="acc/up")
    assert list(read_table(signed_in)["folder"]) == [B]
    open_view(signed_in, "senders", sender="acc/nobody")
    assert len(list_tables(signed_in)) == 1


@pytest.mark.usefixtures("fleet")
def test_a_refused_report_is_shown_with_the_remedy(signed_in: AppTest) -> None:
    open_view(signed_in, "senders", sender="never")
    assert "was refused, and none was accepted since" in told(signed_in)
    assert "- **sla_error** is missing" in told(signed_in)
    assert "Fix: send it" in told(signed_in)
    assert "request-1" in told(signed_in)
    open_view(signed_in, "senders", sender="acc/refused")
    assert "Fix: send *minutes*" in told(signed_in)


def test_one_that_was_mended_since_is_no_warning(signed_in: AppTest, projected: Projected) -> None:
    projected.refuse("key", datetime.now(UTC) - timedelta(hours=1), ("sla_error", "is missing", "send it"))
    projected.tell(run(hours_ago(0), sender="key"))
    open_view(signed_in, "senders", sender="key")
    assert row(signed_in, "key")["warnings"] == "-"
    assert not signed_in.warning
    assert "fixed since" in signed_in.expander[0].label


def test_unreadable_folders_and_a_sender_that_was_set_aside_are_told(
    signed_in: AppTest, projected: Projected
) -> None:
    projected.tell(listing(hours_ago(0), [A], errors=[B], sender="key"), spellings={B.lower(): B})
    projected.set_aside("key")
    open_view(signed_in, "senders", sender="key")
    assert row(signed_in, "key")["warnings"] == "unreadable folders"
    assert "Nobody follows 1 of its 2 folders" in told(signed_in)
    assert "**Set aside.** Its reports could not be worked through" in told(signed_in)
    table = read_table(signed_in, 1)
    assert list(zip(table["folder"], table["error"], strict=True)) == [(B, "Access is denied.")]
