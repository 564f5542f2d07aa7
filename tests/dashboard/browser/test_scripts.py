"""The scripts that draw rows and move the focus, each by itself in a page."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.frame.waiting import _SCRIPT as ATTENTION
from dashboard.frame.waiting import TITLE
from dashboard.widgets.rows import _HTML, _SCRIPT

COLUMN = {"name": "file", "heading": "File", "kind": "text", "width": 110, "phone": True, "names": True}


@pytest.fixture
def blank(browser: Browser) -> Iterator[Page]:
    """A page with nothing but an empty table of rows."""
    page = browser.new_page()
    page.set_content(f"<main>{_HTML}</main>")
    page.evaluate(
        "script => import(URL.createObjectURL(new Blob([script], {type: 'text/javascript'})))"
        ".then(({default: draw}) => { window.draw = draw })",
        _SCRIPT,
    )
    yield page
    page.close()


def draw(page: Page, *rows: tuple[str, str]) -> list[str]:
    """Draws rows by their id and name; the names that are there then."""
    data: dict[str, Any] = {
        "label": "Files", "columns": [COLUMN], "total": len(rows), "picked": None, "opens": "",
        "sorts": False, "sort": None, "rows": [{"id": identity, "cells": [name]} for identity, name in rows],
    }  # fmt: skip
    page.evaluate("data => draw({data, parentElement: document.querySelector('main')})", data)
    return page.locator("tbody tr").all_inner_texts()


def test_rows_with_the_same_id_leave_none_behind(blank: Page) -> None:
    # Such as those of a user who was created anew, under the same name.
    for _ in range(3):
        assert draw(blank, ("a", "first"), ("b", "old"), ("b", "new"), ("c", "last")) == [
            "first", "old", "new", "last",
        ]  # fmt: skip
    assert draw(blank, ("c", "last"), ("a", "first")) == ["last", "first"]


def test_a_row_that_stays_is_the_same_element(blank: Page) -> None:
    draw(blank, ("a", "first"), ("b", "second"))
    blank.evaluate("document.querySelector('tr[data-id=b]').mine = true")
    assert draw(blank, ("x", "new"), ("b", "second")) == ["new", "second"]
    assert blank.evaluate("document.querySelector('tr[data-id=b]').mine")


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
        [ATTENTION, {"anchor": TITLE, "token": "1"}],
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
