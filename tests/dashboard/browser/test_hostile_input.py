"""Names come from anyone who can drop a file, and addresses from anyone who can send a link."""

from urllib.parse import quote, urlencode
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from dashboard.access.sessions import COOKIE
from tests.dashboard.browser.conftest import Report, expect_projected
from tests.stands.analyst import cell, expect_signed_in, expect_signed_out, pick_first_row, sign_in, table
from tests.stands.running_stack import RunningStack

FILE = "<script>alert(1)</script> **bold** [a link](https://example.com/) $x$ :red[x] www.evil.example.csv"

SENDER = "<img src=x> **b** [a](https:x.com) joe@evil.example www.x.com"


@pytest.fixture
def folder() -> str:
    return f'C:\\<img src=x onerror=alert(2)>\\[a link](javascript:alert(3))\\"onclick={uuid4().hex}'


def test_names_are_never_obeyed(page: Page, stack: RunningStack, folder: str, report: Report) -> None:
    obeyed: list[str] = []

    def refuse(dialog: Dialog) -> None:
        obeyed.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", refuse)
    report(FILE, sender=SENDER)
    page.goto(f"/by-date?q={quote(folder[-32:])}")
    sign_in(page, stack.analyst)
    expect(page.get_by_text("1 stuck file.")).to_be_visible()
    pick_first_row(table(page, "Stuck files"))
    expect(page.get_by_text(f"{folder}\\{FILE}")).to_be_visible()
    _expect_nothing_made_of_names(page)

    page.goto(f"/by-folder?folder={quote(folder)}")
    expect(page.get_by_role("combobox", name="Folder")).to_have_value(folder)
    expect(table(page, "Stuck files")).to_be_visible()
    _expect_nothing_made_of_names(page)

    page.goto(f"/?q={quote(folder[-32:])}")
    incidents = table(page, "Incidents")
    expect_projected(page, incidents, f"{stack.reporter['username']}/{SENDER}")
    pick_first_row(incidents)
    expect(cell(table(page, "Files"), FILE)).to_be_attached()
    _expect_nothing_made_of_names(page)
    page.get_by_role("main").get_by_role("link", name="Sender", exact=True).click()
    expect(page.get_by_role("link", name="Its incidents")).to_be_visible()
    _expect_nothing_made_of_names(page)
    assert obeyed == []


def _expect_nothing_made_of_names(page: Page) -> None:
    for made in (
        'img[src="x"]',
        "a[href^='javascript']",
        "a[href^='http']:not([href*='127.0.0.1'])",
        "a[href^='mailto']",
        "main script",
        "strong:text-is('bold')",
    ):
        expect(page.locator(made)).to_have_count(0)


def test_an_address_signs_nobody_in(page: Page, browser: Browser, stack: RunningStack) -> None:
    token = stack.token(stack.analyst)
    claims = {"user": "analyst", "username": "analyst", "token": token, "session": token, COOKIE: token}
    page.goto(f"/by-date?{urlencode(claims)}")
    expect_signed_out(page)
    sign_in(page, stack.analyst)
    expect_signed_in(page)
    with browser.new_context(base_url=stack.dashboard_url) as elsewhere:
        guest = elsewhere.new_page()
        guest.goto(page.url)
        expect_signed_out(guest)
