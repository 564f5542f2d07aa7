import json
from collections import defaultdict
from pathlib import Path
from zipfile import ZipFile

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
            "arn-of-senders-table/index/WakeIndex",
        ],
        "sqs:SendMessage": ["arn-of-dead-letters-queue"],
    },
}
OF_ROUTES = ("auth", "file-sla-error", "incident-action")


def test_every_function_is_tried_here(program: Program) -> None:
    assert {f"{name}-function" for name in PERMISSIONS} == {f.name for f in program.all("Function")}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_role_may_do_its_work_and_nothing_else(program: Program, name: str) -> None:
    statements = json.loads(program.one("RolePolicy", f"{name}-permissions")["policy"])["Statement"]
    allowed: dict[str, list[str]] = defaultdict(list)
    for statement in statements:
        for action in statement["Action"]:
            allowed[action] += statement["Resource"]
    assert {action: sorted(arns) for action, arns in allowed.items()} == PERMISSIONS[name]
    assert {statement["Effect"] for statement in statements} == {"Allow"}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_role_is_lambdas_alone(program: Program, name: str) -> None:
    [statement] = json.loads(program.one("Role", f"{name}-role")["assumeRolePolicy"])["Statement"]
    assert statement["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert program.one("Function", f"{name}-function")["role"] == f"arn-of-{name}-role"


@pytest.mark.parametrize("name", PERMISSIONS)
def test_function_logs_to_its_own_group_for_a_while(program: Program, name: str) -> None:
    function = program.one("Function", f"{name}-function")
    group = program.one("LogGroup", f"{name}-log")
    assert group["name"] == f"/aws/lambda/{function['name']}"
    assert group["retentionInDays"] == 7
    assert function["loggingConfig"]["logGroup"] == group["name"]


@pytest.mark.parametrize("name", OF_ROUTES)
def test_function_answers_before_the_gateway_gives_up(program: Program, name: str) -> None:
    assert program.one("Function", f"{name}-function")["timeout"] < 29


@pytest.mark.parametrize("name", PERMISSIONS)
def test_package_is_the_runtimes_and_holds_the_handler(program: Program, name: str) -> None:
    function = program.one("Function", f"{name}-function")
    assert (function["architectures"], function["runtime"]) == (["arm64"], "python3.13")
    module = function["handler"].removesuffix(".handler").replace(".", "/")
    with ZipFile(Path(function["code"].path)) as package:
        names = package.namelist()
    assert f"{module}.py" in names
    assert not any(name.startswith(("boto3/", "botocore/")) for name in names)
    foreign = [name for name in names if name.endswith(".so") and "aarch64" not in name]
    assert foreign == []
