"""The script that moves the focus, by itself in a page."""

from playwright.sync_api import Browser, expect

from dashboard.frame.waiting import _SCRIPT, TITLE


def test_a_link_whose_fragment_is_none_leads_to_the_title(browser: Browser) -> None:
    page = browser.new_page()
    page.route(
        "**/*",
        lambda route: route.fulfill(
            content_type="text/html", body="<main data-testid=stMain><h1>Now</h1></main>"
        ),
    )
    page.goto("http://dashboard.example/#%")
    page.evaluate(
        "async ([script, focus]) => {"
        "  const url = URL.createObjectURL(new Blob([script], {type: 'text/javascript'}));"
        "  (await import(url)).default({data: {told: '', focus}});"
        "}",
        [_SCRIPT, {"anchor": TITLE, "token": "1"}],
    )
    heading = page.get_by_role("heading", name="Now")
    expect(heading).to_be_focused()
    # Only for who works by keyboard has a heading that is given the focus a ring.
    body = page.locator("body")
    page.keyboard.press("Tab")
    expect(body).to_have_class("by-keyboard")
    heading.click()
    expect(body).not_to_have_class("by-keyboard")
    page.close()
