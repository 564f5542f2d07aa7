"""Servers that report to a running stack, and what its tables hold of them."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any, TypeVar

from contract.moments import format_moment, parse_moment
from contract.names import Group, Output
from contract.words import IncidentStatus
from local.demo.sweeping import sweep
from store.incidents import IncidentAttribute
from store.senders import OWN_PART, SenderAttribute
from tests.stands.running_stack import RunningStack


@contextmanager
def without_permissions(stack: RunningStack, role: str) -> Iterator[None]:
    """The role has no policy of its own within this block."""
    iam = stack.aws.client("iam")
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))


WAIT_SECONDS = 300
"""Other tests report ten thousand folders at once, and their projection comes first."""
FOLDER = r"D:\Inbound"
SLA = 30
Item = dict[str, Any]
Found = TypeVar("Found")
_numbers = count(1)


@dataclass(frozen=True)
class Stored:
    """What the tables hold of a server."""

    parts: dict[str, Item]
    incidents: list[Item]


@dataclass(frozen=True)
class Server:
    """An account of its own, and what the tables hold of it."""

    stack: RunningStack
    name: str
    token: str
    key: str

    @classmethod
    def create(cls, stack: RunningStack) -> "Server":
        name = f"incidents-{next(_numbers):02}"
        user = stack.new_user(name, Group.REPORTERS)
        found = stack.aws.client("cognito-idp").admin_get_user(
            UserPoolId=stack.outputs[Output.USER_POOL_ID], Username=name
        )
        subject = next(one["Value"] for one in found["UserAttributes"] if one["Name"] == "sub")
        return cls(stack, name, stack.token(user), subject)

    def post(self, *folders: Item, run: Item | None = None, address: str = "10.9.0.1") -> int:
        body = {"sla_error": list(folders), **({"run": run} if run is not None else {})}
        return self.stack.report(body, self.token, **{"X-Forwarded-For": address}).status_code

    def report(self, *folders: Item, run: Item | None = None, address: str = "10.9.0.1") -> None:
        assert self.post(*folders, run=run, address=address) == HTTPStatus.OK

    def incidents(self) -> list[Item]:
        """Its incidents, in the order in which they opened."""
        found = self._query(Output.INCIDENTS_TABLE_NAME, IncidentAttribute.SENDER)
        return sorted(found, key=lambda one: one[IncidentAttribute.OPENED_AT]["S"])

    def parts(self) -> dict[str, Item]:
        """Its items among the senders, by part."""
        found = self._query(Output.SENDERS_TABLE_NAME, SenderAttribute.SENDER)
        return {item[SenderAttribute.PART]["S"]: item for item in found}

    def settled(self, runs: int) -> Stored | None:
        """What the tables hold of it, once so many runs were applied, no replay and no check is due.

        It remembers its last four runs. One whose moment is hours ago leaves a check that is due.
        """
        own = self.parts().get(OWN_PART, {})
        if SenderAttribute.STATE not in own or SenderAttribute.REPLAY_SINCE in own:
            return None
        due = own.get(SenderAttribute.NEXT_CHECK_AT)
        if due is not None and parse_moment(due["S"]) <= datetime.now(UTC):
            return None
        if len(own[SenderAttribute.RECENT_RUNS]["S"].split()) < runs:
            return None
        return Stored(self.parts(), self.incidents())

    def wait_until_settled(self, runs: int) -> Stored:
        """The same, after as many sweeps as it takes."""

        def look() -> Stored | None:
            self.sweep()
            return self.settled(runs)

        return wait(look)

    def incident(self, status: IncidentStatus) -> Item:
        """Its latest incident, as soon as that has this status."""
        return wait(lambda: self._latest(lambda one: one[IncidentAttribute.STATUS]["S"] == status))

    def wait_for(self, wanted: Callable[[Item], bool]) -> Item:
        """Its latest incident, as soon as a sweep has made it so."""

        def look() -> Item | None:
            self.sweep()
            return self._latest(wanted)

        return wait(look)

    def _latest(self, wanted: Callable[[Item], bool]) -> Item | None:
        return next((one for one in self.incidents()[-1:] if wanted(one)), None)

    def sweep(self) -> None:
        sweep(self.stack.aws, self.stack.outputs[Output.METRICS_NAMESPACE])

    def forget(self) -> None:
        """Deletes all of it from both tables of the projection."""
        client = self.stack.aws.client("dynamodb")
        for output, keys in (
            (Output.SENDERS_TABLE_NAME, (SenderAttribute.SENDER, SenderAttribute.PART)),
            (Output.INCIDENTS_TABLE_NAME, (IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID)),
        ):
            for item in self._query(output, keys[0]):
                client.delete_item(TableName=self.stack.outputs[output], Key={key: item[key] for key in keys})

    def _query(self, table: Output, key: str) -> list[Item]:
        answer = self.stack.aws.client("dynamodb").query(
            TableName=self.stack.outputs[table],
            ConsistentRead=True,
            KeyConditionExpression="#key = :key",
            ExpressionAttributeNames={"#key": key},
            ExpressionAttributeValues={":key": {"S": self.key}},
        )
        return list(answer["Items"])


def wait(look: Callable[[], Found | None]) -> Found:
    """What a look finds, as soon as it finds anything."""
    deadline = time.monotonic() + WAIT_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)
    return found


def stuck(*created: datetime, folder: str = FOLDER) -> Item:
    files = [
        {"filename": f"INV-{number}.xml", "creationDate": format_moment(moment)}
        for number, moment in enumerate(created)
    ]
    return {"folder": folder, "sla": SLA, "files": files}


def ran(ago: timedelta = timedelta(0), **more: Any) -> Item:
    sent = datetime.now(UTC)
    return {"started_at": format_moment(sent - ago), "sent_at": format_moment(sent), **more}


def minutes_ago(minutes: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).replace(microsecond=0)
