import re

from playwright.sync_api import Page, expect

from dashboard.access.sessions import COOKIE, PATH
from tests.analyst import expect_signed_in, expect_signed_out, sign_in
from tests.running_stack import RunningStack


def test_a_session_survives_reloads_and_ends_in_every_tab_at_once(page: Page, stack: RunningStack) -> None:
    page.goto("/by-date?range=7d")
    sign_in(page, stack.analyst)
    expect_signed_in(page)
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


def test_an_expired_session_leads_back_to_the_same_view_after_signing_in(
    page: Page, stack: RunningStack
) -> None:
    page.goto("/by-date?range=7d")
    sign_in(page, stack.analyst)
    expect_signed_in(page)
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    # What the server forgets, whatever the reason, has expired.
    page.request.delete(PATH)
    page.get_by_text("30 days").click()
    expect(page.get_by_text("Your session has ended")).to_be_visible()
    sign_in(page, stack.analyst)
    expect_signed_in(page)
    expect(page.get_by_role("heading", name="By date")).to_be_visible()
    expect(page).to_have_url(re.compile("range=30d"))
    page.reload()
    expect_signed_in(page)
