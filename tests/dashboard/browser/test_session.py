import re

from playwright.sync_api import Page

from dashboard.access.sessions import COOKIE, PATH
from tests.dashboard.browser.conftest import open_page
from tests.stands.analyst import expect_signed_in, expect_signed_out
from tests.stands.running_stack import RunningStack


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
