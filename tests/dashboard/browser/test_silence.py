"""AWS hangs: the page says so, keeps what it showed, and goes on when AWS does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from local.processes import HOST, StateFolder, free_port
from local.stack import start_dashboard
from tests.conftest import BROWSER_TIMEOUT_MS
from tests.dashboard.browser.conftest import Report, open_page
from tests.stands.analyst import cell, table
from tests.stands.running_stack import RunningStack

SERVER = """
import time
from pathlib import Path

import streamlit as st
from botocore.httpsession import URLLib3Session
from contract.names import ROOT
from dashboard.access.sessions import build_cookie_route
from dashboard.backend import backend
from dashboard.frame import waiting

send = URLLib3Session.send

def hang(session, request):
    while Path({silence!r}).exists():
        time.sleep(0.1)
    return send(session, request)

URLLib3Session.send = hang
waiting.NOTICE_SECONDS = 1
app = st.App(ROOT / "dashboard" / "app.py", routes=[build_cookie_route(lambda: backend().sessions)])
"""
"""The dashboard's server, to which AWS says nothing as long as a file is there."""


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    """While this file is there, AWS is silent."""
    return tmp_path / "silence"


@pytest.fixture
def dashboard_url(stack: RunningStack, silence: Path, tmp_path: Path) -> Iterator[str]:
    state = StateFolder(tmp_path / "state")
    state.path.mkdir()
    state.write_outputs(stack.outputs)
    port, server = free_port(), state.path / "server.py"
    server.write_text(SERVER.format(silence=str(silence)))
    start_dashboard(state, port, server)
    yield f"http://{HOST}:{port}"
    silence.unlink(missing_ok=True)
    state.take_down()


def test_a_table_that_hangs_is_told_while_the_old_rows_stay_and_can_be_tried_again(
    browser: Browser, dashboard_url: str, silence: Path, stack: RunningStack, folder: str, report: Report
) -> None:
    report("first.csv")
    with browser.new_context(base_url=dashboard_url, viewport={"width": 1280, "height": 900}) as context:
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        page = context.new_page()
        open_page(page, stack, f"/by-date?refresh=off&q={folder.rsplit(chr(92))[-1]}")
        expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
        row = cell(table(page, "Stuck files"), folder)
        expect(row).to_be_visible()

        silence.touch()
        page.get_by_text("7 days").click()
        told = page.get_by_role("alert").filter(has_text="The table has not answered for")
        expect(told).to_be_visible()
        expect(row).to_be_visible()
        expect(page.get_by_text("1 stuck file.")).to_be_visible()

        report("another.csv", "first.csv")
        updated = page.get_by_text(re.compile("Updated ..:..:.."))
        before = updated.inner_text()
        page.get_by_role("button", name="Try again").click()
        # Not before: what hangs goes on by itself too, and would take the button away with its notice.
        silence.unlink()
        expect(page.get_by_text("2 stuck files.")).to_be_visible()
        expect(told).to_have_count(0)
        # It was the button: what merely stopped hanging would not have looked again.
        assert updated.inner_text() != before
