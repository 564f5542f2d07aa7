"""The functions: what each may do and knows, and what invokes those that no route does."""

import json
import re
from pathlib import Path

import pytest

from contract.names import ROOT
from contract.owners.model import SHIPPED_NAME, load_owners
from contract.owners.reading import read_owners_file
from tests.infra.conftest import OWNED, Program, declare
from tests.infra.flips import TOGETHER

FROM = "sla@example.com"
BY_SES = "arn:aws:ses:us-east-1:000000000000"
PERMISSIONS: dict[str, dict[str, str]] = {
    "auth": {
        "cognito-idp:AdminInitiateAuth": "identity-users",
        "cognito-idp:AdminRespondToAuthChallenge": "identity-users",
        "secretsmanager:GetSecretValue": "identity-client-secret",
    },
    "file-sla-error": {
        "dynamodb:BatchWriteItem": "errors-table runs-table",
        "dynamodb:PutItem": "runs-table",
    },
    "incident-action": {
        "dynamodb:ConditionCheckItem": "senders-table",
        "dynamodb:GetItem": "incidents-table senders-table",
        "dynamodb:PutItem": "notifications-table senders-table",
        "dynamodb:UpdateItem": "incidents-table notifications-table senders-table",
        "dynamodb:Query": "incidents-table/index/IncidentIdIndex incidents-table/index/LatestIndex "
        "notifications-table senders-table",
    },
    "incident-projection": {
        **dict.fromkeys(
            ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"), "runs-stream"
        ),
        "dynamodb:ListStreams": "*",
        "dynamodb:ConditionCheckItem": "senders-table",
        **dict.fromkeys(
            ("dynamodb:DeleteItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            "incidents-table senders-table",
        ),
        "dynamodb:Query": "incidents-table incidents-table/index/LatestIndex incidents-table/index/LiveIndex "
        "notifications-table runs-table senders-table senders-table/index/StateIndex "
        "senders-table/index/NextCheckIndex",
        "sqs:SendMessage": "dead-letters-queue",
    },
    "incident-notifications": {
        "dynamodb:BatchGetItem": "incidents-table notifications-table senders-table",
        "dynamodb:PutItem": "notifications-table",
        "dynamodb:Query": "errors-table/index/FolderIndex incidents-table/index/LiveIndex "
        "notifications-table senders-table/index/StateIndex",
        "dynamodb:UpdateItem": "incidents-table",
        "secretsmanager:GetSecretValue": "owners-webhooks",
        # Those of addressees too, and of a configuration set, which SES checks beside the sender's identity.
        "ses:SendEmail": f"{BY_SES}:configuration-set/* {BY_SES}:identity/*",
        "ses:SendRawEmail": f"{BY_SES}:configuration-set/* {BY_SES}:identity/*",
        "sns:Publish": "arn:aws:sns:us-east-1:123456789012:on-call",
    },
}
"""What each may do, and on which resources, beside writing its own log."""
TABLES: dict[str, str] = {
    "auth": "",
    "file-sla-error": "TABLE RUNS",
    "incident-action": "SENDERS INCIDENTS NOTIFICATIONS",
    "incident-projection": "RUNS SENDERS INCIDENTS NOTIFICATIONS",
    "incident-notifications": "TABLE SENDERS INCIDENTS NOTIFICATIONS",
}
"""The tables that each knows by name."""
TIMEOUT_SECONDS = dict.fromkeys(("auth", "file-sla-error", "incident-action"), 28) | {
    "incident-projection": 300,
    "incident-notifications": 180,
}
"""Those of a route are done before the gateway gives up, after 29 seconds."""
SWEPT = {"sweep": "incident-projection", "notifications-sweep": "incident-notifications"}
DAY_SECONDS = 24 * 60 * 60


@pytest.fixture(scope="module")
def owned() -> Program:
    """The dev stack with owners, who get their mail from SES."""
    return declare(**OWNED, mailFrom=FROM)


def test_every_function_is_tried_here(program: Program, owned: Program) -> None:
    assert {f"{name}-function" for name in PERMISSIONS} == {f.name for f in owned.all("Function")}
    # Nobody is notified where there are no owners.
    strangers = {one.name for one in owned.resources} - {one.name for one in program.resources}
    assert {"incident-notifications-function", "notifications-sweep-schedule"} <= strangers


@pytest.mark.parametrize("name", PERMISSIONS)
def test_role_may_do_its_work_and_nothing_else(owned: Program, name: str) -> None:
    needed = dict.fromkeys(("logs:CreateLogStream", "logs:PutLogEvents"), f"{name}-log:*") | PERMISSIONS[name]
    assert owned.permissions(name) == {
        action: sorted(one if one[:3] in ("arn", "*") else _arn(one) for one in resources.split())
        for action, resources in needed.items()
    }


def _arn(name: str) -> str:
    return "streamArn-of-runs-table" if name == "runs-stream" else f"arn-of-{name}"


@pytest.mark.parametrize("name", PERMISSIONS)
def test_function_has_a_role_a_log_and_a_package_of_its_own(owned: Program, name: str) -> None:
    function = owned.one("Function", f"{name}-function")
    assert function["role"] == f"arn-of-{name}-role"
    group = owned.one("LogGroup", f"{name}-log")
    assert group["name"] == function["loggingConfig"]["logGroup"] == f"/aws/lambda/{function['name']}"
    assert (function["architectures"], function["runtime"]) == (["arm64"], "python3.13")
    assert function["handler"] == f"handlers.{name.replace('-', '_')}.handler"
    assert Path(function["code"].path).stem == f"{name}-arm64"
    assert function["timeout"] == TIMEOUT_SECONDS[name]
    variables = owned.variables(name)
    assert variables["POWERTOOLS_METRICS_NAMESPACE"] == "file-sla-dev"
    tables = {f"{one}_TABLE_NAME".replace("TABLE_TABLE", "TABLE") for one in TABLES[name].split()}
    assert {one for one in variables if one.endswith("TABLE_NAME")} == tables
    assert all(variables[one] == owned.exports[one.lower()] for one in tables)


def test_owners_ship_with_the_functions_that_need_them_alone(program: Program, owned: Program) -> None:
    owners = read_owners_file(ROOT / OWNED["ownersFile"])
    shipped = {name: load_owners(files[SHIPPED_NAME]) for name, files in owned.shipped.items() if files}
    assert shipped == {"incident-projection": owners, "incident-notifications": owners}
    assert not any(program.shipped.values())


@pytest.mark.parametrize(
    ("name", "keys"),
    [
        ("file-sla-error", "retentionDays runRetentionDays accountReportLimit"),
        ("incident-projection", "senderIncidentLimit accountIncidentLimit newSenderLimit retentionDays"),
        ("incident-action", "retentionDays"),
        ("incident-notifications", "retentionDays mailFrom docsUrl"),
    ],
)
def test_function_knows_what_is_configured(other_values: Program, name: str, keys: str) -> None:
    variables = other_values.variables(name)
    for key in keys.split():
        assert variables[re.sub("([A-Z])", r"_\1", key).upper()] == str(TOGETHER[key])


def test_the_stream_of_runs_invokes_the_projection(program: Program) -> None:
    mapping = program.one("EventSourceMapping")
    assert mapping["eventSourceArn"] == "streamArn-of-runs-table"
    # Runs of one sender are taken one batch after the other.
    assert mapping["parallelizationFactor"] == 1
    # FACTS: the emulator loses what such an answer names.
    assert "functionResponseTypes" not in mapping
    # A run that makes it fail holds up no more than itself, and not for good.
    assert mapping["bisectBatchOnFunctionError"] is True
    assert mapping["maximumRetryAttempts"] == -1
    # Of what is given up there is only the place in the stream, which keeps it for a day.
    assert mapping["maximumRecordAgeInSeconds"] <= DAY_SECONDS / 2
    assert mapping["destinationConfig"]["onFailure"] == {"destinationArn": "arn-of-dead-letters-queue"}


@pytest.mark.parametrize("sweep", SWEPT)
def test_a_schedule_invokes_its_function_alone_every_minute(owned: Program, sweep: str) -> None:
    function, schedule = f"arn-of-{SWEPT[sweep]}-function", owned.one("Schedule", f"{sweep}-schedule")
    assert schedule["scheduleExpression"] == "rate(1 minute)"
    target = schedule["target"]
    assert (target["arn"], json.loads(target["input"])) == (function, {"sweep": True})
    # One that fails leaves it to the next.
    assert owned.one("FunctionEventInvokeConfig", f"{sweep}-invocations")["maximumRetryAttempts"] == 0
    assert target["roleArn"] == f"arn-of-{sweep}-role"
    [allowed] = owned.statements("RolePolicy", f"{sweep}-permissions")
    assert (allowed["Action"], allowed["Resource"]) == (["lambda:InvokeFunction"], [function])
    [trust] = owned.statements("Role", f"{sweep}-role")
    assert trust["Condition"] == {"ArnEquals": {"aws:SourceArn": f"arn-of-{sweep}-group"}}
    assert schedule["groupName"] == owned.one("ScheduleGroup", f"{sweep}-group")["name"]


def test_the_notifying_function_sends_as_the_stack_and_changes_the_owner_of_an_incident_alone(
    owned: Program,
) -> None:
    statements = owned.statements("RolePolicy", "incident-notifications-permissions")
    conditions = {action: one.get("Condition") for one in statements for action in one["Action"]}
    assert conditions["ses:SendEmail"] == {"StringEquals": {"ses:FromAddress": FROM}}
    assert conditions["dynamodb:UpdateItem"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["Sender", "IncidentId", "Owner"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
    }


def test_only_windows_of_the_notifications_table_are_the_business_of_others(owned: Program) -> None:
    for name in ("incident-action", "incident-projection"):
        statements = owned.statements("RolePolicy", f"{name}-permissions")
        [found] = [one for one in statements if "arn-of-notifications-table" in one["Resource"]]
        assert found["Condition"] == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": ["maintenance"]}}
