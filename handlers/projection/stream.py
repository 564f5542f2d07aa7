"""A batch of the stream of FileSlaRuns: its runs by sender, each sender's in the order of the stream."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from contract.metrics import Metric
from handlers.projection.applying import apply_runs
from handlers.projection.dead_letters import DeadLetters
from handlers.projection.faults import may_pass
from handlers.projection.refused_items import put_refused
from handlers.projection.sender_store import SenderStore
from handlers.runs.run_items import MalformedRunError, read_run_item
from handlers.runs.told import ToldRun
from handlers.web.telemetry import count, logger
from store.runs import RunAttribute, RunItem

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StreamReader:
    """Applies what the stream brings.

    Attributes:
        client: a DynamoDB client that may write the senders.
        senders_table: the table FileSlaSenders.
        store: where senders are kept.
        dead_letters: takes the key of each run that cannot be applied.
    """

    client: "DynamoDBClient"
    senders_table: str
    store: SenderStore
    dead_letters: DeadLetters

    def read(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies a batch. A run that cannot be applied is queued, and keeps nothing else from being.

        Raises:
            botocore.exceptions.ClientError: a service refused or failed: the batch has to come again, and
                what was applied of it changes nothing then.
        """
        by_sender: dict[str, list[Item]] = {}
        for record in records:
            # Expiry and removal tell nothing.
            item = record["dynamodb"].get("NewImage")
            if item is None or record["eventName"] == "REMOVE":
                continue
            by_sender.setdefault(item[RunAttribute.SENDER]["S"], []).append(item)
        for sender, items in by_sender.items():
            self._apply(sender, items)

    def _apply(self, sender: str, items: list[Item]) -> None:
        runs: list[ToldRun] = []
        for item in items:
            if item.get(RunAttribute.ITEM, {}).get("S") == RunItem.REFUSED:
                self._keep_refused(sender, item)
                continue
            try:
                runs.append(read_run_item(item))
            except MalformedRunError as error:
                self._give_up(sender, [item], error)
        if not runs:
            return
        try:
            apply_runs(self.store, sender, runs)
        except Exception as error:
            # Of what passes, the batch has to come again. All else must not keep the stream from the others.
            if may_pass(error):
                raise
            self._give_up(sender, items, error)
            self.store.mark(sender)
        else:
            count(Metric.RUNS_APPLIED, len(runs))

    def _keep_refused(self, sender: str, item: Item) -> None:
        try:
            put_refused(self.client, self.senders_table, item)
        except KeyError as error:  # none of ours, or changed since
            self._give_up(sender, [item], error)

    def _give_up(self, sender: str, items: list[Item], error: Exception) -> None:
        logger.exception("runs cannot be applied", exc_info=error, extra={"sender": sender})
        count(Metric.RUNS_NOT_APPLIED, len(items))
        for item in items:
            self.dead_letters.put(sender, item[RunAttribute.RUN_KEY]["S"], error)
