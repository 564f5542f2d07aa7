"""The script that draws rows, by itself in a page: what it keeps, and what it takes away."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

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
