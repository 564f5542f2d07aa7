"""The function that tells owners, under the permissions that it has in the account."""

from typing import Any
from uuid import uuid4

import pytest

from contract.names import Output
from contract.words import IncidentStatus, NotificationKind
from local.demo.sweeping import FunctionFailedError
from store.incidents import IncidentAttribute
from store.notifications import INCIDENT_PREFIX, NotificationAttribute
from tests.stands.notified import Message, Owner, tell
from tests.stands.running_stack import RunningStack
from tests.stands.servers import Server, minutes_ago, ran, stuck, without_permissions

ROLE = "file-sla-dev-notify-us-east-1"
WAYS = 3
"""Channels of the owner: mail, Slack and Teams."""


@pytest.fixture
def folder() -> str:
    """A folder of this owner's that no other test reports."""
    return f"D:\\Morning\\{uuid4().hex[:8]}"


def _of(messages: list[Message], folder: str) -> list[Message]:
    return [one for one in messages if folder in one["text"]]


def _log(stack: RunningStack, incident: dict[str, Any]) -> list[tuple[str, str]]:
    """Who was told what of an incident, as an analyst may ask."""
    about = INCIDENT_PREFIX + incident[IncidentAttribute.INCIDENT_ID]["S"]
    found = stack.client_as(stack.token(stack.analyst), "dynamodb").query(
        TableName=stack.outputs[Output.NOTIFICATIONS_TABLE_NAME],
        KeyConditionExpression="#about = :about",
        ExpressionAttributeNames={"#about": NotificationAttribute.SUBJECT},
        ExpressionAttributeValues={":about": {"S": about}},
    )["Items"]
    return [(one[NotificationAttribute.OWNER]["S"], one[NotificationAttribute.KIND]["S"]) for one in found]


def test_a_function_without_its_permissions_tells_nobody_and_once_it_has_them_everybody(
    stack: RunningStack, folder: str
) -> None:
    owner, server = Owner(stack, "morning"), Server.create(stack)
    server.report(
        stuck(minutes_ago(100), folder=folder), run=ran(folders=[{"folder": folder, "file_count": 1}])
    )
    incident = server.incident(IncidentStatus.OPEN)
    with without_permissions(stack, ROLE), pytest.raises(FunctionFailedError):
        tell(stack)
    assert _of(owner.messages(), folder) == []
    owner.wait(lambda messages: len(_of(messages, folder)) >= WAYS)
    assert _log(stack, incident) == [("morning", NotificationKind.NEW)] * WAYS
    [told] = server.incidents()
    assert told[IncidentAttribute.OWNER]["S"] == "morning"
