"""Incidents: their page, and what analysts do about them from the details of one or the list of many."""

import csv
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import boto3
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from contract.action import LinkedAction
from contract.moments import format_moment
from dashboard.backend import backend
from dashboard.data.tables import AnalystTables, Notified
from dashboard.errors import AccessDeniedError
from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_actions import act
from tests.dashboard.fake_auth_api import FakeAuthApi
from tests.dashboard.fake_table import REGION, item
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import column, facts, links, list_tables, open_view, pick, shown
from tests.stands.playing import START, listing, stuck
from tests.stands.projection_tables import INCIDENTS

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
        ({"q": "files01", "range": "24h"}, [B, A]),
        ({"who": "unacknowledged", "status": "of another version"}, [B]),
    ],
)
def test_filters_narrow_the_list(signed_in: AppTest, filters: dict[str, str], folders: list[str]) -> None:
    open_view(signed_in, "incidents", **{"range": "30d", **filters})
    assert column(signed_in, "folder") == folders


@pytest.mark.usefixtures("incidents")
def test_files_and_people_are_found(
    signed_in: AppTest, store: Callable[..., None], projected: Projected
) -> None:
    now = datetime.now(UTC)
    store(
        item(now - timedelta(hours=3.9), A, [("Invoice-7.csv", now - timedelta(hours=5))], sender="one"),
        item(now - timedelta(hours=3.9), A, [("Invoice-7.csv", now)], sender="another"),
        item(now - timedelta(hours=0.9), B, [("old", now - timedelta(hours=30))], sender="one"),
    )
    open_view(signed_in, "incidents", q="invoice-7", range="24h")
    assert column(signed_in, "folder") == [A]
    assert links(signed_in)["Files of this name"] == "by-date?range=24h&q=invoice-7"
    # Also without acknowledging.
    open_view(signed_in, "incidents", q="zoe")
    assert column(signed_in, "folder") == []
    act("zoe", "key", {"incident_id": projected.list_ids()[0], "action": "note", "note": "seen"})
    backend().cache.forget()
    open_view(signed_in, "incidents", q="zoe")
    assert len(column(signed_in, "folder")) == 1


@pytest.mark.usefixtures("incidents")
def test_the_picked_one_has_facts_and_a_timeline(signed_in: AppTest, store: Callable[..., None]) -> None:
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
def test_what_ended_is_found_whatever_the_range(signed_in: AppTest, projected: Projected) -> None:
    open_view(signed_in, "incidents", range="30d", sender="three")
    [wanted] = column(signed_in, "id")
    open_view(signed_in, "incidents", range="1h", incident=wanted, sender="")
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


@pytest.fixture
def incident(projected: Projected) -> str:
    """The one that is open."""
    projected.tell(listing(hours_ago(0.1), [C], stuck(A, "a", created=hours_ago(3))), "ana/FILES01")
    [incident] = projected.list_ids()
    return incident


@pytest.fixture
def card(signed_in: AppTest, incident: str) -> AppTest:
    """The overview with its details."""
    return open_view(signed_in, "overview", incident=incident)


@pytest.fixture
def two(projected: Projected) -> tuple[str, str]:
    """An open one, and one that is unknown."""
    now = hours_ago(0)
    projected.tell(listing(now - 0.2, [C], stuck(A, "a", created=now - 3), sender="one"), "ana/FILES01")
    projected.tell(listing(now - 9, [], stuck(B, "b", created=now - 20), sender="two"), "ana/FILES02")
    projected.sweep()
    by_folder = {item["Folder"]: item["IncidentId"] for item in _scan()}
    return by_folder[A], by_folder[B]


def _scan() -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (
        boto3.resource("dynamodb", region_name=REGION).Table(INCIDENTS).scan()["Items"]
    )
    return items


def set_attributes(incident: str, **values: str) -> None:
    table = boto3.resource("dynamodb", region_name=REGION).Table(INCIDENTS)
    [item] = [one for one in _scan() if one["IncidentId"] == incident]
    table.put_item(Item={**item, **values})


def press(app: AppTest, label: str) -> AppTest:
    """Clicks the button of this label that can be clicked."""
    app = next(one for one in app.button if one.label == label and not one.disabled).click().run()
    assert not app.exception
    return app


def history(app: AppTest) -> list[str]:
    """What people and recipients are named for, less the moments, the last first."""
    tables = [table for table in list_tables(app) if "what" in table.columns]
    return [
        f"{row.who} {row.what}: {row.get('note', '-')}"
        for table in tables
        for _, row in table.iterrows()
        if row.who not in ("-", "ana/FILES01", "ana/FILES02")
    ]


def fill_in(app: AppTest, action: str, note: str = "", span: str = "") -> AppTest:
    """Opens a form, fills it in, and sends it."""
    press(app, f"{action}…")
    if note:
        app.text_area[0].input(note)
    if span:
        next(box for box in app.selectbox if box.label == "How long").select(span)
    return press(app, action)


def test_who_acknowledges_is_shown_at_once(card: AppTest, incident: str, auth_api: FakeAuthApi) -> None:
    assert "Nobody has acknowledged it" in facts(card)
    assert column(card, "acknowledged_by") == ["-"]
    fill_in(card, "Acknowledge", "the disk is *full*", "for 4 hours")
    [body] = auth_api.actions.requests
    asked = {"incident_id": incident, "action": "acknowledge", "note": "the disk is *full*", "version": 0}
    assert body == {**asked, "until": body["until"]}
    assert column(card, "acknowledged_by") == ["ana"]
    assert "ana is on it until" in facts(card)
    [line] = history(card)
    assert re.fullmatch(r"ana acknowledged until [-\d]+ [:\d]+: the disk is \*full\*", line)
    assert "Acknowledged until" in shown(card)
    assert not card.text_area


def test_who_comes_second_is_told_how_it_is_now(card: AppTest, incident: str, auth_api: FakeAuthApi) -> None:
    press(card, "Acknowledge…")
    act("bea", "key-1", {"incident_id": incident, "action": "acknowledge"})
    card.text_area[0].input("I look")
    press(card, "Acknowledge")
    [error] = card.error
    told = error.value.replace("\\", "")
    assert told.startswith("bea acted on this incident: acknowledge. It is open now. bea is on it until ")
    assert card.text_area[0].value == "I look"
    # What is shown now is what the next attempt is about.
    press(card, "Acknowledge")
    assert [body["version"] for body in auth_api.actions.requests] == [0, 1]
    assert not card.error
    assert column(card, "acknowledged_by") == ["ana"]


def test_what_was_not_answered_is_sent_again_as_the_same_action(card: AppTest, auth_api: FakeAuthApi) -> None:
    auth_api.actions.instead = (504, {"message": "late"})
    fill_in(card, "Acknowledge", "I look")
    assert "The service failed. Try again in a moment." in shown(card)
    assert card.text_area[0].value == "I look"
    auth_api.actions.instead = None
    press(card, "Acknowledge")
    assert len(auth_api.actions.keys) == 2
    assert len(set(auth_api.actions.keys)) == 1


def test_a_run_that_is_cut_short_leaves_the_action_to_the_next(card: AppTest, auth_api: FakeAuthApi) -> None:
    press(card, "Acknowledge…")
    with patch("dashboard.frame.acting.wait_for", side_effect=lambda *_: st.stop()):
        press(card, "Acknowledge")
    assert not auth_api.actions.requests
    for _ in range(2):
        card.run()
        assert len(auth_api.actions.requests) == 1


def test_a_refusal_is_told_in_plain_words(card: AppTest, auth_api: FakeAuthApi) -> None:
    wrong = {"field": "until", "problem": "is too late", "hint": "7 days"}
    press(card, "Acknowledge…")
    for status, answer, told in (
        (409, {"message": "It has ended."}, "It has ended. It is open now. Nobody has acknowledged it."),
        (422, {"message": "Wrong.", "errors": [wrong]}, "Wrong. until is too late: 7 days"),
    ):
        auth_api.actions.instead = (status, answer)
        press(card, "Acknowledge")
        assert told in shown(card)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "Your session has ended"), (403, "not a member of sla-analysts")]
)
def test_who_may_not_act_is_signed_out(card: AppTest, auth_api: FakeAuthApi, status: int, told: str) -> None:
    auth_api.actions.instead = (status, {"message": "no"})
    fill_in(card, "Acknowledge")
    assert told in shown(card)
    assert not list_tables(card)
    auth_api.actions.instead = None
    sign_in(card)
    assert list_tables(card)
    # It was somebody's who may be somebody else now.
    assert len(auth_api.actions.requests) == 1


def test_a_note_is_needed_where_it_is_the_action(card: AppTest, incident: str, auth_api: FakeAuthApi) -> None:
    fill_in(card, "Note", "  ")
    assert "Write the note first." in shown(card)
    assert not auth_api.actions.requests
    card.text_area[0].input("seen")
    press(card, "Note")
    [body] = auth_api.actions.requests
    assert body == {"incident_id": incident, "action": "note", "note": "seen"}


@pytest.mark.parametrize(
    ("linked", "label", "hours"),
    [(LinkedAction.ACKNOWLEDGE, "Acknowledge", 8), (LinkedAction.SNOOZE, "Snooze", 4)],
)
def test_a_link_opens_the_form_filled_in_and_changes_nothing_until_it_is_sent(
    signed_in: AppTest, incident: str, auth_api: FakeAuthApi, linked: str, label: str, hours: int
) -> None:
    open_view(signed_in, "overview", incident=incident, action=linked)
    signed_in.run()
    assert signed_in.subheader[0].value == label
    assert not auth_api.actions.requests
    assert signed_in.query_params["action"] == linked
    press(signed_in, label)
    [body] = auth_api.actions.requests
    assert body["action"] == label.lower()
    length = datetime.fromisoformat(body["until"]) - datetime.now(UTC)
    assert timedelta(hours=hours, minutes=-1) < length <= timedelta(hours=hours, minutes=1)
    assert "action" not in signed_in.query_params
    assert not signed_in.text_area
    # Cancel is for good.
    press(open_view(signed_in, "overview", action=linked), "Cancel")
    assert "action" not in signed_in.query_params
    assert not signed_in.text_area


def test_what_was_closed_by_hand_leaves_the_list(signed_in: AppTest, two: tuple[str, str]) -> None:
    open_view(signed_in, "overview", incident=two[1])
    fill_in(signed_in, "Close", "the share is gone")
    assert column(signed_in, "folder") == [A]
    assert "**✕ Closed**: by ana (server silent" in facts(signed_in)
    assert history(signed_in) == ["ana closed: the share is gone"]


def test_whoever_closed_it_is_named_to_the_letter(signed_in: AppTest, two: tuple[str, str]) -> None:
    act("*eve*", "key-1", {"incident_id": two[1], "action": "close", "note": "gone"})
    open_view(signed_in, "incidents", range="30d", incident=two[1])
    assert any("by \\*eve\\* (" in one.value.replace("\\(", "(") for one in signed_in.markdown)


def test_of_several_each_that_failed_is_named(
    signed_in: AppTest, two: tuple[str, str], projected: Projected, auth_api: FakeAuthApi
) -> None:
    now = hours_ago(0)
    projected.tell(
        listing(now, [], *(stuck(one, "b", created=now - 3) for one in (A, B)), sender="one"), "ana/FILES01"
    )
    open_view(signed_in, "overview")
    table = list_tables(signed_in)[0].set_index("sender_name").loc["ana/FILES01"]
    ids = dict(zip(table["folder"], table["id"], strict=True))
    signed_in.session_state["live_chosen"] = tuple(ids[one] for one in (A, B))
    signed_in.run()
    press(signed_in, "Acknowledge…")
    act("bea", "key-1", {"incident_id": ids[B], "action": "acknowledge"})
    press(signed_in, "Acknowledge")
    [error] = signed_in.error
    told = error.value.replace("\\", "")
    assert told.startswith("1 of 2 done. C:JobsB on ana/FILES01: bea acted on this incident: ")


def test_the_address_narrows_down_to_people(signed_in: AppTest, two: tuple[str, str]) -> None:
    set_attributes(two[0], Owner="orders")
    set_attributes(two[1], Owner="bank")
    act("ana", "key-1", {"incident_id": two[1], "action": "acknowledge"})
    open_view(signed_in, "overview")
    assert column(signed_in, "owner") == ["orders", "bank"]
    radio = next(one for one in signed_in.radio if one.label == "Whose")
    assert radio.options == ["All (2)", "Unacknowledged (1)", "Mine (1)"]
    for chosen, folder in (
        ({"who": "unacknowledged"}, A),
        ({"who": "mine"}, B),
        ({"who": "all", "owner": "bank"}, B),
        ({"who": "unacknowledged", "owner": "orders"}, A),
    ):
        open_view(signed_in, "overview", **chosen)
        [table] = list_tables(signed_in)
        assert list(table["folder"]) == [folder]
    open_view(signed_in, "overview", who="mine", owner="orders")
    assert "No incidents." in shown(signed_in)
    open_view(signed_in, "overview", who="<script>", owner="x" * 1000)
    assert column(signed_in, "folder") == [A, B]


def test_a_snooze_or_an_acknowledgement_that_is_over_is_none(signed_in: AppTest, incident: str) -> None:
    set_attributes(incident, SnoozedUntil=format_moment(datetime.now(UTC) + timedelta(hours=1)))
    open_view(signed_in, "overview")
    assert column(signed_in, "status") == ["▲ Open\n☾ snoozed"]
    past = format_moment(datetime.now(UTC) - timedelta(minutes=1))
    set_attributes(incident, AcknowledgedBy="ana", AcknowledgedUntil=past, SnoozedUntil=past)
    backend().cache.forget()
    open_view(signed_in, "overview", who="unacknowledged", incident=incident)
    assert column(signed_in, "acknowledged_by") == ["-"]
    assert column(signed_in, "status") == ["▲ Open"]
    assert "Nobody has acknowledged it" in facts(signed_in)
    # Nobody owns anything, and so nothing is said of owners.
    assert "owner" not in list_tables(signed_in)[0].columns
    assert "Owner" not in [box.label for box in signed_in.selectbox]


def test_who_was_told_what_stands_with_what_people_did(signed_in: AppTest, incident: str) -> None:
    act("bea", "key-1", {"incident_id": incident, "action": "note", "note": "<b>mine</b>\n**now**"})
    hour = timedelta(hours=1)
    told = [
        Notified(at=datetime.now(UTC) + sign * hour, what=what, owner="orders", channel="Slack *x*")
        for sign, what in ((-1, "new"), (1, "some_later_word"))
    ]
    with patch.object(AnalystTables, "list_notified_of_incident", return_value=told):
        open_view(signed_in, "overview", incident=incident)
    assert history(signed_in) == [
        "orders (Slack *x*) notified: some later word: -",
        "bea noted: <b>mine</b>\n**now**",
        "orders (Slack *x*) notified: new: -",
    ]
    with patch.object(AnalystTables, "list_notified_of_incident", side_effect=AccessDeniedError):
        open_view(signed_in, "overview", incident=incident)
    assert "The notifications cannot be read at the moment." in shown(signed_in)
    assert column(signed_in, "folder") == [A]


def test_one_click_in_the_row_acknowledges(signed_in: AppTest, incident: str, auth_api: FakeAuthApi) -> None:
    open_view(signed_in, "overview")
    assert column(signed_in, "act") == ["Acknowledge"]
    # What the browser's click has called.
    with patch(
        "dashboard.widgets.incidents.draw_table", side_effect=lambda *_, **given: given["on_acted"](incident)
    ):
        signed_in.run()
    signed_in.run()
    [body] = auth_api.actions.requests
    assert (body["incident_id"], body["action"], body["version"]) == (incident, "acknowledge", 0)
    assert column(signed_in, "acknowledged_by") == ["ana"]
    assert "A: Acknowledged until" in shown(signed_in)
    assert "act" not in list_tables(signed_in)[0].columns
