"""The schedule that invokes the projection on the stack, every minute."""

import time
from itertools import pairwise

import pytest

from contract.names import PROJECTION
from tests.stands.running_stack import RunningStack

FUNCTION = f"file-sla-dev-{PROJECTION}"
LONGEST_GAP_MS = 130_000
"""A schedule is on time to the minute, and a sweep may take some seconds."""
WAIT_SECONDS = 300
"""Where the stack is older than the longest gap, nothing is waited for."""


def _list_sweeps(stack: RunningStack) -> list[int]:
    """When the function was invoked, in milliseconds, oldest first."""
    pages = stack.aws.client("logs").get_paginator("filter_log_events")
    found = pages.paginate(logGroupName=f"/aws/lambda/{FUNCTION}")
    return sorted(e["timestamp"] for page in found for e in page["events"] if '"swept"' in e["message"])


@pytest.mark.last
def test_the_schedule_invokes_the_function_every_minute(stack: RunningStack) -> None:
    """Looks back at what the schedule did while other tests ran."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not (sweeps := _list_sweeps(stack)) or sweeps[-1] - sweeps[0] < LONGEST_GAP_MS:
        assert time.monotonic() < deadline, "the schedule does not invoke it"
        time.sleep(1)
    gaps = [after - before for before, after in pairwise(sweeps)]
    assert max(gaps) <= LONGEST_GAP_MS
