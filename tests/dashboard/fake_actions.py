"""A stand-in for the route of actions: on incidents it acts as the service does, and notes the rest."""

import json
from dataclasses import dataclass, field
from typing import Any

import boto3

from handlers.actions.acting import Actor
from handlers.actions.incidents import IncidentActions
from handlers.actions.parsing import parse_action
from handlers.web.errors import ServiceError
from handlers.web.requests import Caller
from store.state import SenderStore
from tests.dashboard.fake_table import REGION
from tests.stands.projection_tables import INCIDENTS, SENDERS


@dataclass
class FakeActions:
    """What was asked, and an answer that comes instead of the right one when set."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    instead: tuple[int, dict[str, Any]] | None = None

    def answer(self, username: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(body)
        self.keys.append(key)
        done = 200, {"message": "Done."}
        return self.instead or (act(username, key, body) if "incident_id" in body else done)


def act(username: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """What an analyst does with an incident."""
    client = boto3.client("dynamodb", region_name=REGION)
    actions = IncidentActions(SenderStore(client, SENDERS, INCIDENTS, None))
    actor = Actor(caller=Caller(username, username, frozenset()), idempotency_key=key)
    request: Any = parse_action(json.dumps(body).encode())
    try:
        answer, _ = actions.act(request, actor)
    except ServiceError as error:
        return error.status, {"message": error.body().message}
    return 200, {"message": answer.message}
