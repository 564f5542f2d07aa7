"""A stand-in for the route of actions, which does to an incident's item what the service does."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3

from contract.limits import ACKNOWLEDGED_FOR
from contract.moments import format_moment
from store.incidents import HistoryAttribute, IncidentAttribute
from tests.dashboard.fake_table import REGION
from tests.stands.projection_tables import INCIDENTS

_A = IncidentAttribute


@dataclass
class FakeActions:
    """What was asked, and an answer that comes instead of the right one when set."""

    requests: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    instead: tuple[int, dict[str, Any]] | None = None

    def answer(self, username: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        self.requests.append(body)
        self.keys.append(key)
        if self.instead:
            return self.instead
        if "sender" in body:
            return 200, {"message": "Done.", "sender": {}}
        if "window" in body or "maintenance_id" in body:
            return 200, {"message": "Done.", "maintenance": {}}
        return act(username, key, body)


def act(username: str, key: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    """Does it once."""
    table: Any = boto3.resource("dynamodb", region_name=REGION).Table(INCIDENTS)
    found = [item for item in table.scan()["Items"] if item[_A.INCIDENT_ID] == body["incident_id"]]
    if not found:
        return 404, {"message": "No such incident is known."}
    [item] = found
    history = item.get(_A.HISTORY, [])
    if any(deed[HistoryAttribute.ACTION_ID] == key for deed in history):
        return 200, {"message": "Done before.", "incident": {}}
    version = int(item.get(_A.ACTION_VERSION, 0))
    if body.get("version", version) != version:
        return 409, {"message": "Somebody else has acted on it meanwhile.", "incident": {"version": version}}
    _change(item, username, body)
    now = datetime.now(UTC)
    deed = {
        HistoryAttribute.ACTION_ID: key,
        HistoryAttribute.ACTED_AT: format_moment(now),
        HistoryAttribute.ACTED_BY: username,
        HistoryAttribute.ACTION: body["action"],
        HistoryAttribute.NOTE: body.get("note"),
        HistoryAttribute.UNTIL: body.get("until"),
    }
    item[_A.HISTORY] = [*history, {name: value for name, value in deed.items() if value}]
    item[_A.ACTION_VERSION] = version + 1
    table.put_item(Item={str(name): value for name, value in item.items() if value is not None})
    return 200, {"message": "Done.", "incident": {"version": version + 1}}


def _change(item: dict[str, Any], username: str, body: dict[str, Any]) -> None:
    now = datetime.now(UTC)
    match body["action"]:
        case "acknowledge":
            item[_A.ACKNOWLEDGED_BY] = username
            item[_A.ACKNOWLEDGED_UNTIL] = body.get("until") or format_moment(now + ACKNOWLEDGED_FOR)
        case "unacknowledge":
            item[_A.ACKNOWLEDGED_BY] = item[_A.ACKNOWLEDGED_UNTIL] = None
        case "snooze":
            item[_A.SNOOZED_UNTIL] = body["until"]
        case "close":
            item |= {_A.STATUS: "closed", _A.LIVE_SHARD: None, _A.ENDED_AT: format_moment(now)}
            item[_A.ENDED_ON] = f"{now:%Y-%m-%d}"
