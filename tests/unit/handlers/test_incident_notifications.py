"""The function that tells owners, as Lambda invokes it: with everything missing, and with a webhook."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from contract.metrics import Metric
from contract.names import TEST_OWNER, Variable
from handlers import incident_notifications
from handlers.notifications.delivery import Webhooks
from tests.stands.events import LambdaContext
from tests.stands.notifier import WEBHOOKS, Notifier, an_owners_file
from tests.stands.playing import listing, stuck
from tests.stands.projection import Projection
from tests.stands.projection_tables import MESSAGES, create_message_tables
from tests.unit.conftest import REGION

INBOUND = "D:\\Inbound"
THREE_MINUTES_MS = 180_000


@pytest.fixture
def notifier(moto_projection: Projection, monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifier]:
    create_message_tables(moto_projection.client)
    monkeypatch.setenv(Variable.RETENTION_DAYS, "90")
    monkeypatch.setattr(incident_notifications, "read_shipped_owners", an_owners_file)
    notifier = Notifier(moto_projection)
    notifier.projection.report(listing(0, [INBOUND], stuck(INBOUND, "a", created=-9)))
    # As if a sweep had found it long ago.
    notifier.now = datetime.now(UTC) - timedelta(minutes=9)
    notifier.build().run(lambda: 60.0)
    yield notifier
    incident_notifications._sweep.cache_clear()


def _invoke(capsys: pytest.CaptureFixture[str]) -> dict[str, float]:
    """One sweep; gives back what it published."""
    capsys.readouterr()
    incident_notifications.handler({"sweep": True}, LambdaContext(THREE_MINUTES_MS))
    [line] = [one for one in capsys.readouterr().out.splitlines() if '"_aws"' in one]
    published: dict[str, Any] = json.loads(line)
    [directive] = published["_aws"]["CloudWatchMetrics"]
    assert directive["Dimensions"] in ([], [[]])
    return {one["Name"]: sum(published[one["Name"]]) for one in directive["Metrics"]}


def test_an_event_that_names_an_owner_tests_its_channels_and_sends_nothing_else(notifier: Notifier) -> None:
    before = notifier.client.scan(TableName=MESSAGES)["Items"]
    [tried] = incident_notifications.handler({TEST_OWNER: "orders"}, LambdaContext(THREE_MINUTES_MS)) or []
    assert tried["channel"] == "Slack orders"
    assert tried["problem"].startswith("the webhook orders has no address: set it")
    assert incident_notifications.handler({TEST_OWNER: "nobody"}, LambdaContext(THREE_MINUTES_MS)) == []
    assert notifier.client.scan(TableName=MESSAGES)["Items"] == before


def test_without_any_webhook_it_says_that_the_channel_does_not_work(
    notifier: Notifier, capsys: pytest.CaptureFixture[str]
) -> None:
    disabled = {Metric.RECIPIENTS_CHECKED: 2, Metric.CHANNELS_DISABLED: 1}
    assert _invoke(capsys) == {**disabled, Metric.NOTIFICATIONS_FAILED: 1}
    assert _invoke(capsys) == disabled


def test_with_its_webhook_it_tells(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secret = secrets.create_secret(Name="webhooks", SecretString=WEBHOOKS)
    monkeypatch.setenv(Variable.WEBHOOKS_SECRET_ID, secret["ARN"])
    posted: list[str] = []

    def post(webhooks: Webhooks, name: str, *_: Any, **__: Any) -> None:
        posted.append(webhooks.find(name))

    monkeypatch.setattr(Webhooks, "post", post)
    published = _invoke(capsys)
    assert posted == [json.loads(WEBHOOKS)["orders"]]
    assert published.pop(Metric.NOTIFICATION_DELAY) > timedelta(days=1).total_seconds()
    done = {Metric.NOTIFICATIONS_DELIVERED: 1, Metric.CHANNELS_DISABLED: 0}
    assert published == {Metric.RECIPIENTS_CHECKED: 2, **done}
    [line] = [item for item in notifier.items() if item.get("Kind") == "new"]
    assert (line["Owner"], line["Channel"]) == ("orders", "Slack orders")
    assert int(line["ExpiresAt"]) > (datetime.now(UTC) + timedelta(days=179)).timestamp()


def test_a_fault_makes_it_fail_after_it_has_said_what_it_did(
    notifier: Notifier, capsys: pytest.CaptureFixture[str]
) -> None:
    items = notifier.client.scan(TableName=MESSAGES)["Items"]
    [item] = [one for one in items if one["Owner"]["S"] == "orders"]
    notifier.client.put_item(TableName=MESSAGES, Item={**item, "State": {"B": b"broken"}})
    with pytest.raises(incident_notifications.NotificationSweepError):
        _invoke(capsys)
    assert '"RecipientsChecked":[1.0]' in capsys.readouterr().out.replace(" ", "")


def test_a_package_without_owners_is_refused(notifier: Notifier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incident_notifications, "read_shipped_owners", lambda: None)
    with pytest.raises(RuntimeError, match=r"owners\.json"):
        incident_notifications.handler({}, LambdaContext())
