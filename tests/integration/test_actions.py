"""What people do about incidents and senders: through gateway, authorizer and function to the tables."""

from concurrent.futures import ThreadPoolExecutor
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


def _make_unknown(server: Server) -> None:
    server.report(run=ran(folders=[{"folder": FOLDER, "error": "The network path was not found."}]))
    server.incident(IncidentStatus.UNKNOWN)


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


def test_what_is_unknown_is_closed_and_stays_so(
    stack: RunningStack, token: str, server: Server, incident_id: str
) -> None:
    body = {"incident_id": incident_id, "action": "close", "note": "the share is gone for good"}
    refused = stack.act(body, token)
    assert (refused.status_code, refused.json()["incident"]["status"]) == (409, "open")
    _make_unknown(server)
    assert stack.act(body, token).json()["incident"]["status"] == "closed"
    closed = server.incident(IncidentStatus.CLOSED)
    stack.aws.client("dynamodb").update_item(
        TableName=stack.outputs[Output.SENDERS_TABLE_NAME],
        Key={SenderAttribute.SENDER: {"S": server.key}, SenderAttribute.PART: {"S": OWN_PART}},
        UpdateExpression="SET ReplaySince = :now, NextCheckAt = :now, NextCheckShard = :shard "
        "ADD Revision :one",
        ExpressionAttributeValues={
            ":now": closed[IncidentAttribute.ENDED_AT],
            ":shard": {"S": "0"},
            ":one": {"N": "1"},
        },
    )
    server.sweep()
    wait(server.applied)
    assert server.incidents() == [closed]
    again = stack.act(body, token)
    assert (again.status_code, again.json()["incident"]["status"]) == (409, "closed")


def test_of_many_who_act_at_once_nobody_is_lost(
    stack: RunningStack, token: str, server: Server, incident_id: str
) -> None:
    """While runs come in as well."""

    def note(number: int) -> int:
        body = {"incident_id": incident_id, "action": "note", "note": f"note number {number:02}"}
        while (status := stack.act(body, token, **{"Idempotency-Key": f"race-{number}"}).status_code) == 429:
            pass
        return status

    def report(number: int) -> int:
        files = [minutes_ago(100), *(minutes_ago(90 - other) for other in range(number))]
        return server.post(stuck(*files), run=ran(folders=[{"folder": FOLDER}]))

    with ThreadPoolExecutor(PEOPLE) as pool:
        runs = [pool.submit(report, number) for number in range(3)]
        statuses = list(pool.map(note, range(PEOPLE)))
        assert {run.result() for run in runs} == {200}
    assert statuses == [200] * PEOPLE
    [item] = server.incidents()
    notes = [action["M"]["Note"]["S"] for action in item[IncidentAttribute.HISTORY]["L"]]
    assert sorted(notes) == [f"note number {number:02}" for number in range(PEOPLE)]
    assert item[IncidentAttribute.ACTION_VERSION] == {"N": str(PEOPLE)}


def test_a_sender_is_paused_resumed_retired_and_revived_by_a_run(
    stack: RunningStack, token: str, server: Server, incident_id: str
) -> None:
    def act(action: str, **more: Any) -> str:
        answer = stack.act({"sender": server.key, "action": action, **more}, token).raise_for_status().json()
        return str(answer["sender"]["state"])

    assert act("pause", note="the server moves house") == SenderState.PAUSED
    assert act("resume") == SenderState.UP
    _make_unknown(server)
    assert act("retire") == SenderState.RETIRED
    server.incident(IncidentStatus.CLOSED)
    server.report(run=ran(folders=[{"folder": FOLDER}]))
    wait(lambda: True if server.parts()[OWN_PART][SenderAttribute.STATE]["S"] == SenderState.UP else None)
