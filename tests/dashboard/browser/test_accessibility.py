"""No page has a fault that axe knows or is wider than the screen, on a bright desk or on a dark phone.

Nothing of Streamlit's own is left out: what axe found of it is avoided.
"""

import time
from importlib.resources import files
from typing import Any, Final, Literal
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.access.sessions import COOKIE
from tests.conftest import BROWSER_TIMEOUT_MS
from tests.dashboard.browser.conftest import Report, expect_projected, open_page
from tests.stands.analyst import pick_first_row, sign_in, table
from tests.stands.running_stack import RunningStack

RULES: Final = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
Scheme = Literal["light", "dark"]
SCREENS: Final[list[tuple[int, int, Scheme]]] = [(1280, 800, "light"), (390, 844, "dark")]


def find_faults(page: Page) -> list[str]:
    """What is held against the page, and still is a second later.

    Styles reach a page in steps, and colours fade: what is seen of that is nobody's fault.
    """
    if not _look_for_faults(page):
        return []
    page.wait_for_timeout(1_000)
    return _look_for_faults(page)


def _look_for_faults(page: Page) -> list[str]:
    # It is this part of Streamlit's page that would scroll sideways.
    wider = page.get_by_test_id("stMain").evaluate("main => main.scrollWidth > main.clientWidth")
    return [*_ask_axe(page), *(["wider than the screen"] if wider else [])]


def _ask_axe(page: Page) -> list[str]:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    # Colours that are still changing are nobody's.
    page.wait_for_function("document.getAnimations().every(one => one.playState === 'finished')")
    page.evaluate((files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8"))
    found: list[Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}}).then(found => found.violations)",
        RULES,
    )
    return [
        f"{fault['impact']}: {fault['id']}: {node['html'][:200]} {node['failureSummary']}"
        for fault in found
        for node in fault["nodes"]
    ]


@pytest.mark.parametrize(("width", "height", "scheme"), SCREENS)
def test_nothing_is_found(
    browser: Browser,
    stack: RunningStack,
    folder: str,
    report: Report,
    width: int,
    height: int,
    scheme: Scheme,
) -> None:
    # So many that their tables scroll.
    report(*(f"{number}.csv" for number in range(40)))
    with browser.new_context(
        base_url=stack.dashboard_url, viewport={"width": width, "height": height}, color_scheme=scheme
    ) as context:
        context.set_default_timeout(BROWSER_TIMEOUT_MS)
        page = context.new_page()
        assert _find_faults_signed_out(page) == {}
        sign_in(page, stack.analyst)
        _wait_for_sign_in(page)
        assert _find_faults_signed_in(page, folder) == {}


def test_what_is_wrong_is_found(page: Page, stack: RunningStack) -> None:
    """A fault is found where there is one, in the tables too."""
    open_page(page, stack, "/")
    page.evaluate("document.querySelector('h1').style.color = '#eee'")
    page.evaluate("document.querySelector('h1').style.width = '120vw'")
    faults = find_faults(page)
    assert any("color-contrast" in fault for fault in faults)
    assert "wider than the screen" in faults


def _wait_for_sign_in(page: Page) -> None:
    # On a phone the button that signs out is folded away.
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    deadline = time.monotonic() + BROWSER_TIMEOUT_MS / 1000
    while not any(cookie["name"] == COOKIE for cookie in page.context.cookies()):
        assert time.monotonic() < deadline, "the session's cookie did not come"
        page.wait_for_timeout(50)


def _find_faults_signed_out(page: Page) -> dict[str, list[str]]:
    found = {}
    page.goto("/")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    found["sign in"] = find_faults(page)
    page.get_by_role("button", name="Forgot password?").click()
    expect(page.get_by_role("heading", name="Forgot password")).to_be_visible()
    found["forgot password"] = find_faults(page)
    page.goto("/")
    expect(page.get_by_label("Password", exact=True)).to_be_visible()
    return {name: faults for name, faults in found.items() if faults}


def _find_faults_signed_in(page: Page, folder: str) -> dict[str, list[str]]:
    found = {}
    page.goto(f"/?q={quote(folder[-32:])}")
    incidents = table(page, "Incidents")
    expect_projected(page, incidents, folder)
    pick_first_row(incidents)
    expect(page.get_by_role("heading", name="Incident", exact=True)).to_be_visible()
    found["overview"] = find_faults(page)
    page.get_by_role("button", name="Snooze…", disabled=False).click()
    expect(page.get_by_role("heading", name="Snooze", exact=True)).to_be_visible()
    found["snooze"] = find_faults(page)
    page.get_by_role("main").get_by_role("link", name="Sender", exact=True).click()
    page.get_by_role("button", name="Set interval…").click()
    expect(page.get_by_role("heading", name="Set interval", exact=True)).to_be_visible()
    found["sender"] = find_faults(page)
    for address, heading in (
        (f"/incidents?q={quote(folder[-32:])}", "Incidents"),
        ("/senders", "Senders"),
        ("/maintenance", "Maintenance"),
        ("/week", "By folder, the longest in breach first"),
        ("/by-date", "Most files in breach"),
        ("/by-date?show=records", "Most files in breach"),
        ("/by-folder", "Folders, worst first"),
        (f"/by-folder?folder={quote(folder)}", "Hours in breach, day by day"),
        ("/service-health", "Alarms"),
        ("/runbook", "Runbook"),
    ):
        page.goto(address)
        expect(page.get_by_role("heading", name=heading).first).to_be_attached()
        found[address] = find_faults(page)
    return {name: faults for name, faults in found.items() if faults}
