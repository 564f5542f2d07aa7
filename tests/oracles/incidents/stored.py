"""The same histories, played through stream, sweep and tables, and held against the pure projection."""

import base64
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from handlers import runtime
from handlers.actions.acting import SenderChange
from store.runs import BreachedFolder, Run
from store.senders import ACTION_PREFIX, SenderAttribute
from store.state import PersonAction, describe_action
from tests.faults.killed import KilledError
from tests.oracles.incidents.machine import Histories, told_of
from tests.stands.memory_tables import make_memory_tables
from tests.stands.playing import merge_parts
from tests.stands.projection import Projection
from tests.stands.projection_tables import RUNS, SENDERS

SENDER = "account"
WRITES = ("put_item", "update_item", "transact_write_items")


class StoredHistories(Histories):
    """Beside the projection in memory, the one in tables. After a sweep both know the same."""

    def __init__(self) -> None:
        super().__init__()
        runtime.metrics.provider.namespace = "test"
        self.client: Any = make_memory_tables()
        self.kills: Iterator[bool] = iter(())
        self.writes = {name: getattr(self.client, name) for name in WRITES}
        for name in WRITES:
            setattr(self.client, name, partial(self._called, name))
        self.projection = Projection(self.client, clock=lambda: self.now)
        self.store, self.stream = self.projection.store, self.projection.stream

    def look(self) -> None:
        """The tables say the same."""
        self._rebuild_if_stale()
        self._sweep()
        if self._waits_for_parts() or self.state.sender is None:
            return
        known = self.store.read(SENDER)
        assert known.check.replay_since is None
        stored = self.store.read_state(known)
        assert told_of(stored) == told_of(self._swept())
        incidents = {one.incident_id: one for one in self.store.incidents.list_of(SENDER)}
        assert {one.incident_id for one in stored.incidents.values()} <= incidents.keys()
        live = {one.key for one in incidents.values() if one.live}
        assert live == {one.key for one in stored.incidents.values() if one.live}
        assert len(incidents) == len(self.incidents)

    @rule(calls=st.integers(0, 5))
    def be_killed(self, calls: int) -> None:
        """The function dies at one of its next writes, before or after it: who asks cannot tell."""
        self.kills = iter([False] * calls + [True])

    def _called(self, operation: str, **arguments: Any) -> Any:
        # What the script's report stores is not the projection's doing.
        if arguments.get("TableName") == RUNS:
            return self.writes[operation](**arguments)
        return self._write(operation, arguments)

    def _write(self, operation: str, arguments: dict[str, Any]) -> Any:
        killed = next(self.kills, False)
        if killed and len(self.runs) % 2:
            raise KilledError
        answer = self.writes[operation](**arguments)
        if killed:
            raise KilledError
        return answer

    def rebuild(self) -> None:
        super().rebuild()
        self.kills = iter(())
        self.projection.mark(SENDER)

    def _sweep(self) -> None:
        while True:
            try:
                self.projection.sweep()
            except KilledError:
                known = self.store.read(SENDER)
                if known.check.attempts:
                    # It would come back to this sender in five minutes; here it does so at once.
                    self.store.senders.release(SENDER, self.now, replace(known.check, attempts=0))
                continue
            return

    def _send(self, *items: Run) -> None:
        super()._send(*items)
        self._deliver(items)

    def _deliver(self, items: tuple[Run, ...]) -> None:
        told = [self._tell(run) for run in items]
        records = [_as_in_stream(record) for record in self.projection.put(*told)]
        runtime.metrics.clear_metrics()
        while True:
            try:
                self.stream.read(records)
            except KilledError:
                continue  # Lambda invokes it again with the same batch
            return

    def _remember(self, action: PersonAction) -> None:
        """As the function that takes people's actions does, killed or not."""
        while True:
            try:
                self._commit(action)
            except KilledError:
                continue  # who asked asks again
            return

    def _commit(self, action: PersonAction) -> None:
        known = self.store.read(SENDER)
        sender = known.sender
        if self.store.has_action(SENDER, action.action_id):
            return
        if sender is None or (sender.last_action is not None and action.stamp < sender.last_action):
            # The function would date it later, and the history in memory has its moment already.
            self._put(action)
            return
        SenderChange.work_out(self.store, known, sender, action).commit(self.store)

    def _put(self, action: PersonAction) -> None:
        """It is there, and its sender does not show it yet."""
        self.kills = iter(())
        item = {
            SenderAttribute.SENDER: {"S": SENDER},
            SenderAttribute.PART: {"S": ACTION_PREFIX + action.action_id},
            **describe_action(action),
        }
        self.client.put_item(TableName=SENDERS, Item=item)
        self.projection.mark(SENDER)

    def _waits_for_parts(self) -> bool:
        """The tables wait for parts that may still come; the projection in memory is told that none will."""
        settled = merge_parts(self.runs, self.now)
        return len(settled) != len(self._merged())

    def _breach(self, data: st.DataObject, folder: str) -> BreachedFolder:
        breach = super()._breach(data, folder)
        return replace(breach, hashes=tuple(name.ljust(8, "0") for name in breach.hashes))

    @staticmethod
    def _tell(run: Run) -> Run:
        return replace(run, sender_name=SENDER, reported_by=SENDER, has_sent_at=bool(run.skew))


def _as_in_stream(record: dict[str, Any]) -> dict[str, Any]:
    """The record of the stream as Lambda hands it on: JSON, in which bytes are base64."""
    image = record["dynamodb"]["NewImage"]
    content = {"B": base64.b64encode(image["Content"]["B"]).decode()}
    return {**record, "dynamodb": {"NewImage": {**image, "Content": content}}}
