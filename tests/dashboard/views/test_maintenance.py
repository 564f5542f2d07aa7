"""The page of maintenance: what is on, planned and over, and what a form asks for."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import boto3
import pytest
from streamlit.testing.v1 import AppTest

from contract.moments import format_moment
from dashboard.backend import connect
from store.dynamodb import Reader
from store.maintenance import PARTITION, MaintenanceTable, Window, name_window
from tests.dashboard.fake_auth_api import FakeAuthApi
from tests.dashboard.fake_table import REGION
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import column, facts, open_view, pick, shown
from tests.dashboard.views.test_incidents import history, press
from tests.stands.playing import listing, stuck
from tests.stands.projection_tables import MESSAGES

HOUR = timedelta(hours=1)
LATER = (datetime.now(UTC) + timedelta(days=20)).astimezone(ZoneInfo("Europe/Berlin"))
UNTIL = LATER.replace(hour=6, minute=0, second=0, microsecond=0)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch, settings: object) -> Iterator[list[Window]]:
    """One that is on, one to come and one that is over."""
    monkeypatch.setenv("FILE_SLA_NOTIFICATIONS_TABLE_NAME", MESSAGES)
    connect.cache_clear()
    table = MaintenanceTable(Reader(boto3.client("dynamodb", region_name=REGION)), MESSAGES)
    now = datetime.now(UTC)
    windows = [
        Window(
            window_id=name_window(now + end, str(end // HOUR)), folder="D:\\Inbound\\*",
            starts=now + begin, ends=now + end, reason="patching", made_by="bea", made_at=now + begin,
        )
        for begin, end in ((-HOUR, HOUR), (5 * HOUR, 9 * HOUR), (-9 * HOUR, -5 * HOUR))
    ]  # fmt: skip
    for one in windows:
        table.make(one)
    yield windows
    for one in windows:
        key = {"Subject": {"S": PARTITION}, "Part": {"S": one.window_id}}
        table.reader.client.delete_item(TableName=MESSAGES, Key=key)


def test_what_is_on_planned_and_over_is_listed(made: list[Window], signed_in: AppTest) -> None:
    open_view(signed_in, "maintenance")
    assert column(signed_in, "state") == ["‖ On", "… Planned"]
    assert column(signed_in, "state", table=1) == ["- Over"]
    assert column(signed_in, "concerns")[0] == "folder D:\\Inbound\\*"


def test_a_window_is_asked_for(made: list[Window], signed_in: AppTest, auth_api: FakeAuthApi) -> None:
    open_view(signed_in, "maintenance", for_sender="ana/FILES01")
    press(signed_in, "New maintenance…")
    signed_in.text_input(key=_key(signed_in, "until")).input("2099-11-28 6:00")
    for reason, problem in (
        ("", "Say why"),
        ("patching", "Until: write a moment after From, at most 31 days"),
    ):
        signed_in.text_area[0].input(reason)
        press(signed_in, "New maintenance")
        assert problem in shown(signed_in)
    signed_in.text_input(key=_key(signed_in, "until")).input(f"{UNTIL:%Y-%m-%d} 6:00")
    press(signed_in, "New maintenance")
    window = {"sender": "ana/FILES01", "reason": "patching", "to": format_moment(UNTIL)}
    assert auth_api.actions.requests == [{"action": "schedule_maintenance", "window": window}]
    assert "The maintenance is planned." in shown(signed_in)


def test_a_weekly_one_is_asked_for(made: list[Window], signed_in: AppTest, auth_api: FakeAuthApi) -> None:
    open_view(signed_in, "maintenance")
    press(signed_in, "New maintenance…")
    signed_in.text_input(key=_key(signed_in, "owner")).input("orders")
    signed_in.text_input(key=_key(signed_in, "until")).input("in a year")
    signed_in.text_area[0].input("nights")
    press(signed_in, "New maintenance")
    assert "Until: write a moment" in shown(signed_in)
    signed_in.text_input(key=_key(signed_in, "until")).input(f"{UNTIL:%Y-%m-%d} 06:00")
    signed_in.button_group[0].set_value(["sat", "sun"])
    press(signed_in, "New maintenance")
    [body] = auth_api.actions.requests
    weekly = {"days": ["sat", "sun"], "from": "22:00", "to": "06:00", "zone": "Europe/Berlin"}
    assert body["window"] == {
        "owner": "orders", "reason": "nights", "until": format_moment(UNTIL), "weekly": weekly
    }  # fmt: skip


def test_a_change_begins_as_it_is(made: list[Window], signed_in: AppTest, auth_api: FakeAuthApi) -> None:
    open_view(signed_in, "maintenance")
    pick(signed_in, 1, "window")
    press(signed_in, "Change…")
    signed_in.text_area[0].input("more patching")
    press(signed_in, "Change")
    [body] = auth_api.actions.requests
    assert body["maintenance_id"] == column(signed_in, "id")[1]
    minute = made[1].ends.replace(second=0, microsecond=0)
    assert body["window"]["to"] == f"{minute:%Y-%m-%dT%H:%M:%SZ}"
    assert (body["window"]["folder"], body["window"]["reason"]) == ("D:\\Inbound\\*", "more patching")
    pick(signed_in, 0, "window")
    press(signed_in, "End now…")
    ended = {"action": "end_maintenance", "maintenance_id": column(signed_in, "id")[0]}
    with patch.object(MaintenanceTable, "list_windows", return_value=[]):
        press(signed_in, "End now")
    assert "The maintenance has ended." in shown(signed_in)
    assert auth_api.actions.requests[1] == ended


def test_without_its_table_nothing_is_listed(signed_in: AppTest) -> None:
    assert "No maintenance is on or planned." in shown(open_view(signed_in, "maintenance"))


def test_what_it_touches_shows_it(made: list[Window], signed_in: AppTest, projected: Projected) -> None:
    projected.tell(listing(hours_ago(0.1), [], stuck("D:\\Inbound\\A", "x"), sender="key"), "ana/FILES01")
    open_view(signed_in, "overview", incident=projected.list_ids()[0])
    told = "In maintenance: folder D:Inbound* until .+ Maintenance is planned: folder D:Inbound* from "
    assert re.search(told.replace("*", r"\*"), shown(signed_in))
    assert "Maintenance: **until " in facts(signed_in)
    assert [line.partition(" put")[0] for line in history(signed_in)] == ["bea"]


def _key(app: AppTest, name: str) -> str:
    return next(one.key or "" for one in app.text_input if (one.key or "").endswith(f"_{name}"))
