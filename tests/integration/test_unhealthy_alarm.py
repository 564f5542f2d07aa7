"""The alarm of the service as a whole from end to end: requests fail, it turns, and both are told.

On a stack of its own: what other tests do to a stack's functions turns this alarm on as well, for minutes.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import bring_up
from tests.events import a_report
from tests.integration.alarm_inbox import Inbox
from tests.integration.without_permissions import without_permissions
from tests.running_stack import RunningStack

PATIENCE_SECONDS = 120
"""Long beyond what a busy machine needs; the poll ends as soon as it can."""
FAILED, UNHEALTHY = "file-sla-dev/file-sla-error-5xx", "file-sla-dev/unhealthy"


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[RunningStack]:
    with bring_up(tmp_path / "state") as running:
        yield running


def _until(stack: RunningStack, done: Callable[[], bool], meanwhile: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, f"it did not happen; on are {_list_alarms_on(stack)}"
        meanwhile()


def _list_alarms_on(stack: RunningStack) -> list[str]:
    pages = stack.aws.client("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
    return [alarm["AlarmName"] for page in pages for alarm in page["MetricAlarms"]]


def test_failing_requests_turn_the_alarm_on_and_good_ones_turn_it_off(
    stack: RunningStack, inbox: Inbox
) -> None:
    token = stack.token(stack.reporter)

    def post(body: dict[str, Any], status: int, times: int) -> None:
        for _ in range(times):
            assert stack.report(body, token).status_code == status
        time.sleep(0.5)

    with without_permissions(stack, "file-sla-dev-file-sla-error-us-east-1"):
        _until(
            stack,
            lambda: inbox.of(UNHEALTHY)[-1:] == ["ALARM"],
            meanwhile=lambda: post(a_report("x"), 500, times=5),
        )
    assert inbox.of(FAILED)[-1] == "ALARM"
    before = len(inbox.look())
    # The share of failures falls below the threshold, long before they are forgotten.
    _until(
        stack,
        lambda: inbox.of(UNHEALTHY)[-1:] == ["OK"],
        meanwhile=lambda: post({"sla_error": []}, 200, times=100),
    )
    assert set(inbox.look()[before:]) >= {(FAILED, "OK"), (UNHEALTHY, "OK")}
