"""A morning: files get stuck, owners are told, an analyst takes it on, files move on, and all hear of it."""

from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

import pytest

from contract.action import IncidentAction
from contract.moments import format_moment
from contract.routes import INCIDENT_ACTION
from contract.words import IncidentStatus
from store.incidents import IncidentAttribute
from tests.stands.notified import Message, Owner, tell
from tests.stands.running_stack import RunningStack
from tests.stands.servers import SLA, Server, ran, stuck, wait

WAYS = ("mail", "slack", "teams")


@pytest.fixture
def folder() -> str:
    """A folder of this owner's that no other test reports."""
    return f"D:\\Morning\\{uuid4().hex[:8]}"


@pytest.fixture
def owner(stack: RunningStack) -> Owner:
    return Owner(stack, "morning")


def test_from_the_breach_to_the_last_word(stack: RunningStack, owner: Owner, folder: str) -> None:
    server = Server.create(stack)
    _report(server, folder, files=1)
    incident = server.incident(IncidentStatus.OPEN)

    begun = owner.wait(lambda messages: len(_of(messages, folder)) >= len(WAYS))
    assert sorted(one["kind"] for one in _of(begun, folder)) == sorted(WAYS)
    assert all("stuck" in one["subject"] for one in _of(begun, folder))

    acted = stack.http.post(
        INCIDENT_ACTION.path,
        json={
            "incident_id": incident[IncidentAttribute.INCIDENT_ID]["S"],
            "action": IncidentAction.ACKNOWLEDGE,
            "note": "The consumer is being restarted.",
        },
        headers={"Authorization": f"Bearer {stack.token(stack.analyst)}"},
    )
    assert acted.status_code == HTTPStatus.OK, acted.text
    joined = owner.wait(lambda messages: len(_of(messages, folder)) >= 2 * len(WAYS))
    assert all("cknowledged" in one["subject"] for one in _of(joined, folder)[len(WAYS) :])

    # Three times the files would be news, were nobody on it.
    _report(server, folder, files=3)
    wait(lambda: server.incident(IncidentStatus.OPEN)[IncidentAttribute.FILE_COUNT] == {"N": "3"} or None)
    for _ in range(2):
        tell(stack)
    assert len(_of(owner.messages(), folder)) == 2 * len(WAYS)

    _report(server, folder, files=0)
    server.incident(IncidentStatus.CLEARED)
    heard = owner.wait(lambda messages: len(_of(messages, folder)) >= 3 * len(WAYS))
    for _ in range(2):
        tell(stack)
    assert owner.messages() == heard
    ended = _of(heard, folder)[2 * len(WAYS) :]
    assert sorted(one["kind"] for one in ended) == sorted(WAYS)
    assert all("leared" in one["subject"] for one in ended)


def _of(messages: list[Message], folder: str) -> list[Message]:
    return [one for one in messages if folder in one["text"]]


def _report(server: Server, folder: str, *, files: int) -> None:
    """A run that lists the folder, with so many files that are stuck."""
    dates = [datetime.now(UTC) - timedelta(hours=3, minutes=number) for number in range(files)]
    listed = {"folder": folder, "sla": SLA, "file_count": files}
    if files:
        listed["oldest_creation"] = format_moment(dates[-1])
    server.report(*([stuck(*dates, folder=folder)] if files else []), run=ran(folders=[listed]))
