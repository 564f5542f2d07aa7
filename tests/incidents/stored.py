"""The same histories, played through stream, sweep and tables, and held against the pure projection."""

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import boto3
from hypothesis import strategies as st
from moto import mock_aws

from contract.senders import ACT_PREFIX, SenderAttribute
from handlers.incidents.runs import BreachedFolder, Run, merged
from handlers.incidents.settings import Act
from handlers.projection.bodies import write_body
from handlers.projection.dead_letters import DeadLetters
from handlers.projection.refolding import Refolding
from handlers.projection.run_table import RunTable
from handlers.projection.sender_store import SenderStore
from handlers.projection.stream import StreamReader
from handlers.projection.sweeping import Sweep
from handlers.runs.run_items import build_run_items
from handlers.runs.told import ToldRun
from handlers.web import telemetry
from tests.incidents.machine import Histories, told_of
from tests.projection_tables import INCIDENTS, RUNS, SENDERS, create_projection_tables

SENDER = "account"
RETENTION = timedelta(days=400)


class _NoLetters(DeadLetters):
    """A queue that nothing may come to."""

    def __init__(self) -> None:
        pass

    def put(self, sender: str, run_key: str, error: Exception) -> None:
        raise AssertionError(f"{run_key} of {sender} was not applied") from error


class StoredHistories(Histories):
    """Beside the projection in memory, the one in tables. After a sweep both know the same."""

    def __init__(self) -> None:
        super().__init__()
        telemetry.metrics.provider.namespace = "test"
        self.mock = mock_aws()
        self.mock.start()
        self.client: Any = boto3.client("dynamodb", region_name="us-east-1")
        create_projection_tables(self.client)
        self.store = SenderStore(self.client, SENDERS, INCIDENTS, None, clock=lambda: self.now)
        self.stream = StreamReader(
            client=self.client, senders_table=SENDERS, store=self.store, dead_letters=_NoLetters()
        )
        self.sweeper = Sweep(
            client=self.client,
            senders_table=SENDERS,
            store=self.store,
            refolding=Refolding(self.store, RunTable(self.client, RUNS)),
        )

    def teardown(self) -> None:
        try:
            super().teardown()
        finally:
            self.mock.stop()

    def look(self) -> None:
        """The tables say the same."""
        self._fold_anew()
        self.sweeper.run(self.now, lambda: 60)
        if self._waits_for_parts() or self.state.sender is None:
            return
        known = self.store.read(SENDER)
        assert known.fold_since is None
        stored = self.store.read_state(known)
        assert told_of(stored) == told_of(self._swept())
        incidents = {one.incident_id: one for one in self.store.read_incidents(SENDER)}
        assert {one.incident_id for one in stored.incidents.values()} <= incidents.keys()
        live = {one.key for one in incidents.values() if one.live}
        assert live == {one.key for one in stored.incidents.values() if one.live}
        assert len(incidents) == len(self.incidents)

    def rebuild(self) -> None:
        """Somebody asks for it."""
        super().rebuild()
        self.store.mark(SENDER)

    def _send(self, *items: Run) -> None:
        super()._send(*items)
        self._deliver(items)

    def _deliver(self, items: tuple[Run, ...]) -> None:
        records = []
        for run in items:
            told = ToldRun(run=run, sender_name=SENDER, reported_by=SENDER, clock_told=bool(run.skew))
            for item in build_run_items(told, RETENTION):
                self.client.put_item(TableName=RUNS, Item=item)
                content: Any = item["Content"]
                image = {**item, "Content": {"B": base64.b64encode(content["B"]).decode()}}
                records.append({"eventName": "INSERT", "dynamodb": {"NewImage": image}})
        telemetry.metrics.clear_metrics()
        self.stream.read(records)

    def _remember(self, deed: Act) -> None:
        """As the function that takes people's actions will."""
        self.client.put_item(
            TableName=SENDERS,
            Item={
                SenderAttribute.SENDER: {"S": SENDER},
                SenderAttribute.PART: {"S": f"{ACT_PREFIX}{deed.at.isoformat()}#{deed.act_id}"},
                SenderAttribute.BODY: {"S": write_body(deed)},
            },
        )
        self.store.mark(SENDER)

    def _waits_for_parts(self) -> bool:
        """The tables wait for parts that may still come; the projection in memory is told that none will."""
        settled = merged(self.runs, self.now)
        return len(settled) != len(self._merged())

    def _breach(self, data: st.DataObject, folder: str) -> BreachedFolder:
        breach = super()._breach(data, folder)
        return replace(breach, hashes=tuple(name.ljust(8, "0") for name in breach.hashes))
