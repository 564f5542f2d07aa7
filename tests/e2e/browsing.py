"""What tests in a browser do again and again."""

import re

from playwright.sync_api import Locator, Page, expect

from tests.running_stack import RunningStack


def sign_in(page: Page, stack: RunningStack) -> None:
    """Signs the stack's analyst in."""
    page.get_by_label("User name").fill(stack.analyst["username"])
    page.get_by_label("Password", exact=True).fill(stack.analyst["password"])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign out")).to_be_visible()


def cell(table: Locator, text: str) -> Locator:
    """A cell of a data grid, which draws on a canvas and mirrors its content for screen readers."""
    exactly = re.compile(f"^{re.escape(text)}$")
    return table.get_by_test_id(re.compile("^glide-cell-")).filter(has_text=exactly).first
