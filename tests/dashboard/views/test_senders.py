"""The page of senders: its rows, what is done about one, and the hours that silences suggest."""

import random
from collections.abc import Iterable
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from unittest.mock import patch
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

import boto3
import pytest
from streamlit.testing.v1 import AppTest

from contract.moments import Day, Hours, describe_hours, format_moment
from dashboard.backend import backend
from dashboard.data.tables import AnalystTables, Notified
from dashboard.views.sender_figures import propose_hours
from store.maintenance import Window
from store.senders import SenderEntry, Silence
from tests.dashboard.fake_auth_api import FakeAuthApi
from tests.dashboard.fake_table import REGION
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import facts, links, list_tables, open_view, read_table, shown
from tests.dashboard.views.test_incidents import history, press
from tests.stands.playing import listing, run, stuck
from tests.stands.projection_tables import SENDERS

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


def test_unreadable_folders_and_setting_aside_are_told(signed_in: AppTest, projected: Projected) -> None:
    projected.tell(listing(hours_ago(0), [A], errors=[B], sender="key"), spellings={B.lower(): B})
    projected.set_aside("key")
    open_view(signed_in, "senders", sender="key")
    assert row(signed_in, "key")["warnings"] == "unreadable folders"
    assert "Nobody follows 1 of its 2 folders" in told(signed_in)
    assert "**Set aside.** Its reports could not be worked through" in told(signed_in)
    table = read_table(signed_in, 1)
    assert list(zip(table["folder"], table["error"], strict=True)) == [(B, "Access is denied.")]


A = "C:\\Jobs\\A"
HOUR = timedelta(hours=1)


@pytest.fixture
def sender(projected: Projected) -> str:
    projected.tell(listing(hours_ago(0.1), [A], sender="key", interval=HOUR), "ana/FILES01")
    return "key"


def set_attributes(**values: object) -> None:
    table = boto3.resource("dynamodb", region_name=REGION).Table(SENDERS)
    [item] = [one for one in table.scan()["Items"] if one["Part"] == "sender"]
    table.put_item(Item={**item, **values})  # type: ignore[dict-item]


def offered(app: AppTest) -> list[str]:
    return [one.label for one in app.button if (one.key or "").startswith("sender-card")]


def test_what_is_offered_hangs_on_how_the_sender_is(signed_in: AppTest, sender: str) -> None:
    open_view(signed_in, "senders", sender=sender)
    assert offered(signed_in) == ["Retire…", "Set interval…"]
    assert links(signed_in)["Plan maintenance"].endswith("for_sender=ana%2FFILES01")
    set_attributes(State="retired")
    backend().cache.forget()
    signed_in.run()
    assert offered(signed_in) == ["Un-retire…", "Set interval…"]


def test_it_is_retired_and_its_interval_set(signed_in: AppTest, sender: str, auth_api: FakeAuthApi) -> None:
    open_view(signed_in, "senders", sender=sender)
    press(signed_in, "Retire…")
    signed_in.text_area[0].input("new disks")
    press(signed_in, "Retire")
    assert auth_api.actions.requests == [{"sender": "key", "action": "retire", "note": "new disks"}]
    assert "Retired it." in shown(signed_in)
    assert not signed_in.text_area
    open_view(signed_in, "senders", sender=sender)
    press(signed_in, "Set interval…")
    assert "Remove" not in [one.label for one in signed_in.button]
    signed_in.number_input[0].set_value(15)
    press(signed_in, "Set interval")
    set_attributes(IntervalFrom="set")
    backend().cache.forget()
    open_view(signed_in, "senders", sender=sender)
    press(signed_in, "Set interval…")
    press(signed_in, "Remove")
    assert [one["interval_minutes"] for one in auth_api.actions.requests[1:]] == [15, None]


def test_silences_that_recur_have_a_weekly_maintenance_proposed(signed_in: AppTest, sender: str) -> None:
    monday = datetime(2026, 11, 9, tzinfo=UTC)
    nights = [monday + timedelta(days=number, hours=17.8) for number in range(9)]
    silences = [
        {"Since": format_moment(night), "Until": format_moment(night + 12.4 * HOUR)} for night in nights
    ]
    set_attributes(Silences=silences)
    open_view(signed_in, "senders", sender=sender)
    plan = dict(parse_qsl(links(signed_in)["Plan maintenance"].partition("?")[2]))
    proposed = "outside its working hours: every day, 07:00 to 19:00, Europe/Berlin"
    assert proposed in shown(signed_in)
    hours = Hours.parse(["mon"], "07:00", "08:00", "UTC")
    weekly = Window(
        window_id="w", sender="ana/*", starts=monday, ends=monday, weekly=hours, reason="nights",
        made_by="ana", made_at=monday,
    )  # fmt: skip
    with patch.object(AnalystTables, "list_windows", return_value=[weekly]):
        signed_in.run()
    assert proposed not in shown(signed_in)
    # The link fills the form in.
    open_view(signed_in, "maintenance", **plan)
    press(signed_in, "New maintenance…")
    assert [one.value for one in signed_in.text_input][:3] == ["ana/FILES01", "", ""]
    assert signed_in.button_group[0].value == list(Day)
    chosen = {box.label: box.value for box in signed_in.selectbox}
    assert (chosen["Hours from"], chosen["Hours to"], chosen["It is on"]) == (
        "07:00", "19:00", "outside these hours",
    )  # fmt: skip


def test_its_history_has_what_people_did_and_who_was_told(signed_in: AppTest, sender: str) -> None:
    now = datetime.now(UTC)
    done = [
        ("retire", None),
        ("unretire", None),
        ("set_interval", 15),
        ("set_interval", None),
        ("new_word", None),
    ]
    changes = [
        SenderEntry(at=now, by="bea", action=action, note="<b>disks</b>", interval_minutes=minutes)
        for action, minutes in done
    ]
    said = Notified(at=now, what="server.silent", owner="orders", channel="Slack orders")
    with (
        patch.object(AnalystTables, "list_changes", return_value=changes),
        patch.object(AnalystTables, "list_notified_of_sender", return_value=[said]),
    ):
        open_view(signed_in, "senders", sender=sender)
    told = ("retired it", "un-retired it", "set its interval to 15 min", "removed its interval", "new word")
    assert set(history(signed_in)) == {
        *(f"bea {what}: <b>disks</b>" for what in told),
        "orders (Slack orders) notified: server (silent): -",
    }


BERLIN, UTC_ZONE = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
MONDAY = datetime(2026, 11, 9, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WORKDAYS, ALL_DAYS = range(5), range(7)


def silences_of(
    days: int, begins: float, ends: float, *, weekdays: range = range(7), jitter: float = 0
) -> list[Silence]:
    """Those of a server that reports from one hour to another, on these days of the week."""
    chance = random.Random(1)
    worked = [
        (day + (begins + chance.uniform(0, jitter)) * HOUR, day + (ends - chance.uniform(0, jitter)) * HOUR)
        for day in (MONDAY + number * DAY for number in range(days))
        if day.weekday() in weekdays
    ]
    return [Silence(since, until) for (_, since), (until, _) in pairwise(worked)]


def hours(days: Iterable[int], start: int, end: int, zone: str = "UTC") -> Hours:
    return Hours(days=frozenset(days), start=time(start), end=time(end), zone=zone)


@pytest.mark.parametrize(
    ("silences", "zone", "days", "start", "end"),
    [
        (silences_of(14, 7.1, 18.9, weekdays=range(5), jitter=0.5), UTC_ZONE, WORKDAYS, 7, 19),
        # Those of the clocks that people look at.
        (silences_of(14, 6.1, 17.9), BERLIN, ALL_DAYS, 7, 19),
        # They may pass midnight.
        (silences_of(14, 22.1, 29.9), UTC_ZONE, ALL_DAYS, 22, 6),
        # Days of which nothing is known yet are like the others.
        (silences_of(4, 7.1, 18.9), UTC_ZONE, ALL_DAYS, 7, 19),
    ],
)
def test_nights_suggest_hours(
    silences: list[Silence], zone: ZoneInfo, days: range, start: int, end: int
) -> None:
    assert propose_hours(silences, zone) == hours(days, start, end, zone.key)


@pytest.mark.parametrize(
    "silences",
    [
        [],
        silences_of(3, 7, 19),
        # One that is off at any time.
        [Silence(MONDAY + number * 17 * HOUR, MONDAY + (number * 17 + 5) * HOUR) for number in range(9)],
        # One that reports all day but for a moment.
        silences_of(9, 0.1, 23.9),
    ],
)
def test_what_is_no_habit_suggests_nothing(silences: list[Silence]) -> None:
    assert propose_hours(silences, UTC_ZONE) is None


def test_hours_in_words() -> None:
    assert describe_hours(hours(WORKDAYS, 7, 19)) == "Mon to Fri, 07:00 to 19:00, UTC"
    assert describe_hours(hours((0, 2), 22, 6)) == "Mon, Wed, 22:00 to 06:00, UTC"
    assert describe_hours(hours(range(7), 0, 0)) == "every day, a day long from 00:00, UTC"
