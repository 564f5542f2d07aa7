"""How owners are notified: the webhooks' addresses, topics, and mail."""

import json
import re

import pytest

from contract.names import MADE_ANEW
from tests.infra.conftest import OWNED, Program, declare


@pytest.fixture(scope="module")
def by_topic() -> Program:
    """Owners without SES, in a stack with a key."""
    return declare(**OWNED, dashboardUrl="https://sla.example.com", customerManagedKey=True)


def _of_owners(program: Program) -> set[str]:
    return {resource.name for resource in program.resources if resource.name.startswith("owners-")}


def test_without_owners_there_is_nothing_and_with_ses_no_topic(program: Program, all_on: Program) -> None:
    assert _of_owners(program) == set()
    assert _of_owners(all_on) == MADE_ANEW


def test_addresses_of_webhooks_are_one_secret(by_topic: Program) -> None:
    value = by_topic.one("SecretVersion", "owners-webhooks-value")["secretString"]
    # Pulumi's mark of a secret, which the engine encrypts in the state.
    assert value["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert json.loads(value["value"]) == OWNED["webhooks"]
    others = [resource for resource in by_topic.resources if resource.name != "owners-webhooks-value"]
    assert not re.search("hook-one|hook-two", repr([others, by_topic.exports]))


def test_each_owner_and_escalation_by_mail_has_a_topic_and_each_address_a_subscription(
    by_topic: Program,
) -> None:
    topics = {t.name: t.inputs["name"] for t in by_topic.all("Topic") if t.name.startswith("owners-")}
    assert topics == {
        "owners-operations": "file-sla-dev-owner-operations",
        "owners-orders": "file-sla-dev-owner-orders",
        "owners-orders_after_60": "file-sla-dev-owner-orders_after_60",
    }
    assert {
        (one["topic"], one["protocol"], one["endpoint"]) for one in by_topic.inputs("TopicSubscription")
    } == {
        ("arn-of-owners-operations", "email", "operations@example.com"),
        ("arn-of-owners-operations", "email", "second@example.com"),
        ("arn-of-owners-orders", "email", "orders@example.com"),
        ("arn-of-owners-orders_after_60", "email", "head@example.com"),
    }
    key = by_topic.one("Table", "errors-table")["serverSideEncryption"]["kmsKeyArn"]
    assert {topic["kmsMasterKeyId"] for topic in by_topic.inputs("Topic")} == {key}
    assert {f"arn-of-{name}" for name in topics} < set(
        by_topic.permissions("incident-notifications")["sns:Publish"]
    )


def test_the_function_knows_topics_and_where_links_lead(by_topic: Program) -> None:
    variables = by_topic.variables("incident-notifications")
    assert (variables["MAIL_FROM"], variables["DASHBOARD_URL"]) == ("", "https://sla.example.com")
    # A path is of no use in a mail.
    assert variables["DOCS_URL"] == ""
    # The ARN up to the owner: here AWS's answer does not end with a topic's name.
    assert variables["OWNER_TOPICS_PREFIX"] == "arn-of-owners-"
