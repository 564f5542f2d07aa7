"""People who act on what the projection keeps, in memory."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from contract.answers import IncidentAnswer, SenderAnswer
from contract.metrics import Outcome
from handlers.actions.acting import Actor
from handlers.actions.incidents import IncidentActions
from handlers.actions.parsing import parse_action
from handlers.actions.senders import SenderActions
from handlers.web.requests import Caller
from store.runs import Run
from tests.stands.playing import at
from tests.stands.projection import ACCOUNT, Projection
from tests.stands.projection_tables import SENDERS


@dataclass
class People:
    """Analysts, and the service that they act upon."""

    projection: Projection
    slept: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        store = self.projection.store
        self.table = store.incidents
        self.incidents = IncidentActions(store, self.slept.append)
        self.senders = SenderActions(store, self.slept.append)

    def do(
        self, action: str, after: float | None = None, *, by: str = "ana", key: str | None = None, **more: Any
    ) -> tuple[IncidentAnswer, Outcome]:
        """Something about the one incident there is, or the one that is named."""
        if after is not None:
            self.projection.now = at(after)
        incident_id = more.pop("incident_id", None) or self.one_incident()["IncidentId"]
        request = parse_action(_json({"incident_id": incident_id, "action": action, **more}))
        return self.incidents.act(request, _doer(by, key))  # type: ignore[arg-type]

    def set(
        self, action: str, after: float | None = None, *, by: str = "ana", key: str | None = None, **more: Any
    ) -> tuple[SenderAnswer, Outcome]:
        """Something about the sender."""
        if after is not None:
            self.projection.now = at(after)
        sender = more.pop("sender", ACCOUNT)
        request = parse_action(_json({"sender": sender, "action": action, **more}))
        return self.senders.act(request, _doer(by, key))  # type: ignore[arg-type]

    def one_incident(self) -> dict[str, Any]:
        [incident] = self.projection.incidents()
        return incident

    def history(self) -> list[dict[str, str]]:
        """Of the one incident."""
        told = self.one_incident().get("History", [])
        return [{name: value["S"] for name, value in deed["M"].items()} for deed in told]

    def acts(self) -> list[dict[str, Any]]:
        """What people did with the sender, as it is stored."""
        items = self.projection.client.scan(TableName=SENDERS)["Items"]
        return [item for item in items if item["Part"]["S"].startswith("action#")]

    def rebuild(self) -> None:
        """Somebody asks for it."""
        self.projection.mark()
        self.projection.sweep()

    def report(self, *runs: Run) -> None:
        self.projection.report(*runs)


def meanwhile(people: People, monkeypatch: pytest.MonkeyPatch, *events: Callable[[], Any]) -> None:
    """Each happens just before the next write of an action."""
    client, coming = people.projection.client, list(events)
    for name in ("update_item", "transact_write_items"):
        write = getattr(client, name)

        def written(write: Any = write, **arguments: Any) -> Any:
            if coming:
                event = coming.pop(0)
                others, coming[:] = list(coming), []
                event()
                coming[:] = others
            return write(**arguments)

        monkeypatch.setattr(client, name, written)


@pytest.fixture
def people(projection: Projection) -> People:
    return People(projection)


@pytest.fixture
def moto_people(moto_projection: Projection) -> People:
    return People(moto_projection)


def ask(body: dict[str, Any], *, by: str = "ana", key: str | None = None) -> tuple[Any, Actor]:
    """A request, and who sends it."""
    return parse_action(_json(body)), _doer(by, key)


def _doer(by: str, key: str | None) -> Actor:
    return Actor(caller=Caller(f"sub-of-{by}", by, frozenset()), idempotency_key=key)


def _json(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()
