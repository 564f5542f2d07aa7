"""What invokes the projection: a run that is stored, and time."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from contract.names import PROJECTION
from contract.outputs import Output
from contract.runs import RunAttribute, RunItem
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


def test_a_run_that_is_stored_invokes_the_function_with_it(stack: RunningStack) -> None:
    run = {RunAttribute.SENDER: "nobody", RunAttribute.RUN_KEY: "0", RunAttribute.ITEM: RunItem.REFUSED}
    stack.aws.client("dynamodb").put_item(
        TableName=stack.outputs[Output.RUNS_TABLE_NAME],
        Item={str(name): {"S": str(value)} for name, value in run.items()},
    )
    _wait(lambda: _source(stack)["LastProcessingResult"] != "No records processed")


def test_every_minute_the_schedule_invokes_the_function(stack: RunningStack) -> None:
    before = _invocations(stack)
    _wait(lambda: _invocations(stack) > before)


@pytest.mark.parametrize("key", ["BisectBatchOnFunctionError", "MaximumRecordAgeInSeconds"])
def test_the_source_knows_what_to_do_about_failures(stack: RunningStack, key: str) -> None:
    assert _source(stack)[key]
