"""An analyst at a browser, in front of the whole system."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from tests.running_stack import RunningStack

Report = Callable[..., None]


@pytest.fixture
def folder() -> str:
    """A folder that no other test reports."""
    return f"C:\\Jobs\\{uuid4().hex}"


@pytest.fixture
def report(stack: RunningStack, folder: str) -> Report:
    """Posts a report of the folder with these files, each over its SLA for hours."""
    created = (datetime.now(UTC) - timedelta(hours=5)).isoformat()

    def post(*filenames: str) -> None:
        files = [{"filename": name, "creationDate": created} for name in filenames]
        body = {"sla_error": [{"folder": folder, "sla": 20, "files": files}]}
        stack.report(body, stack.token(stack.reporter)).raise_for_status()

    return post
