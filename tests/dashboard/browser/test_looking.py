"""What only a browser shows of looking around: brushes, sections, and sessions over reloads."""

import re

from playwright.sync_api import Page, expect

from contract import names
from contract.names import ROOT, RunbookSection
from dashboard.access.sessions import COOKIE, PATH
from tests.dashboard.browser.conftest import Report, open_page
from tests.dashboard.browser.test_keyboard import settle
from tests.stands import pages
from tests.stands.analyst import expect_signed_in, expect_signed_out
from tests.stands.running_stack import RunningStack


def test_a_brushed_chart_sets_the_range(page: Page, stack: RunningStack, folder: str, report: Report) -> None:
    report("stuck.csv")
    open_page(page, stack, f"/by-date?range=24h&zone=UTC&q={folder[-32:]}")
    chart = page.get_by_test_id("stVegaLiteChart").locator("canvas.marks")
    expect(chart).to_be_visible()
    settle(page)
    box = chart.bounding_box()
    assert box
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] / 2, y)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.9, y, steps=5)
    # However long that takes.
    page.wait_for_timeout(500)
    page.mouse.move(box["x"] + box["width"] - 5, y, steps=5)
    page.mouse.up()
    expect(page).to_have_url(re.compile(r"range=\d{4}-\d\d-\d\dT\d\d%3A\d\dZ\.\.\d{4}-"))
    expect(page.get_by_text("1 stuck file.")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("range=24h"))


def test_every_link_into_the_runbook_brings_its_section_into_view(page: Page, stack: RunningStack) -> None:
    # As an alarm's link does: opened anew, and the section is far down.
    open_page(page, stack, f"/runbook#{RunbookSection.SILENT_SENDERS}")
    expect(page.get_by_role("heading", name="Silent senders")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Runbook")).not_to_be_in_viewport()
    for section in RunbookSection:
        page.goto(f"/runbook#{section}")
        expect(page.locator(f"#{section}")).to_be_in_viewport()
    # The headings are called what the links are checked against.
    shown = page.get_by_role("heading").evaluate_all("headings => headings.map(heading => heading.id)")
    assert set(shown) == pages.Page(ROOT / "docs" / names.RUNBOOK_FILE).streamlit_anchors


def test_a_session_survives_reloads_and_ends_in_every_tab_at_once(page: Page, stack: RunningStack) -> None:
    open_page(page, stack, "/by-date?range=7d")
    page.reload()
    expect_signed_in(page)
    tab = page.context.new_page()
    tab.goto("/by-folder")
    expect_signed_in(tab)

    (cookie,) = (cookie for cookie in page.context.cookies() if cookie["name"] == COOKIE)
    assert (cookie["httpOnly"], cookie["secure"], cookie["sameSite"]) == (True, True, "Strict")
    assert COOKIE not in page.evaluate("document.cookie")

    with page.expect_response(re.compile(f"{PATH}$")):
        page.get_by_role("button", name="Sign out").click()
    expect_signed_out(page)
    assert "range" not in page.url
    assert COOKIE not in {left["name"] for left in page.context.cookies()}
    tab.get_by_text("7 days").click()
    expect_signed_out(tab)
