"""What invokes the projection: a run that is stored, and time."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from contract.names import PROJECTION, Group, Output
from store.senders import SenderAttribute
from tests.running_stack import RunningStack

FUNCTION = f"file-sla-dev-{PROJECTION}"
PATIENCE_SECONDS = 90
"""Beyond the minute that a schedule may take; the poll ends as soon as it can."""


def _wait(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not done():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.5)


def _source(stack: RunningStack) -> dict[str, Any]:
    [source] = stack.aws.client("lambda").list_event_source_mappings(FunctionName=FUNCTION)[
        "EventSourceMappings"
    ]
    found: dict[str, Any] = source
    return found


def _invocations(stack: RunningStack) -> int:
    pages = (
        stack.aws.client("logs")
        .get_paginator("filter_log_events")
        .paginate(logGroupName=f"/aws/lambda/{FUNCTION}")
    )
    return sum(event["message"].startswith("REPORT ") for page in pages for event in page["events"])


def test_a_report_invokes_the_function_with_its_run(stack: RunningStack) -> None:
    reporter = stack.new_user("spoke-for-the-first-time", Group.REPORTERS)
    assert stack.report({"sla_error": []}, stack.token(reporter)).status_code == 200
    senders = stack.aws.client("dynamodb")

    def names() -> set[str]:
        items = senders.scan(TableName=stack.outputs[Output.SENDERS_TABLE_NAME])["Items"]
        return {item[name]["S"] for item in items if (name := SenderAttribute.SENDER_NAME) in item}

    _wait(lambda: reporter["username"] in names())
    assert _source(stack)["LastProcessingResult"].startswith("OK")


def test_every_minute_the_schedule_invokes_the_function(stack: RunningStack) -> None:
    before = _invocations(stack)
    _wait(lambda: _invocations(stack) > before)


@pytest.mark.parametrize("key", ["BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds"])
def test_the_source_knows_what_to_do_about_failures(stack: RunningStack, key: str) -> None:
    assert _source(stack)[key]
