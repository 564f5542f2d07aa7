"""A server that fell silent, on the screen."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import quote
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from contract.names import Output
from contract.words import IncidentStatus, SenderState
from local.demo import servers as demo
from local.demo.data import Account, load_history
from local.demo.history import Story
from ops.user_pool import User
from store.incidents import IncidentAttribute
from store.senders import OWN_PART, SenderAttribute
from tests.stands.analyst import expect_signed_in, pick_first_row, sign_in, table
from tests.stands.running_stack import RunningStack
from tests.stands.servers import SLA, Item, Server, minutes_ago, ran, stuck

PATIENCE_SECONDS = 60
LOOK_MS = 5_000
FILE = "INV-0.xml"
INTERVAL = timedelta(minutes=15)
PATIENCE = timedelta(minutes=35)
"""Twice the interval and five minutes."""


@pytest.fixture
def folder() -> str:
    """A folder that no other test reports."""
    return f"D:\\Inbound\\{uuid4().hex[:8]}"


@pytest.fixture
def zone() -> ZoneInfo:
    """One in which it is about noon, so that today does not end meanwhile."""
    return ZoneInfo(f"Etc/GMT{datetime.now(UTC).hour - 12:+d}")


def test_a_silent_server_is_known_and_its_incident_unknown_until_it_reports_again(
    page: Page, stack: RunningStack, folder: str, zone: ZoneInfo
) -> None:
    server, created = Server.create(stack), minutes_ago(5 * 60)
    last = _fall_silent(server, created, folder)
    before = server.wait_for(_is(IncidentStatus.UNKNOWN))
    page.goto(f"/senders?zone={quote(zone.key)}&q={server.name}")
    sign_in(page, stack.analyst)
    expect_signed_in(page)
    senders = table(page, "Senders")
    since = f"{(last + PATIENCE).astimezone(zone):%Y-%m-%d %H:%M}"
    _look_until(page, lambda: _expect_row(senders, server.name, "▲ Silent", since))
    pick_first_row(senders)
    expect(page.get_by_text(f"▲ Silent since {since}")).to_be_visible()

    page.goto(f"/?zone={quote(zone.key)}&q={server.name}")
    incidents = table(page, "Incidents")
    _look_until(page, lambda: _expect_row(incidents, server.name, folder, "? Unknown", "server silent"))
    pick_first_row(incidents)
    expect(page.get_by_text("the server has not reported for longer than twice its interval")).to_be_visible()

    server.report(stuck(created, folder=folder), run=ran(interval_minutes=INTERVAL // timedelta(minutes=1)))
    after = server.wait_for(_is(IncidentStatus.OPEN))
    assert len(server.incidents()) == 1
    for same in (IncidentAttribute.INCIDENT_ID, IncidentAttribute.OPENED_AT):
        assert after[same] == before[same]
    _look_until(page, lambda: _expect_row(incidents, server.name, folder, "▲ Open"))
    page.goto(f"/senders?zone={quote(zone.key)}&q={server.name}")
    _look_until(page, lambda: _expect_row(senders, server.name, "✓ Up"))


def _fall_silent(server: Server, created: datetime, folder: str) -> datetime:
    """Has a server report a file four times and then no more; returns when it did last."""
    now = datetime.now(UTC)
    told = demo.Server(
        name=server.name,
        account=server.name,
        address="10.9.0.1",
        interval=INTERVAL,
        sends=demo.Sends.RUN,
        habits=(demo.Habit(folder, SLA, 0, timedelta(0), FILE),),
        waiting=(demo.WaitingFile(folder, FILE, now - created),),
        unheard_for=timedelta(hours=3),
    )
    week = Story.imagine(told, now)
    story, stack = replace(week, moments=week.moments[-4:]), server.stack
    account = Account(User(username=server.name, password=""), server.key)
    load_history(stack.aws, stack.table_name, stack.outputs[Output.RUNS_TABLE_NAME], [(story, account)])
    settled = server.wait_until_settled(runs=len(story.moments))
    assert settled.parts[OWN_PART][SenderAttribute.STATE] == {"S": SenderState.SILENT}
    return story.moments[-1]


def _is(status: IncidentStatus) -> Callable[[Item], bool]:
    return lambda incident: incident[IncidentAttribute.STATUS] == {"S": status}


def _row(of: Locator, sender: str) -> Locator:
    return of.locator("tr").filter(has_text=sender)


def _expect_row(of: Locator, sender: str, *texts: str) -> None:
    """One row of the sender, with these texts in its cells."""
    for text in texts:
        expect(_row(of, sender)).to_contain_text(text, timeout=LOOK_MS)


def _look_until(page: Page, *looks: Callable[[], None]) -> None:
    """Looks at the page until it shows all of this, loading it again meanwhile: it remembers for seconds."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            for look in looks:
                look()
        except AssertionError:
            assert time.monotonic() < deadline, "the page does not show it"
            page.reload()
        else:
            return
