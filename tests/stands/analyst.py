"""What an analyst does and sees."""

import re

from playwright.sync_api import Locator, Page, expect

from dashboard.access.sessions import COOKIE
from ops.user_pool import User


def sign_in(page: Page, user: User) -> None:
    """Fills in the form and waits for nothing."""
    page.get_by_label("User name").fill(user["username"])
    page.get_by_label("Password", exact=True).fill(user["password"])
    page.get_by_role("button", name="Sign in").click()


def expect_signed_in(page: Page) -> None:
    """Waits for the view, and for the cookie, which the browser asks for only then."""
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()
    asked = "() => performance.getEntriesByName(new URL('session', document.baseURI)).length"
    if not any(cookie["name"] == COOKIE for cookie in page.context.cookies()):
        page.wait_for_function(asked)


def expect_signed_out(page: Page) -> None:
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


def table(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name)


def cell(of: Locator, text: str) -> Locator:
    """A cell of a table, also one for which the screen has no room."""
    return of.locator("td").filter(has_text=re.compile(f"^{re.escape(text)}$")).first


def pick_first_row(of: Locator) -> None:
    """Clicks into the first row, once the table is no longer about to change."""
    app = of.page.get_by_test_id("stApp")
    expect(app).to_have_attribute("data-test-script-state", "notRunning")
    of.locator("tbody tr td:not(.opener, .chooser)").first.click()
