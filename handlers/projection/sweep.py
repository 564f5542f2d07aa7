"""The sweep: what time alone changes, the senders to replay, and the gauges."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from contract.metrics import Metric
from contract.moments import format_moment
from contract.words import IncidentStatus, SenderState
from handlers.incidents.projection import advance, next_check_at
from handlers.incidents.sender import show_sender
from handlers.projection.replay import SenderReplay
from handlers.runtime import count, logger
from store.dynamodb import ConflictError, may_pass
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions
from store.senders import (
    NEXT_CHECK_SHARDS,
    RETRY_REPLAY,
    NextCheck,
    SenderAttribute,
    SenderIndex,
    describe_sender,
)
from store.state import SenderStore, StoredSender, collect_writes

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, kw_only=True)
class SenderSweep:
    """One round over the senders that are due.

    Attributes:
        client: a DynamoDB client that may query the wake index.
        senders_table: the table FileSlaSenders.
        store: where senders are kept.
        replays: replays those that are marked.
    """

    client: "DynamoDBClient"
    senders_table: str
    store: SenderStore
    replays: SenderReplay

    def run(self, now: datetime, seconds_left: Callable[[], float]) -> int:
        """Looks at every sender that is due, as long as there is time; the next sweep takes the rest.

        Args:
            now: until when time has passed.
            seconds_left: the time until the function has to be done.

        Returns:
            How many were looked at.
        """
        seen = 0
        for sender in self._list_due(now):
            if seconds_left() <= 0:
                logger.warning("the sweep ends before it is through")
                break
            seen += 1
            try:
                self._look_at(sender, now)
            except ConflictError:
                continue  # it is still due, so the next sweep finds it
            except Exception as error:
                if may_pass(error):
                    raise
                logger.exception("a sender cannot be looked at", extra={"sender": sender})
                count(Metric.RUNS_NOT_APPLIED)
        return seen

    def _list_due(self, now: datetime) -> Iterator[str]:
        for shard in range(NEXT_CHECK_SHARDS):
            pages = self.client.get_paginator("query").paginate(
                TableName=self.senders_table,
                IndexName=SenderIndex.NEXT_CHECK,
                KeyConditionExpression="#shard = :shard AND #at <= :now",
                ExpressionAttributeNames={
                    "#shard": SenderAttribute.NEXT_CHECK_SHARD,
                    "#at": SenderAttribute.NEXT_CHECK_AT,
                },
                # A moment with a fraction of a second sorts before the one without.
                ExpressionAttributeValues={
                    ":shard": {"S": str(shard)},
                    ":now": {"S": format_moment(now.replace(microsecond=0))},
                },
            )
            for page in pages:
                yield from (item[SenderAttribute.SENDER]["S"] for item in page["Items"])

    def _look_at(self, sender: str, now: datetime) -> None:
        known = self.store.read(sender)
        if known.replay_since is not None:
            self._replay(known, now)
        elif known.sender is not None:
            self._advance(known, now)

    def _replay(self, known: StoredSender, now: datetime) -> None:
        try:
            self.replays.replay(known, now)
            count(Metric.SENDERS_REPLAYED)
        except Exception as error:
            if may_pass(error):
                raise
            logger.exception("a sender cannot be replayed", extra={"sender": known.key})
            count(Metric.RUNS_NOT_APPLIED)
            later = NextCheck(at=now + RETRY_REPLAY, replay_since=known.replay_since)
            self.store.commit(known, {}, later)

    def _advance(self, known: StoredSender, now: datetime) -> None:
        before = self.store.read_state(known)
        done = advance(before, now)
        own = describe_sender(show_sender(done.state))
        writes = collect_writes(before, done.state, [done.changes])
        self.store.commit(known, own, NextCheck(at=next_check_at(done.state, now)), writes)


@dataclass(frozen=True, kw_only=True)
class Gauges:
    """Counts senders and incidents by their state, from the indexes.

    Attributes:
        client: a DynamoDB client that may query the state index and the live index.
        senders_table: the table FileSlaSenders.
        incidents_table: the table FileSlaIncidents.
    """

    client: "DynamoDBClient"
    senders_table: str
    incidents_table: str

    def read(self) -> dict[Metric, int]:
        """Each gauge by its metric."""
        silent = unreadable = 0
        for state in (SenderState.UP, SenderState.LATE, SenderState.SILENT):
            for item in self._query_senders(state):
                silent += state is SenderState.SILENT
                unreadable += int(item.get(SenderAttribute.UNREADABLE, {}).get("N", "0"))
        return {
            Metric.SENDERS_SILENT: silent,
            Metric.FOLDERS_UNREADABLE: unreadable,
            Metric.INCIDENTS_OPEN: self._count_incidents(IncidentStatus.OPEN),
            Metric.INCIDENTS_UNKNOWN: self._count_incidents(IncidentStatus.UNKNOWN),
        }

    def _query_senders(self, state: SenderState) -> Iterator[Mapping[str, Any]]:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.senders_table,
            IndexName=SenderIndex.STATE,
            KeyConditionExpression="#state = :state",
            ProjectionExpression="#unreadable",
            ExpressionAttributeNames={
                "#state": SenderAttribute.STATE,
                "#unreadable": SenderAttribute.UNREADABLE,
            },
            ExpressionAttributeValues={":state": {"S": state}},
        )
        for page in pages:
            yield from page["Items"]

    def _count_incidents(self, status: IncidentStatus) -> int:
        return sum(map(self._count_partition, list_live_partitions(status)))

    def _count_partition(self, partition: str) -> int:
        pages = self.client.get_paginator("query").paginate(
            TableName=self.incidents_table,
            IndexName=IncidentIndex.LIVE,
            Select="COUNT",
            KeyConditionExpression="#in = :partition",
            ExpressionAttributeNames={"#in": IncidentAttribute.LIVE_SHARD},
            ExpressionAttributeValues={":partition": {"S": partition}},
        )
        return sum(page["Count"] for page in pages)
