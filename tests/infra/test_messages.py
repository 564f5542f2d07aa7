"""The function that tells owners: there where there are any, with what it needs and no more."""

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.infra.conftest import Program, declare

OWNERS = """
default: orders
owners:
  orders:
    channels: [{mail: [orders@example.com]}, {slack: orders}]
    escalate: [{after_minutes: 60, channels: [{sns: 'arn:aws:sns:us-east-1:123456789012:on-call'}]}]
"""
ADDRESS = "https://hooks.example.com/services/secret"


@pytest.fixture(scope="module")
def owners_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("owners") / "owners.yaml"
    file.write_text(OWNERS)
    return file


@pytest.fixture(scope="module")
def telling(owners_file: Path) -> Program:
    return declare(
        ownersFile=str(owners_file), webhooks={"orders": ADDRESS}, mailFrom="file-sla <sla@example.com>"
    )


def _permissions(program: Program) -> dict[str, list[str]]:
    [policy] = [one for one in program.all("RolePolicy") if one.name == "incident-notifications-permissions"]
    allowed: dict[str, list[str]] = defaultdict(list)
    for statement in json.loads(policy.inputs["policy"])["Statement"]:
        for action in statement["Action"]:
            allowed[action] += statement["Resource"]
    return {action: sorted(resources) for action, resources in allowed.items()}


def test_there_is_none_where_nobody_is_told(program: Program) -> None:
    alone = {"incident-notifications-function", "messages-sweep-schedule", "monitoring-messages-sweeps"}
    assert not alone & {one.name for one in program.resources}


def test_it_may_do_its_work_and_nothing_else(telling: Program) -> None:
    permissions = _permissions(telling)
    of_ses = permissions.pop("ses:SendEmail")
    # Those of addressees too, and of a configuration set, which SES checks beside the sender's identity.
    assert [arn.split(":")[5] for arn in of_ses] == ["configuration-set/*", "identity/*"]
    assert permissions.pop("ses:SendRawEmail") == of_ses
    assert permissions == {
        "logs:CreateLogStream": ["arn-of-incident-notifications-log:*"],
        "logs:PutLogEvents": ["arn-of-incident-notifications-log:*"],
        "dynamodb:BatchGetItem": ["arn-of-incidents-table", "arn-of-messages-table", "arn-of-senders-table"],
        "dynamodb:PutItem": ["arn-of-messages-table"],
        "dynamodb:Query": [
            "arn-of-errors-table/index/AffectedDateIndex",
            "arn-of-incidents-table/index/LiveIndex",
            "arn-of-senders-table/index/StateIndex",
        ],
        "dynamodb:UpdateItem": ["arn-of-incidents-table"],
        "secretsmanager:GetSecretValue": ["arn-of-owners-webhooks"],
        "sns:Publish": ["arn:aws:sns:us-east-1:123456789012:on-call"],
    }


def test_whatever_ses_checks_it_sends_from_its_own_address_alone(telling: Program) -> None:
    policy = json.loads(telling.one("RolePolicy", "incident-notifications-permissions")["policy"])
    [sending] = [one for one in policy["Statement"] if "ses:SendEmail" in one["Action"]]
    assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": "sla@example.com"}}


def test_of_an_incident_it_changes_the_owner_alone(telling: Program) -> None:
    policy = json.loads(telling.one("RolePolicy", "incident-notifications-permissions")["policy"])
    [update] = [one for one in policy["Statement"] if one["Action"] == ["dynamodb:UpdateItem"]]
    assert update["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["Sender", "IncidentId", "Owner"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
    }


def test_it_knows_its_tables_and_where_links_lead(telling: Program, owners_file: Path) -> None:
    function = telling.one("Function", "incident-notifications-function")
    assert function["environment"]["variables"] == {
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "file-sla-dev",
        "TABLE_NAME": "FileSlaErrors",
        "SENDERS_TABLE_NAME": "FileSlaSenders",
        "INCIDENTS_TABLE_NAME": "FileSlaIncidents",
        "MESSAGES_TABLE_NAME": "FileSlaMessages",
        "RETENTION_DAYS": "90",
        "WEBHOOKS_SECRET_ID": "arn-of-owners-webhooks",
        "OWNER_TOPICS_PREFIX": "",
        "MAIL_FROM": "file-sla <sla@example.com>",
        "DASHBOARD_URL": "",
        "DOCS_URL": "",
    }
    assert function["timeout"] == 180
    linked = declare(
        ownersFile=str(owners_file),
        webhooks={"orders": ADDRESS},
        docsUrl="https://docs.example.com/sla",
        dashboardUrl="https://sla.example.com",
    )
    variables = linked.one("Function", "incident-notifications-function")["environment"]["variables"]
    assert variables["DOCS_URL"] == "https://docs.example.com/sla"
    assert variables["DASHBOARD_URL"] == "https://sla.example.com"
    # Without SES, its topic has an owner's mail.
    assert variables["OWNER_TOPICS_PREFIX"]
    assert "arn-of-owners-orders" in _permissions(linked)["sns:Publish"]


def test_every_minute_it_sweeps(telling: Program) -> None:
    [schedule] = [one for one in telling.all("Schedule") if one.name == "messages-sweep-schedule"]
    assert schedule.inputs["scheduleExpression"] == "rate(1 minute)"
    assert schedule.inputs["target"]["arn"] == "arn-of-incident-notifications-function"
    assert len({one.inputs["name"] for one in telling.all("Schedule")}) == 2


def test_names_of_its_roles_fit_in_the_longest_stack(owners_file: Path) -> None:
    longest = declare(
        "s" * 24,
        **{"ownersFile": str(owners_file), "webhooks": {"orders": ADDRESS}, "aws:region": "us-east-1"},
    )
    region = len("ap-southeast-2") - len("us-east-1")
    assert all(
        len(role.inputs["name"]) + region <= 64 for role in longest.all("Role") if "name" in role.inputs
    )


@pytest.mark.parametrize(
    ("key", "metric", "statistic", "threshold"),
    [
        ("messages-dead", "MessagesDead", "Sum", 1),
        ("channels-disabled", "ChannelsDisabled", "Maximum", 1),
    ],
)
def test_owners_of_the_stack_hear_of_who_is_not_told(
    telling: Program, key: str, metric: str, statistic: str, threshold: float
) -> None:
    alarm = telling.one("MetricAlarm", f"monitoring-{key}")
    assert (alarm["metricName"], alarm["statistic"], alarm["threshold"]) == (metric, statistic, threshold)


def test_a_missing_sweep_is_noticed_by_what_it_does_not_publish(telling: Program) -> None:
    alarm = telling.one("MetricAlarm", "monitoring-messages-sweeps")
    assert (alarm["evaluationPeriods"], alarm["treatMissingData"]) == (10, "breaching")
    assert "MessagesSwept" in json.dumps(alarm["metricQueries"])


def test_the_dashboard_shows_what_was_sent(telling: Program, program: Program) -> None:
    def titles(shown: Program) -> set[Any]:
        body = json.loads(shown.one("Dashboard")["dashboardBody"])
        return {widget["properties"]["title"] for widget in body["widgets"]}

    assert titles(telling) - titles(program) == {
        "Messages to owners, and channels that do not work",
        "From the run that opened an incident to the message of it, s",
    }
