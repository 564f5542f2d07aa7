"""Acting on incidents at a browser."""

import re
from typing import Final
from urllib.parse import quote

from playwright.sync_api import Locator, Page, expect

from tests.dashboard.browser.conftest import Report, expect_projected, open_page
from tests.dashboard.browser.test_keyboard import expect_focus, settle, tab_to
from tests.stands.analyst import pick_first_row, table
from tests.stands.running_stack import RunningStack

_REFRESHES: Final = 20
_A_MOMENT_MS: Final = 1_500


def _updated(page: Page) -> Locator:
    return page.get_by_text(re.compile("Updated "))


def _await_refresh(page: Page, before: str) -> None:
    """Lets minutes pass until the page is drawn anew: one that is at work lets a minute's refresh go."""
    for _ in range(_REFRESHES):
        page.clock.run_for("01:05")
        page.wait_for_timeout(_A_MOMENT_MS)
        if _updated(page).inner_text() != before:
            return
    expect(_updated(page)).not_to_have_text(before)


def test_what_is_typed_is_kept(page: Page, stack: RunningStack, folder: str, report: Report) -> None:
    report("stuck.csv")
    open_page(page, stack, "/")
    page.clock.install()  # It takes the page's list of what was loaded away, by which a sign-in is seen.
    page.goto(f"/?q={quote(folder[-32:])}")
    incidents = table(page, "Incidents")
    expect_projected(page, incidents, folder)
    pick_first_row(incidents)
    expect_focus(page, "Incident")
    settle(page)
    page.get_by_role("button", name="Note…", disabled=False).click()
    expect_focus(page, "Note")
    settle(page)
    note = page.get_by_role("textbox", name="Note", exact=True)
    note.press_sequentially("half a thou")
    before = _updated(page).inner_text()
    report("another.csv", "stuck.csv")
    _await_refresh(page, before)
    settle(page)
    expect(note).to_have_value("half a thou")
    expect(note).to_be_focused()
    note.press_sequentially("ght")
    # Over a reload of the page, too.
    page.reload()
    page.get_by_role("button", name="Note…", disabled=False).click()
    expect(note).to_have_value("half a thought")
    settle(page)
    page.get_by_role("button", name="Note", exact=True).click()
    expect(table(page, "Timeline").get_by_text("half a thought")).to_be_visible()
    assert page.evaluate("Object.keys(sessionStorage).filter(key => key.startsWith('note '))") == []


def test_several_are_acknowledged_by_keyboard(page: Page, stack: RunningStack, folder: str) -> None:
    file = {"filename": "a.csv", "creationDate": "2026-01-01T00:00:00Z"}
    breaches = [{"folder": f"{folder}\\{number}", "sla": 20, "files": [file]} for number in range(4)]
    token = stack.token(stack.reporter)
    run = {"sender": f"SEVERAL-{folder[-8:]}"}
    stack.report({"sla_error": breaches, "run": run}, token).raise_for_status()
    open_page(page, stack, f"/?q={quote(folder[-32:])}")
    incidents = table(page, "Incidents")
    expect_projected(page, incidents, f"{folder}\\3")
    settle(page)
    incidents.get_by_role("button", name="Details: ").first.focus()
    page.keyboard.press("Tab")
    for key in ("Space", "ArrowDown", "Space"):
        page.keyboard.press(key)
    expect(page.get_by_text("2 chosen")).to_be_visible()
    expect(incidents.get_by_role("checkbox", checked=True)).to_have_count(2)
    settle(page)
    page.get_by_role("button", name="Acknowledge…", exact=True, disabled=False).focus()
    page.keyboard.press("Enter")
    expect_focus(page, "Acknowledge: 2 incidents")
    settle(page)
    tab_to(page, "Note (optional)")
    page.keyboard.type("the disk is full")
    tab_to(page, "Acknowledge")
    page.keyboard.press("Enter")
    expect_focus(page, "Overview")
    heard = page.get_by_role("status").filter(has_text=re.compile("^2 incidents: acknowledged until"))
    expect(heard).to_be_attached()
    mine = incidents.locator("td").filter(has_text=re.compile(f"^{stack.analyst['username']}$"))
    expect(mine).to_have_count(2)
    expect(incidents.get_by_role("checkbox", checked=True)).to_have_count(0)
    # One by its own button: the focus stays in its row.
    button = incidents.get_by_role("button", name="Acknowledge: ").first
    named = str(button.get_attribute("aria-label")).removeprefix("Acknowledge: ")
    button.press("Enter")
    expect(mine).to_have_count(3)
    expect(incidents.get_by_role("button", name=f"Details: {named}")).to_be_focused()
    page.get_by_text("Unacknowledged (").click()
    expect(page).to_have_url(re.compile("who=unacknowledged"))
    expect(incidents.locator("tbody tr")).to_have_count(1)
