"""AWS hangs: the page says so, keeps what it showed, and goes on when AWS does."""

import re
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from local.processes import HOST, StateFolder, free_port
from local.stack import start_dashboard
from tests.conftest import BROWSER_TIMEOUT_MS
from tests.dashboard.browser.conftest import Report, open_page
from tests.dashboard.browser.silent_proxy import SilentProxy, serving
from tests.stands.analyst import cell, table
from tests.stands.running_stack import RunningStack

IMPATIENT = """
import streamlit as st
from contract.names import ROOT
from dashboard import settings
from dashboard.access.sessions import build_cookie_routes
from dashboard.backend import backend
from dashboard.frame import waiting

settings._READ_SECONDS = 3
waiting.NOTICE_SECONDS = 1
app = st.App(ROOT / "dashboard" / "app.py", routes=build_cookie_routes(lambda: backend().sessions))
"""
"""The dashboard's server, which waits for half as long as everywhere else."""
NOTICE_WITHIN_MS = 3_000
GIVEN_UP_WITHIN_MS = 15_000
# A machine that is busy with other tests takes its time, in each of the processes that take part.
MACHINE_SLACK_MS = BROWSER_TIMEOUT_MS


@pytest.fixture(scope="module")
def proxy(stack: RunningStack) -> Iterator[SilentProxy]:
    port = urlsplit(stack.outputs["endpoint_url"]).port
    assert port
    with serving(port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def dashboard_url(
    stack: RunningStack, proxy: SilentProxy, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """A dashboard that reaches AWS through the proxy alone."""
    state = StateFolder(tmp_path_factory.mktemp("silence") / "state")
    state.path.mkdir()
    road = {
        name: re.sub(r":\d+", f":{proxy.port}", stack.outputs[name], count=1)
        for name in ("api_url", "endpoint_url")
    }
    state.write_outputs({**stack.outputs, **road})
    port = free_port()
    server = state.path / "impatient.py"
    server.write_text(IMPATIENT)
    start_dashboard(state, port, server)
    yield f"http://{HOST}:{port}"
    state.take_down()


@pytest.fixture
def page(browser: Browser, dashboard_url: str, proxy: SilentProxy) -> Iterator[Page]:
    proxy.speak()
    with browser.new_context(
        base_url=dashboard_url, viewport={"width": 1280, "height": 900}, timezone_id="Europe/Lisbon"
    ) as context:
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        yield context.new_page()


def notice(page: Page, what: str) -> Locator:
    return page.get_by_role("alert").filter(has_text=f"{what} has not answered for")


def look(page: Page, stack: RunningStack, path: str) -> None:
    """Opens a view that looks again only when told to."""
    open_page(page, stack, path)
    page.get_by_text("Refresh every minute").click()
    expect(page.get_by_role("switch", name="Refresh every minute")).not_to_be_checked()
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def updated(page: Page) -> str:
    return page.get_by_text(re.compile("Updated ..:..:..")).inner_text()


def change_zone(page: Page) -> None:
    page.get_by_role("button", name="UTC", exact=True).click()


def choose_a_longer_range(page: Page) -> None:
    page.get_by_text("7 days").click()


def try_again(page: Page, proxy: SilentProxy) -> None:
    page.get_by_role("button", name="Try again").click()
    # Not before: what hangs tries again by itself too, and would take the button away with its notice.
    proxy.speak()


@pytest.mark.parametrize("change", [change_zone, choose_a_longer_range])
def test_a_table_that_hangs_is_told_while_the_old_rows_stay_and_can_be_tried_again(
    page: Page,
    stack: RunningStack,
    proxy: SilentProxy,
    folder: str,
    report: Report,
    change: Callable[[Page], None],
) -> None:
    report("first.csv")
    look(page, stack, f"/by-date?q={folder.rsplit(chr(92))[-1]}")
    rows = table(page, "Stuck files")
    expect(cell(rows, folder)).to_be_attached()

    proxy.silence()
    change(page)
    told = notice(page, "The table")
    expect(told).to_be_visible(timeout=NOTICE_WITHIN_MS + MACHINE_SLACK_MS)
    expect(rows).to_be_visible()
    expect(cell(rows, folder)).to_be_attached()
    expect(page.get_by_text("1 stuck file.")).to_be_visible()

    report("another.csv", "first.csv")
    before = updated(page)
    try_again(page, proxy)
    expect(page.get_by_text("2 stuck files.")).to_be_visible()
    expect(told).to_have_count(0)
    # It was the button: what merely stopped hanging would not have looked again.
    assert updated(page) != before


def test_a_table_that_never_answers_is_given_up(
    page: Page, stack: RunningStack, proxy: SilentProxy, folder: str, report: Report
) -> None:
    report("first.csv")
    look(page, stack, f"/by-date?q={folder.rsplit(chr(92))[-1]}")
    proxy.silence()
    change_zone(page)
    gone = page.get_by_role("alert").filter(has_text="The table cannot be reached")
    expect(gone).to_be_visible(timeout=GIVEN_UP_WITHIN_MS + MACHINE_SLACK_MS)
    expect(notice(page, "The table")).to_have_count(0)
    proxy.speak()
    page.get_by_role("button", name="Try again").click()
    expect(cell(table(page, "Stuck files"), folder)).to_be_attached()
    expect(gone).to_have_count(0)
