"""Everything by keyboard alone, and what a screen reader is told on the way."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.browser.conftest import Report, expect_projected, open_page
from tests.stands.analyst import cell, expect_signed_in, table
from tests.stands.running_stack import RunningStack

MOST_STOPS = 60
"""As many times Tab is pressed at most to reach something: more would be a trap."""
_FOCUSED = """() => {
  let focused = document.activeElement;
  while (focused?.shadowRoot?.activeElement) focused = focused.shadowRoot.activeElement;
  return (focused.getAttribute("aria-label") ?? focused.labels?.[0]?.innerText ?? focused.innerText).trim();
}"""


def focused(page: Page) -> str:
    """The name of what has the focus."""
    return str(page.evaluate(_FOCUSED))


def settle(page: Page) -> None:
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")


def tab_to(page: Page, name: str) -> None:
    """Presses Tab until the focus is on what has this name, or ends with it."""
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        if focused(page).endswith(name):
            return
    pytest.fail(f"Tab does not lead to {name}; it is at {focused(page)}")


def expect_focus(page: Page, name: str) -> None:
    expect(page.get_by_role("heading", name=name, exact=True)).to_be_focused()


def test_the_keyboard_leads_everywhere(page: Page, stack: RunningStack, folder: str, report: Report) -> None:
    report("stuck.csv")
    page.goto(f"/?q={quote(folder[-32:])}")
    expect(page.get_by_label("User name")).to_be_visible()
    tab_to(page, "User name")
    page.keyboard.type(stack.analyst["username"])
    tab_to(page, "Password")
    page.keyboard.type(stack.analyst["password"])
    page.keyboard.press("Enter")
    expect_signed_in(page)
    expect_focus(page, "Overview")
    expect_projected(page, table(page, "Incidents"), folder)
    settle(page)
    expect(page.get_by_role("status").filter(has_text=re.compile(r"^Overview: \d+ open"))).to_be_attached()

    tab_to(page, f"Details: {folder}")
    page.keyboard.press("Enter")
    expect_focus(page, "Incident")
    expect(page).to_have_url(re.compile("incident="))
    tab_to(page, "Folder history")
    page.keyboard.press("Enter")
    expect_focus(page, "By folder")
    expect(page).to_have_title(re.compile(f"^{folder[-32:]} - By folder - file-sla$"))
    expect(page.get_by_role("status").filter(has_text="In breach now, since")).to_be_attached()
    tab_to(page, "Incident")
    page.keyboard.press("Enter")
    expect_focus(page, "Incidents")
    tab_to(page, "What to do about folders in breach")
    page.keyboard.press("Enter")
    expect_focus(page, "Open incidents")
    expect(page.get_by_role("heading", name="Open incidents", exact=True)).to_be_in_viewport()

    # Each page back is one press, and the focus is where it was.
    for address, left in (
        ("/incidents.*incident=", page.get_by_role("link", name="What to do about folders in breach")),
        ("/by-folder.*folder=", page.get_by_role("link", name="Incident", exact=True)),
        (r"/\?.*incident=", page.get_by_role("link", name="Folder history")),
        (r"/\?q=[^&]*$", table(page, "Incidents").get_by_role("button", name=f"Details: {folder}")),
    ):
        page.go_back()
        expect(page).to_have_url(re.compile(address))
        expect(left).to_be_focused()


def test_a_folder_is_found_and_opened(page: Page, stack: RunningStack, folder: str, report: Report) -> None:
    report("stuck.csv")
    open_page(page, stack, "/by-folder?range=7d")
    ranking = table(page, "Folders")
    # The list of folders is there, and nothing is drawn any more that would take away what is typed.
    expect(cell(ranking, folder)).to_be_attached()
    settle(page)
    tab_to(page, "7 days")
    tab_to(page, "Folder")
    # As fast as people type, and Enter once the list has followed.
    page.keyboard.type(folder[-9:], delay=100)
    expect(page.get_by_role("option")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.get_by_role("combobox", name="Folder")).to_have_value(folder)
    expect(cell(table(page, "Stuck files"), "stuck.csv")).to_be_attached()
    page.go_back()
    ranking.get_by_role("row").filter(has_text=folder).get_by_role("cell").last.click()
    expect(cell(table(page, "Stuck files"), "stuck.csv")).to_be_attached()


def test_arrows_lead_from_row_to_row(page: Page, stack: RunningStack, folder: str, report: Report) -> None:
    report("b.csv", "a.csv", "c.csv")
    open_page(page, stack, f"/by-folder?folder={quote(folder)}")
    files = table(page, "Stuck files")
    expect(files.get_by_role("button", name="Details: ")).to_have_count(3)
    settle(page)
    files.get_by_role("button", name="Details: ").first.focus()
    names = []
    for key in ("Home", "ArrowDown", "ArrowDown", "ArrowDown", "ArrowUp", "End"):
        page.keyboard.press(key)
        names.append(focused(page))
    first, second, third = names[:3]
    assert (names, len({*names})) == ([first, second, third, third, second, third], 3)
    page.keyboard.press("Tab")
    assert not focused(page).startswith("Details: ")
    heading = files.get_by_role("columnheader", name="File")
    for expected, order in (("ascending", "abc"), ("descending", "cba")):
        heading.get_by_role("button").click()
        expect(heading).to_have_attribute("aria-sort", expected)
        expect(files.locator("tbody td:nth-child(3)")).to_have_text([f"{letter}.csv" for letter in order])
    page.reload()
    expect(files.locator("tbody td:nth-child(3)")).to_have_text([f"{letter}.csv" for letter in "cba"])
    page.keyboard.press("Tab")
    assert focused(page) == "Skip to the page"
    page.keyboard.press("Enter")
    expect_focus(page, "By folder")


def test_on_a_phone_the_sidebar_gives_way_to_the_page_that_it_opened(page: Page, stack: RunningStack) -> None:
    open_page(page, stack, "/")
    page.set_viewport_size({"width": 390, "height": 844})
    page.reload()
    expect(page.get_by_role("heading", name="Overview", level=1)).to_be_visible()
    settle(page)
    page.get_by_test_id("stExpandSidebarButton").click()
    page.get_by_role("link", name="By date").click()
    expect_focus(page, "By date")
    expect(page.get_by_test_id("stSidebar")).not_to_be_in_viewport()
