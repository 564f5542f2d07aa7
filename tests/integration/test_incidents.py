"""What becomes of reports in the tables of senders and incidents: through API, stream, sweep and back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any, TypeVar
from uuid import uuid4

import pytest

from contract.moments import format_moment, parse_moment
from contract.names import Group, Output
from contract.words import Clearing, IncidentStatus, SenderKind, SenderState, UnknownReason
from local.demo.sweeping import sweep
from ops.__main__ import main as ops
from store.incidents import IncidentAttribute
from store.runs import ProblemAttribute
from store.senders import OWN_PART, REFUSED_PART, SenderAttribute
from tests.running_stack import RunningStack

PATIENCE_SECONDS = 300
"""Other tests report ten thousand folders at once, and their projection comes first."""
FOLDER = r"D:\Inbound"
SLA = 30
Item = dict[str, Any]
Found = TypeVar("Found")
_numbers = count(1)


@dataclass(frozen=True)
class Server:
    """An account of its own, and what the tables say of it."""

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
        """Reports folders, and returns the status."""
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

    def applied(self) -> Item | None:
        """Its own item, once a run was applied and nothing is left to fold."""
        own = self.parts().get(OWN_PART, {})
        return own if SenderAttribute.STATE in own and SenderAttribute.FOLD_SINCE not in own else None

    def incident(self, status: IncidentStatus) -> Item:
        """Its latest incident, as soon as that has this status."""
        return wait(lambda: next(iter(self._latest(status)), None))

    def _latest(self, status: IncidentStatus) -> list[Item]:
        return [one for one in self.incidents()[-1:] if one[IncidentAttribute.STATUS]["S"] == status]

    def folded(self, incident: Callable[[Item], bool]) -> Item:
        """Its latest incident, as soon as a sweep has made it so."""

        def look() -> Item | None:
            self.sweep()
            return next((one for one in self.incidents()[-1:] if incident(one)), None)

        return wait(look)

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
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := look()) is None:
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)
    return found


def stuck(*created: datetime, folder: str = FOLDER) -> Item:
    """A folder in breach, with a file of each of these dates."""
    files = [
        {"filename": f"INV-{number}.xml", "creationDate": format_moment(moment)}
        for number, moment in enumerate(created)
    ]
    return {"folder": folder, "sla": SLA, "files": files}


def ran(ago: timedelta = timedelta(0), **more: Any) -> Item:
    """What a script tells of a run that began some time ago."""
    sent = datetime.now(UTC)
    return {"started_at": format_moment(sent - ago), "sent_at": format_moment(sent), **more}


def minutes_ago(minutes: float) -> datetime:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).replace(microsecond=0)


@pytest.fixture
def server(stack: RunningStack) -> Server:
    return Server.create(stack)


@pytest.fixture
def other(stack: RunningStack) -> Server:
    return Server.create(stack)


def test_a_stuck_file_is_an_open_incident_within_seconds(server: Server) -> None:
    oldest = minutes_ago(100)
    server.report(stuck(oldest, minutes_ago(50)))
    incident = server.incident(IncidentStatus.OPEN)
    assert incident[IncidentAttribute.SENDER] == {"S": server.key}
    assert incident[IncidentAttribute.SENDER_NAME] == {"S": server.name}
    assert incident[IncidentAttribute.FOLDER] == {"S": FOLDER}
    assert incident[IncidentAttribute.SLA] == {"N": str(SLA)}
    assert incident[IncidentAttribute.FILE_COUNT] == {"N": "2"}
    assert incident[IncidentAttribute.OLDEST_CREATION] == {"S": format_moment(oldest)}
    assert incident[IncidentAttribute.BREACHED_SINCE] == {"S": format_moment(oldest + timedelta(minutes=SLA))}
    own = wait(server.applied)
    assert own[SenderAttribute.KIND] == {"S": SenderKind.STOCK}
    assert own[SenderAttribute.OPEN] == {"N": "1"}
    assert own[SenderAttribute.SOURCE_ADDRESS] == {"S": "10.9.0.1"}


def test_an_empty_report_clears_its_own_accounts_folders_alone(server: Server, other: Server) -> None:
    for one in (server, other):
        one.report(stuck(minutes_ago(100)))
    server.incident(IncidentStatus.OPEN)
    server.report()
    cleared = server.incident(IncidentStatus.CLEARED)
    assert cleared[IncidentAttribute.CLEARED_BY] == {"S": Clearing.EMPTY}
    assert IncidentAttribute.LISTED_IN not in cleared
    still = other.incident(IncidentStatus.OPEN)
    other.report(stuck(minutes_ago(99), folder=r"E:\Else"))
    wait(lambda: other.incidents() if len(other.incidents()) == 2 else None)
    assert still in other.incidents()
    assert len(server.incidents()) == 1


def test_a_folder_that_is_read_and_not_stuck_is_well(server: Server) -> None:
    server.report(stuck(minutes_ago(100)), run=ran(folders=[{"folder": FOLDER}, {"folder": "E:/Out"}]))
    server.incident(IncidentStatus.OPEN)
    server.report(
        run=ran(folders=[{"folder": FOLDER.upper()}, {"folder": "E:/Out", "error": "Access is denied."}])
    )
    cleared = server.incident(IncidentStatus.CLEARED)
    assert cleared[IncidentAttribute.CLEARED_BY] == {"S": Clearing.LISTED}
    own = wait(lambda: (own := server.applied()) and (own if SenderAttribute.UNREADABLE in own else None))
    assert own[SenderAttribute.KIND] == {"S": SenderKind.LISTING}
    assert own[SenderAttribute.WATCHED] == {"N": "2"}


def test_a_folder_that_cannot_be_read_any_more_is_unknown(server: Server) -> None:
    server.report(stuck(minutes_ago(100)), run=ran(folders=[{"folder": FOLDER}]))
    server.incident(IncidentStatus.OPEN)
    server.report(run=ran(folders=[{"folder": FOLDER, "error": "The network path was not found."}]))
    unknown = server.incident(IncidentStatus.UNKNOWN)
    assert unknown[IncidentAttribute.REASON] == {"S": UnknownReason.UNREADABLE}


def test_a_run_in_two_parts_is_applied_as_one_after_a_sweep(server: Server) -> None:
    run_id = str(uuid4())
    server.report(stuck(minutes_ago(100)), run=ran(id=run_id, part=1, parts=2, folders=[{"folder": FOLDER}]))
    wait(lambda: server.parts().get(OWN_PART))
    server.sweep()
    assert server.incidents() == []
    second = stuck(minutes_ago(70), folder=r"E:\Else")
    server.report(second, run=ran(id=run_id, part=2, parts=2, folders=[{"folder": r"E:\Else"}]))
    server.folded(lambda _: len(server.incidents()) == 2)
    own = wait(server.applied)
    assert own[SenderAttribute.OPEN] == {"N": "2"}
    assert {one[IncidentAttribute.FOLDER]["S"] for one in server.incidents()} == {FOLDER, r"E:\Else"}


def test_a_report_from_the_spool_takes_its_place_among_the_others(server: Server) -> None:
    created = minutes_ago(200)
    server.report(stuck(created), run=ran())
    opened = server.incident(IncidentStatus.OPEN)
    server.report(stuck(created), run=ran(timedelta(hours=2)))
    earlier = server.folded(
        lambda one: one[IncidentAttribute.OPENED_AT] != opened[IncidentAttribute.OPENED_AT]
    )
    assert earlier[IncidentAttribute.INCIDENT_ID] == opened[IncidentAttribute.INCIDENT_ID]
    age = datetime.now(UTC) - parse_moment(earlier[IncidentAttribute.OPENED_AT]["S"])
    assert timedelta(hours=2) <= age < timedelta(hours=2, minutes=5)
    assert len(server.incidents()) == 1


def test_a_spooled_run_that_tells_nothing_new_leaves_the_sender_up(server: Server) -> None:
    server.report(run=ran(timedelta(hours=3), interval_minutes=15))
    own = wait(server.applied)
    # Silence counts from the arrival.
    assert own[SenderAttribute.STATE] == {"S": SenderState.UP}
    age = datetime.now(UTC) - parse_moment(own[SenderAttribute.LAST_RUN_AT]["S"])
    assert timedelta(hours=3) <= age < timedelta(hours=3, minutes=5)


def test_a_refused_report_is_shown_with_its_sender(server: Server) -> None:
    broken = {**stuck(minutes_ago(100)), "sla": "20 minutes"}
    assert server.post(broken, address="10.9.0.7") == HTTPStatus.UNPROCESSABLE_ENTITY
    refused = wait(lambda: server.parts().get(REFUSED_PART))
    assert refused[SenderAttribute.SENDER_NAME] == {"S": server.name}
    assert refused[SenderAttribute.SOURCE_ADDRESS] == {"S": "10.9.0.7"}
    [problem] = refused[SenderAttribute.PROBLEMS]["L"]
    assert problem["M"][ProblemAttribute.FIELD]["S"].endswith("sla")
    assert problem["M"][ProblemAttribute.HINT]["S"]
    assert server.incidents() == []


def test_an_account_that_two_servers_use_is_seen_to_be_shared(server: Server) -> None:
    for number in range(6):
        folder = stuck(minutes_ago(100), folder=rf"D:\Server-{number % 2}\In")
        server.report(folder, address=f"10.9.1.{number % 2}")
    own = wait(lambda: (own := server.applied()) and (own if SenderAttribute.SHARED in own else None))
    assert own[SenderAttribute.SHARED] == {"S": "addresses"}


def test_a_deleted_projection_comes_back_as_it_was(server: Server) -> None:
    created = minutes_ago(400)
    story: tuple[tuple[int, list[Item]], ...] = (
        (5, [stuck(created)]),
        (4, []),
        (3, [stuck(minutes_ago(220), folder=r"E:\Else")]),
        (0, [stuck(minutes_ago(90))]),
    )
    for number, (hours, folders) in enumerate(story, start=1):
        server.report(*folders, run=ran(timedelta(hours=hours), interval_minutes=60))
        _wait_for_runs(server, number)
    assert server.post({**stuck(created), "sla": "20 minutes"}) == HTTPStatus.UNPROCESSABLE_ENTITY
    wait(lambda: server.parts().get(REFUSED_PART))
    server.sweep()
    before = _told(server)
    assert len(before[1]) == 3
    server.forget()
    assert (server.parts(), server.incidents()) == ({}, [])
    outputs = str(server.stack.folder / "outputs.json")
    assert (
        ops(["--outputs", outputs, "incidents", "rebuild", "--sender", server.name.upper(), "--no-wait"]) == 0
    )
    server.sweep()
    wait(server.applied)
    assert _told(server) == before


def _wait_for_runs(server: Server, number: int) -> None:
    def look() -> Item | None:
        own = server.applied()
        return own if own and len(own[SenderAttribute.RECENT_RUNS]["S"].split()) == number else None

    wait(look)


def _told(server: Server) -> tuple[dict[str, Item], list[Item]]:
    """All that the tables say of it but how often that was written."""
    parts = server.parts()
    del parts[OWN_PART][SenderAttribute.REVISION]
    return parts, server.incidents()
