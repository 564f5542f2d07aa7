"""What analysts do about incidents, from the card of one and from the list of many."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

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
from tests.dashboard.fake_table import REGION
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import column, facts, list_tables, open_view, shown
from tests.dashboard.views.test_incidents import A, B, C
from tests.stands.playing import listing, stuck
from tests.stands.projection_tables import INCIDENTS


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


def test_who_acknowledges_is_shown_at_once_on_the_card_and_in_the_list(
    card: AppTest, incident: str, auth_api: FakeAuthApi
) -> None:
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


def test_who_comes_second_is_told_how_it_is_now_and_keeps_what_was_typed(
    card: AppTest, incident: str, auth_api: FakeAuthApi
) -> None:
    press(card, "Acknowledge…")
    act("bea", "key-1", {"incident_id": incident, "action": "acknowledge"})
    card.text_area[0].input("I look")
    press(card, "Acknowledge")
    [error] = card.error
    told = error.value.replace("\\", "")
    assert told.startswith("This incident was changed meanwhile")
    assert "It is open now. bea is on it until" in told
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


@pytest.mark.parametrize(
    ("status", "answer", "told"),
    [
        (409, {"message": "It has ended."}, "It has ended. It is open now. Nobody has acknowledged it."),
        (
            422,
            {"message": "Wrong.", "errors": [{"field": "until", "problem": "is too late", "hint": "7 days"}]},
            "Wrong. until is too late: 7 days",
        ),
    ],
)
def test_a_refusal_is_told_in_plain_words(
    card: AppTest,
    auth_api: FakeAuthApi,
    status: int,
    answer: dict[str, object],
    told: str,
) -> None:
    auth_api.actions.instead = (status, answer)
    fill_in(card, "Acknowledge")
    assert told in shown(card)


@pytest.mark.parametrize(
    ("status", "told"), [(401, "Your session has ended"), (403, "not a member of sla-analysts")]
)
def test_who_may_no_longer_act_is_signed_out(
    card: AppTest, auth_api: FakeAuthApi, status: int, told: str
) -> None:
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


def test_a_form_that_a_link_opened_is_cancelled_for_good(signed_in: AppTest, incident: str) -> None:
    open_view(signed_in, "overview", incident=incident, action="snooze-4h")
    press(signed_in, "Cancel")
    assert "action" not in signed_in.query_params
    assert not signed_in.text_area
    open_view(signed_in, "overview", action="close")
    assert not signed_in.text_area


def test_what_was_closed_by_hand_leaves_the_list_and_stays_on_the_page(
    signed_in: AppTest, two: tuple[str, str]
) -> None:
    open_view(signed_in, "overview", incident=two[1])
    fill_in(signed_in, "Close", "the share is gone")
    assert column(signed_in, "folder") == [A]
    assert "**✕ Closed**: by ana (server silent" in facts(signed_in)
    assert history(signed_in) == ["ana closed: the share is gone"]


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
    assert told.startswith("1 of 2 done. C:JobsB on ana/FILES01: This incident was changed")


def test_the_address_narrows_down_to_an_owner_and_to_who_is_on_it(
    signed_in: AppTest, two: tuple[str, str]
) -> None:
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
    assert "Acknowledged until" in shown(signed_in)
    assert "act" not in list_tables(signed_in)[0].columns
