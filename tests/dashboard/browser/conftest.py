"""An analyst at a browser, in front of the whole system."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.stands.analyst import cell, expect_signed_in, sign_in
from tests.stands.running_stack import RunningStack

Report = Callable[..., None]
MOST_SECONDS = 120
"""Of the projection, which other tests' reports may keep busy."""


@pytest.fixture
def folder() -> str:
    """A folder that no other test reports."""
    return f"C:\\Jobs\\{uuid4().hex}"


@pytest.fixture
def report(stack: RunningStack, folder: str) -> Report:
    """Posts a report of the folder with these files, each over its SLA for hours. It may name its sender."""
    created = (datetime.now(UTC) - timedelta(hours=5)).isoformat()

    def post(*filenames: str, sender: str | None = None) -> None:
        files = [{"filename": name, "creationDate": created} for name in filenames]
        run = {"run": {"sender": sender}} if sender else {}
        body = {"sla_error": [{"folder": folder, "sla": 20, "files": files}], **run}
        stack.report(body, stack.token(stack.reporter)).raise_for_status()

    return post


def expect_projected(page: Page, of: Locator, text: str) -> None:
    """Waits until a table has a cell that only the projection can have put there, looking again meanwhile."""
    deadline = time.monotonic() + MOST_SECONDS
    while True:
        try:
            expect(cell(of, text)).to_be_attached()
        except AssertionError:
            assert time.monotonic() < deadline, f"{text} is not on the page"
            page.reload()
        else:
            return


def open_page(page: Page, stack: RunningStack, path: str) -> None:
    """Opens a page, and signs the analyst in."""
    page.goto(path)
    sign_in(page, stack.analyst)
    expect_signed_in(page)
