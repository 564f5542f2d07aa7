"""What people do about incidents and senders: through gateway, authorizer and function to the tables."""

from typing import Any

import pytest

from contract.words import IncidentStatus, SenderState
from store.incidents import IncidentAttribute
from store.senders import OWN_PART, SenderAttribute
from tests.stands.running_stack import RunningStack
from tests.stands.servers import FOLDER, Server, minutes_ago, ran, stuck


@pytest.fixture(scope="module")
def token(stack: RunningStack) -> str:
    return stack.token(stack.analyst)


@pytest.fixture
def incident_id(server: Server) -> str:
    """Of an incident that is open."""
    server.report(stuck(minutes_ago(100)), run=ran(folders=[{"folder": FOLDER}]))
    return str(server.incident(IncidentStatus.OPEN)[IncidentAttribute.INCIDENT_ID]["S"])


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
