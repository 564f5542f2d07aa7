"""The functions: what each may do and knows, and what invokes the projection."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import Program

PERMISSIONS = {
    "auth": {
        "logs:CreateLogStream": ["arn-of-auth-log:*"],
        "logs:PutLogEvents": ["arn-of-auth-log:*"],
        "cognito-idp:AdminInitiateAuth": ["arn-of-identity-users"],
        "cognito-idp:AdminRespondToAuthChallenge": ["arn-of-identity-users"],
        "secretsmanager:GetSecretValue": ["arn-of-identity-client-secret"],
    },
    "file-sla-error": {
        "logs:CreateLogStream": ["arn-of-file-sla-error-log:*"],
        "logs:PutLogEvents": ["arn-of-file-sla-error-log:*"],
        "dynamodb:BatchWriteItem": ["arn-of-errors-table", "arn-of-runs-table"],
        "dynamodb:PutItem": ["arn-of-runs-table"],
    },
    "incident-action": {
        "logs:CreateLogStream": ["arn-of-incident-action-log:*"],
        "logs:PutLogEvents": ["arn-of-incident-action-log:*"],
        "dynamodb:ConditionCheckItem": ["arn-of-senders-table"],
        "dynamodb:GetItem": ["arn-of-incidents-table", "arn-of-senders-table"],
        "dynamodb:PutItem": ["arn-of-senders-table"],
        "dynamodb:UpdateItem": ["arn-of-incidents-table", "arn-of-senders-table"],
        "dynamodb:Query": [
            "arn-of-incidents-table/index/IncidentIdIndex",
            "arn-of-incidents-table/index/LatestIndex",
            "arn-of-senders-table",
        ],
    },
    "incident-projection": {
        "logs:CreateLogStream": ["arn-of-incident-projection-log:*"],
        "logs:PutLogEvents": ["arn-of-incident-projection-log:*"],
        "dynamodb:DescribeStream": ["streamArn-of-runs-table"],
        "dynamodb:GetRecords": ["streamArn-of-runs-table"],
        "dynamodb:GetShardIterator": ["streamArn-of-runs-table"],
        "dynamodb:ListStreams": ["*"],
        "dynamodb:ConditionCheckItem": ["arn-of-senders-table"],
        "dynamodb:DeleteItem": ["arn-of-incidents-table", "arn-of-senders-table"],
        "dynamodb:GetItem": ["arn-of-incidents-table", "arn-of-senders-table"],
        "dynamodb:PutItem": ["arn-of-incidents-table", "arn-of-senders-table"],
        "dynamodb:UpdateItem": ["arn-of-incidents-table", "arn-of-senders-table"],
        "dynamodb:Query": [
            "arn-of-incidents-table",
            "arn-of-incidents-table/index/LatestIndex",
            "arn-of-incidents-table/index/LiveIndex",
            "arn-of-runs-table",
            "arn-of-senders-table",
            "arn-of-senders-table/index/StateIndex",
            "arn-of-senders-table/index/NextCheckIndex",
        ],
        "sqs:SendMessage": ["arn-of-dead-letters-queue"],
    },
}
OF_ROUTES = ("auth", "file-sla-error", "incident-action")


def test_every_function_is_tried_here(program: Program) -> None:
    assert {f"{name}-function" for name in PERMISSIONS} == {f.name for f in program.all("Function")}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_role_may_do_its_work_and_nothing_else(program: Program, name: str) -> None:
    assert program.permissions(name) == {action: sorted(arns) for action, arns in PERMISSIONS[name].items()}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_function_has_a_role_a_log_and_a_package_of_its_own(program: Program, name: str) -> None:
    function = program.one("Function", f"{name}-function")
    [statement] = json.loads(program.one("Role", f"{name}-role")["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert function["role"] == f"arn-of-{name}-role"
    group = program.one("LogGroup", f"{name}-log")
    assert group["name"] == function["loggingConfig"]["logGroup"] == f"/aws/lambda/{function['name']}"
    assert group["retentionInDays"] == 7
    assert (function["architectures"], function["runtime"]) == (["arm64"], "python3.13")
    assert function["handler"] == f"handlers.{name.replace('-', '_')}.handler"
    assert Path(function["code"].path).stem == name
    assert not program.shipped[name]
    # A function of a route answers before the gateway gives up.
    assert function["timeout"] < 29 or name not in OF_ROUTES


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("file-sla-error", "RETENTION_DAYS", "0"),
        ("file-sla-error", "RUN_RETENTION_DAYS", "90"),
        ("incident-projection", "RETENTION_DAYS", "0"),
    ],
)
def test_function_knows_how_long_the_stack_keeps_what_it_writes(
    other_values: Program, name: str, variable: str, value: str
) -> None:
    assert other_values.one("Function", f"{name}-function")["environment"]["variables"][variable] == value


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
    mapping: dict[str, Any], program: Program
) -> None:
    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["maximumRetryAttempts"] == -1
    # Of what is given up there is only the place in the stream, which keeps it for a day.
    assert mapping["maximumRecordAgeInSeconds"] <= DAY_SECONDS / 2
    assert mapping["destinationConfig"]["onFailure"] == {"destinationArn": "arn-of-dead-letters-queue"}
    # As long as SQS keeps anything.
    assert program.one("Queue")["messageRetentionSeconds"] == 14 * DAY_SECONDS


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
    # One that fails leaves it to the next.
    assert target["retryPolicy"] == {"maximumEventAgeInSeconds": 60, "maximumRetryAttempts": 2}
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
