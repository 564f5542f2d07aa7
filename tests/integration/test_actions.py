"""What people do about incidents and senders: through gateway, authorizer and function to the tables."""

from typing import Any

import pytest

from contract.names import Output
from contract.words import IncidentStatus, SenderState
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.senders import OWN_PART, SenderAttribute
from tests.stands.running_stack import RunningStack
from tests.stands.servers import FOLDER, Item, Server, minutes_ago, ran, stuck, wait

PEOPLE = 12


@pytest.fixture(scope="module")
def token(stack: RunningStack) -> str:
    return stack.token(stack.analyst)


@pytest.fixture
def incident_id(server: Server) -> str:
    """Of an incident that is open."""
    server.report(stuck(minutes_ago(100)), run=ran(folders=[{"folder": FOLDER}]))
    return str(server.incident(IncidentStatus.OPEN)[IncidentAttribute.INCIDENT_ID]["S"])


def _live(stack: RunningStack, token: str, incident_id: str) -> Item | None:
    """The incident in the live index, as an analyst finds it."""
    client = stack.client_as(token, "dynamodb")
    for partition in list_live_partitions(IncidentStatus.OPEN):
        found = client.query(
            TableName=stack.outputs[Output.INCIDENTS_TABLE_NAME],
            IndexName=IncidentIndex.LIVE,
            KeyConditionExpression="#in = :partition",
            ExpressionAttributeNames={"#in": IncidentAttribute.LIVE_SHARD},
            ExpressionAttributeValues={":partition": {"S": partition}},
        )["Items"]
        for item in found:
            if item[IncidentAttribute.INCIDENT_ID]["S"] == incident_id:
                return dict(item)
    return None


def test_whoever_is_on_it_is_seen_by_all(
    stack: RunningStack, token: str, server: Server, incident_id: str
) -> None:
    body = {"incident_id": incident_id, "action": "acknowledge", "note": "calling the bank about it"}
    answers = [stack.act(body, token, **{"Idempotency-Key": "click-1"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["incident"] == answers[1].json()["incident"]
    [item] = server.incidents()
    name = {"S": stack.analyst["username"]}
    assert item[IncidentAttribute.ACKNOWLEDGED_BY] == name
    assert len(item[IncidentAttribute.HISTORY]["L"]) == 1
    live = wait(lambda: _acknowledged(_live(stack, token, incident_id)))
    assert live[IncidentAttribute.ACKNOWLEDGED_BY] == name
    assert IncidentAttribute.HISTORY not in live
    # Runs go on, and change nothing of it.
    server.report(stuck(minutes_ago(100), minutes_ago(90)), run=ran(folders=[{"folder": FOLDER}]))
    seen = wait(lambda: next((one for one in server.incidents() if _files(one) == 2), None))
    assert seen[IncidentAttribute.ACTION_VERSION] == {"N": "1"}
    assert seen[IncidentAttribute.ACKNOWLEDGED_BY] == name


def _acknowledged(item: Item | None) -> Item | None:
    return item if item and IncidentAttribute.ACKNOWLEDGED_BY in item else None


def _files(item: Item) -> int:
    return int(item[IncidentAttribute.FILE_COUNT]["N"])


def test_a_sender_is_retired_and_revived_by_people_and_by_a_run(
    stack: RunningStack, token: str, server: Server, incident_id: str
) -> None:
    def act(action: str, **more: Any) -> str:
        answer = stack.act({"sender": server.key, "action": action, **more}, token).raise_for_status().json()
        return str(answer["sender"]["state"])

    close = {"incident_id": incident_id, "action": "close", "note": "the share is gone for good"}
    refused = stack.act(close, token)
    assert (refused.status_code, refused.json()["incident"]["status"]) == (409, "open")
    assert act("retire", note="the server moves house") == SenderState.RETIRED
    assert act("unretire") == SenderState.UP
    server.report(run=ran(folders=[{"folder": FOLDER, "error": "The network path was not found."}]))
    server.incident(IncidentStatus.UNKNOWN)
    assert stack.act(close, token).json()["incident"]["status"] == "closed"
    assert act("retire") == SenderState.RETIRED
    server.report(run=ran(folders=[{"folder": FOLDER}]))
    settled = server.wait_until_settled(runs=3)
    assert settled.parts[OWN_PART][SenderAttribute.STATE] == {"S": SenderState.UP}
    assert [one[IncidentAttribute.STATUS] for one in settled.incidents] == [{"S": IncidentStatus.CLOSED}]
