"""How owners are notified: the webhooks' addresses, topics, mail, and the function that sends."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest

from contract.names import MADE_ANEW, ROOT
from contract.owners.model import SHIPPED_NAME, load_owners
from contract.owners.reading import read_owners_file
from tests.infra.conftest import Program, declare

OWNERS_FILE: Final = "tests/samples/owners.yaml"
WEBHOOKS: Final = {"operations": "https://example.com/hook-one", "orders": "http://127.0.0.1:8080/hook-two"}
CONFIG: Final[dict[str, Any]] = {"ownersFile": OWNERS_FILE, "webhooks": WEBHOOKS}


@pytest.fixture(scope="module")
def by_topic() -> Program:
    """Owners without SES, and links in their notifications."""
    return declare(**CONFIG, docsUrl="https://docs.example.com/sla", dashboardUrl="https://sla.example.com")


@pytest.fixture(scope="module")
def by_ses() -> Program:
    return declare(**CONFIG, mailFrom="file-sla <sla@example.com>")


def _of_owners(program: Program) -> set[str]:
    return {resource.name for resource in program.resources if resource.name.startswith("owners-")}


def test_without_owners_and_webhooks_there_is_nothing(program: Program) -> None:
    assert _of_owners(program) == set()
    its_own = {
        "incident-notifications-function",
        "notifications-sweep-schedule",
        "monitoring-notifications-sweeps",
    }
    assert not its_own & {one.name for one in program.resources}


def test_addresses_of_webhooks_are_one_secret(by_topic: Program) -> None:
    assert _of_owners(by_topic) >= MADE_ANEW
    value = by_topic.one("SecretVersion", "owners-webhooks-value")["secretString"]
    # Pulumi's mark of a secret, which the engine encrypts in the state.
    assert value["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert json.loads(value["value"]) == WEBHOOKS


def test_no_other_resource_and_no_output_has_an_address(by_topic: Program) -> None:
    others = [resource for resource in by_topic.resources if resource.name != "owners-webhooks-value"]
    assert not re.search("hook-one|hook-two", repr([others, by_topic.exports]))


def test_each_owner_and_escalation_by_mail_has_a_topic_and_each_address_a_subscription(
    by_topic: Program,
) -> None:
    topics = {
        topic.name: topic.inputs["name"]
        for topic in by_topic.all("Topic")
        if topic.name.startswith("owners-")
    }
    assert topics == {
        "owners-operations": "file-sla-dev-owner-operations",
        "owners-orders": "file-sla-dev-owner-orders",
        "owners-orders_after_60": "file-sla-dev-owner-orders_after_60",
    }
    subscribed = {
        (one.inputs["topic"], one.inputs["protocol"], one.inputs["endpoint"])
        for one in by_topic.all("TopicSubscription")
    }
    assert subscribed == {
        ("arn-of-owners-operations", "email", "operations@example.com"),
        ("arn-of-owners-operations", "email", "second@example.com"),
        ("arn-of-owners-orders", "email", "orders@example.com"),
        ("arn-of-owners-orders_after_60", "email", "head@example.com"),
    }


def test_where_ses_sends_there_are_no_topics(by_ses: Program) -> None:
    assert _of_owners(by_ses) == MADE_ANEW


def test_secret_and_topics_are_under_the_key_of_the_stack() -> None:
    program = declare(**CONFIG, customerManagedKey=True)
    key = "arn:aws:kms:us-east-1:123456789012:key/id-of-data-key"
    assert program.one("Secret", "owners-webhooks")["kmsKeyId"] == key
    assert program.one("Topic", "owners-orders")["kmsMasterKeyId"] == key
    through = {
        condition["kms:ViaService"]
        for statement in json.loads(program.one("KeyPolicy")["policy"])["Statement"]
        if (condition := statement.get("Condition", {}).get("StringEquals", {})).get("kms:ViaService")
    }
    assert "sns.us-east-1.amazonaws.com" in through


def test_the_longest_names_fit(tmp_path: Path) -> None:
    """Of a topic, and of every role in the longest stack and region."""
    name = "o" * 64
    file = tmp_path / "owners.yaml"
    file.write_text(
        f"default: {name}\nowners:\n  {name}:\n    channels: []\n"
        f"    escalate: [{{after_minutes: 10080, channels: [mail: a@example.com]}}]\n"
    )
    program = declare("s" * 24, **{"ownersFile": str(file), "backupDays": 7, "aws:region": "ap-southeast-2"})
    [topic] = [one.inputs["name"] for one in program.all("Topic") if one.name.startswith("owners-")]
    assert topic.endswith(f"-owner-{name}_after_10080")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", topic)  # CreateTopic
    roles = [role.inputs["name"] for role in program.all("Role") if "name" in role.inputs]
    assert "notify" in " ".join(roles)
    assert max(map(len, roles)) <= 64  # IAM


def test_owners_ship_with_the_functions_that_need_them_alone(by_topic: Program) -> None:
    owners = read_owners_file(ROOT / OWNERS_FILE)
    shipped = {name: load_owners(files[SHIPPED_NAME]) for name, files in by_topic.shipped.items() if files}
    assert shipped == {"incident-projection": owners, "incident-notifications": owners}


def test_it_may_do_its_work_and_nothing_else(by_ses: Program) -> None:
    permissions = by_ses.permissions("incident-notifications")
    of_ses = permissions.pop("ses:SendEmail")
    # Those of addressees too, and of a configuration set, which SES checks beside the sender's identity.
    assert [arn.split(":")[5] for arn in of_ses] == ["configuration-set/*", "identity/*"]
    assert permissions.pop("ses:SendRawEmail") == of_ses
    assert permissions == {
        "logs:CreateLogStream": ["arn-of-incident-notifications-log:*"],
        "logs:PutLogEvents": ["arn-of-incident-notifications-log:*"],
        "dynamodb:BatchGetItem": [
            "arn-of-incidents-table",
            "arn-of-notifications-table",
            "arn-of-senders-table",
        ],
        "dynamodb:PutItem": ["arn-of-notifications-table"],
        "dynamodb:Query": [
            "arn-of-errors-table/index/AffectedDateIndex",
            "arn-of-incidents-table/index/LiveIndex",
            "arn-of-senders-table/index/StateIndex",
        ],
        "dynamodb:UpdateItem": ["arn-of-incidents-table"],
        "secretsmanager:GetSecretValue": ["arn-of-owners-webhooks"],
        "sns:Publish": ["arn:aws:sns:us-east-1:123456789012:on-call"],
    }


def test_whatever_ses_checks_it_sends_from_its_own_address_alone(by_ses: Program) -> None:
    policy = json.loads(by_ses.one("RolePolicy", "incident-notifications-permissions")["policy"])
    [sending] = [one for one in policy["Statement"] if "ses:SendEmail" in one["Action"]]
    assert sending["Condition"] == {"StringEquals": {"ses:FromAddress": "sla@example.com"}}


def test_of_an_incident_it_changes_the_owner_alone(by_ses: Program) -> None:
    policy = json.loads(by_ses.one("RolePolicy", "incident-notifications-permissions")["policy"])
    [update] = [one for one in policy["Statement"] if one["Action"] == ["dynamodb:UpdateItem"]]
    assert update["Condition"] == {
        "ForAllValues:StringEquals": {"dynamodb:Attributes": ["Sender", "IncidentId", "Owner"]},
        "StringEqualsIfExists": {"dynamodb:ReturnValues": ["NONE", "UPDATED_OLD", "UPDATED_NEW"]},
    }


def test_it_knows_its_tables_and_where_links_lead(by_ses: Program, by_topic: Program) -> None:
    function = by_ses.one("Function", "incident-notifications-function")
    assert function["environment"]["variables"] == {
        "POWERTOOLS_LOG_LEVEL": "INFO",
        "POWERTOOLS_METRICS_NAMESPACE": "file-sla-dev",
        "TABLE_NAME": "FileSlaErrors",
        "SENDERS_TABLE_NAME": "FileSlaSenders",
        "INCIDENTS_TABLE_NAME": "FileSlaIncidents",
        "NOTIFICATIONS_TABLE_NAME": "FileSlaNotifications",
        "RETENTION_DAYS": "90",
        "WEBHOOKS_SECRET_ID": "arn-of-owners-webhooks",
        "OWNER_TOPICS_PREFIX": "",
        "MAIL_FROM": "file-sla <sla@example.com>",
        "DASHBOARD_URL": "",
        "DOCS_URL": "",
    }
    assert function["timeout"] == 180
    variables = by_topic.one("Function", "incident-notifications-function")["environment"]["variables"]
    assert variables["DOCS_URL"] == "https://docs.example.com/sla"
    assert variables["DASHBOARD_URL"] == "https://sla.example.com"
    # Without SES, its topic has an owner's mail.
    assert variables["OWNER_TOPICS_PREFIX"]
    assert "arn-of-owners-orders" in by_topic.permissions("incident-notifications")["sns:Publish"]


def test_every_minute_it_sweeps(by_ses: Program) -> None:
    [schedule] = [one for one in by_ses.all("Schedule") if one.name == "notifications-sweep-schedule"]
    assert schedule.inputs["scheduleExpression"] == "rate(1 minute)"
    assert schedule.inputs["target"]["arn"] == "arn-of-incident-notifications-function"
    assert len({one.inputs["name"] for one in by_ses.all("Schedule")}) == 2


@pytest.mark.parametrize(
    ("key", "metric", "statistic", "threshold"),
    [
        ("notifications-given-up", "NotificationsGivenUp", "Sum", 1),
        ("channels-disabled", "ChannelsDisabled", "Maximum", 1),
    ],
)
def test_an_alarm_says_who_was_not_notified(
    by_ses: Program, key: str, metric: str, statistic: str, threshold: float
) -> None:
    alarm = by_ses.one("MetricAlarm", f"monitoring-{key}")
    assert (alarm["metricName"], alarm["statistic"], alarm["threshold"]) == (metric, statistic, threshold)


def test_the_dashboard_shows_what_was_sent(by_ses: Program, program: Program) -> None:
    def titles(shown: Program) -> set[Any]:
        body = json.loads(shown.one("Dashboard")["dashboardBody"])
        return {widget["properties"]["title"] for widget in body["widgets"]}

    assert titles(by_ses) - titles(program) == {
        "Notifications of owners, and disabled channels",
        "From the run that opened an incident to its notification, s",
    }
