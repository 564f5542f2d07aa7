"""What analysts do about senders, on the card of one."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from urllib.parse import parse_qsl

import boto3
import pytest
from streamlit.testing.v1 import AppTest

from contract.moments import Day, Hours, format_moment
from dashboard.backend import backend
from dashboard.data.tables import AnalystTables, Notified
from store.maintenance import Window
from store.senders import SenderEntry
from tests.dashboard.fake_auth_api import FakeAuthApi
from tests.dashboard.fake_table import REGION
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import links, open_view, shown
from tests.dashboard.widgets.test_incident_actions import history, press
from tests.stands.playing import listing
from tests.stands.projection_tables import SENDERS

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


def test_it_is_retired_with_a_note_and_its_interval_set_and_taken_back(
    signed_in: AppTest, sender: str, auth_api: FakeAuthApi
) -> None:
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
