"""What invokes the projection's function, and what becomes of runs that it cannot apply."""

import json
from typing import Any

import pytest

from tests.infra.conftest import Program, declare

DAY_SECONDS = 24 * 60 * 60


@pytest.fixture(scope="module")
def mapping(program: Program) -> dict[str, Any]:
    return program.one("EventSourceMapping")


def test_the_stream_of_runs_invokes_it_from_the_first_run_on(
    mapping: dict[str, Any], program: Program
) -> None:
    assert mapping["eventSourceArn"] == "streamArn-of-runs-table"
    assert mapping["functionName"] == program.one("Function", "incident-projection-function")["name"]
    assert mapping["startingPosition"] == "TRIM_HORIZON"
    assert mapping["enabled"] is True


def test_a_run_that_makes_it_fail_holds_up_no_more_than_itself_and_not_for_good(
    mapping: dict[str, Any],
) -> None:
    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["maximumRetryAttempts"] == -1
    # Of what is given up there is only the place in the stream, which keeps it for a day.
    assert mapping["maximumRecordAgeInSeconds"] <= DAY_SECONDS / 2
    assert mapping["destinationConfig"]["onFailure"] == {"destinationArn": "arn-of-dead-letters-queue"}


def test_runs_of_one_sender_are_taken_one_batch_after_the_other(mapping: dict[str, Any]) -> None:
    assert mapping["parallelizationFactor"] == 1
    assert mapping["batchSize"] == 100
    # FACTS: the emulator loses what such an answer names.
    assert "functionResponseTypes" not in mapping


def test_it_knows_its_tables_and_where_to_name_what_failed(program: Program) -> None:
    function = program.one("Function", "incident-projection-function")
    assert function["environment"]["variables"] == {
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "file-sla-dev",
        "RUNS_TABLE_NAME": "FileSlaRuns",
        "SENDERS_TABLE_NAME": "FileSlaSenders",
        "INCIDENTS_TABLE_NAME": "FileSlaIncidents",
        "RETENTION_DAYS": "90",
        "DEAD_LETTERS_URL": "url-of-dead-letters-queue",
    }
    assert function["timeout"] == 300


def test_every_minute_it_sweeps(program: Program) -> None:
    schedule = program.one("Schedule")
    assert schedule["scheduleExpression"] == "rate(1 minute)"
    assert schedule["flexibleTimeWindow"] == {"mode": "OFF"}
    assert schedule["state"] == "ENABLED"
    target = schedule["target"]
    assert (target["arn"], json.loads(target["input"])) == (
        "arn-of-incident-projection-function",
        {"sweep": True},
    )


def test_a_sweep_that_fails_leaves_it_to_the_next(program: Program) -> None:
    retries = program.one("Schedule")["target"]["retryPolicy"]
    assert retries == {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 2}
    invocations = program.one("FunctionEventInvokeConfig")
    assert (invocations["maximumRetryAttempts"], invocations["maximumEventAgeInSeconds"]) == (0, 60)


def test_the_schedule_may_invoke_this_function_alone(program: Program) -> None:
    assert program.one("Schedule")["target"]["roleArn"] == "arn-of-sweep-role"
    [statement] = json.loads(program.one("RolePolicy", "sweep-permissions")["policy"])["Statement"]
    assert statement["Action"] == ["lambda:InvokeFunction"]
    assert statement["Resource"] == ["arn-of-incident-projection-function"]
    [trust] = json.loads(program.one("Role", "sweep-role")["assumeRolePolicy"])["Statement"]
    assert trust["Principal"] == {"Service": "scheduler.amazonaws.com"}
    assert trust["Condition"] == {"ArnEquals": {"aws:SourceArn": "arn-of-sweep-group"}}
    assert program.one("Schedule")["groupName"] == program.one("ScheduleGroup")["name"]


def test_dead_letters_stay_as_long_as_sqs_keeps_any(program: Program) -> None:
    assert program.one("Queue")["messageRetentionSeconds"] == 14 * DAY_SECONDS


def test_incidents_stay_as_long_as_the_stack_says() -> None:
    function = declare(retentionDays=30).one("Function", "incident-projection-function")
    assert function["environment"]["variables"]["RETENTION_DAYS"] == "30"
