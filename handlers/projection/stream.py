"""Applies runs as the stream brings them; one that comes late or in parts has its sender replayed."""

import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contract.metrics import Metric
from handlers.incidents.projection import OutOfOrderError, next_check_at, project
from handlers.incidents.sender import show_sender
from handlers.runtime import count, logger
from store.dynamodb import may_pass, retry_on_conflict
from store.incidents import Incident
from store.runs import MalformedRunError, Run, RunAttribute, RunItem, read_run_item
from store.senders import NextCheck, describe_last_run, describe_sender
from store.state import RecentRuns, SenderStore, State, StoredSender, collect_writes

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


_ATTEMPTS: Final = 8


@dataclass
class _Work:
    """A sender while runs are applied to it. Its state is read when there is a run to apply."""

    known: StoredSender
    store: SenderStore
    recent: RecentRuns
    before: State | None = None
    after: State = field(default_factory=State)
    changed: list[Sequence[Incident]] = field(default_factory=list)
    last: Run | None = None
    """The last run that was applied."""
    needs_replay: bool = False
    """Whether a run came that cannot be applied: it is late, or lacks parts."""

    def apply(self, run: Run) -> None:
        """Applies a run, or finds that the sender has to be replayed."""
        if not run.complete:
            self.needs_replay = True
            return
        if self.recent.knows(run):
            return
        if self.before is None:
            self.before = self.after = self.store.read_state(self.known)
        try:
            done = project(self.after, run)
        except OutOfOrderError:
            self.needs_replay = True
            return
        self.after = done.state
        self.changed.append(done.changed)
        self.recent = self.recent.with_run(run)
        self.last = run

    def commit(self, now: datetime) -> None:
        """Writes what the runs made of the sender, in one commit."""
        sender = self.after.sender
        if self.last is None or self.before is None or sender is None:
            if self.needs_replay:
                self.store.senders.mark_for_replay(self.known.key, now)
            return
        own = {**describe_sender(show_sender(self.after)), **describe_last_run(self.last)}
        writes = replace(collect_writes(self.before, self.after, self.changed), recent=self.recent)
        since = now if self.needs_replay and self.known.replay_since is None else self.known.replay_since
        wake = NextCheck(at=now if since else next_check_at(self.after), replay_since=since)
        self.store.commit(self.known, own, wake, writes)


def apply_runs(
    store: SenderStore, sender: str, runs: Sequence[Run], sleep: Callable[[float], None] = time.sleep
) -> None:
    """Applies runs of one sender in the order in which they were stored, again if others write it meanwhile.

    Args:
        store: where the sender is kept.
        sender: its key.
        runs: its runs. One that was applied before changes nothing.
        sleep: waits so many seconds; tests pass their own.

    Raises:
        ConflictError: others went on writing the same sender.
    """

    def attempt() -> None:
        known = store.read(sender)
        work = _Work(known, store, known.recent)
        for run in runs:
            work.apply(run)
        work.commit(store.clock())

    retry_on_conflict(attempt, _ATTEMPTS, sleep)


@dataclass(frozen=True)
class FailedRuns:
    """The queue that takes the keys of runs that cannot be applied."""

    client: "SQSClient"
    queue_url: str

    def put(self, sender: str, run_key: str, error: Exception) -> None:
        """Queues the key of a run with the kind of the error. The run itself stays in its table."""
        body = {RunAttribute.SENDER: sender, RunAttribute.RUN_KEY: run_key, "Error": type(error).__name__}
        self.client.send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(body))


Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StreamReader:
    """Applies what the stream of FileSlaRuns brings."""

    store: SenderStore
    failed_runs: FailedRuns

    def read(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Applies a batch. A run that cannot be applied is queued, and the rest goes on.

        Raises:
            botocore.exceptions.ClientError: a service refused or failed: the batch has to come again, and
                what was applied of it changes nothing then.
        """
        by_sender: dict[str, list[Item]] = {}
        for record in records:
            # An item that expired or was removed changes nothing.
            item = record["dynamodb"].get("NewImage")
            if item is None or record["eventName"] == "REMOVE":
                continue
            by_sender.setdefault(item[RunAttribute.SENDER]["S"], []).append(item)
        for sender, items in by_sender.items():
            self._apply(sender, items)

    def _apply(self, sender: str, items: list[Item]) -> None:
        runs: list[Run] = []
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
            # A fault that may pass has the batch come again. Any other must not hold up the other senders.
            if may_pass(error):
                raise
            self._give_up(sender, items, error)
            self.store.senders.mark_for_replay(sender, self.store.clock())
        else:
            count(Metric.RUNS_APPLIED, len(runs))

    def _keep_refused(self, sender: str, item: Item) -> None:
        try:
            self.store.senders.put_refused(item)
        except KeyError as error:  # none of ours, or changed since
            self._give_up(sender, [item], error)

    def _give_up(self, sender: str, items: list[Item], error: Exception) -> None:
        logger.exception("runs cannot be applied", exc_info=error, extra={"sender": sender})
        count(Metric.RUNS_NOT_APPLIED, len(items))
        for item in items:
            self.failed_runs.put(sender, item[RunAttribute.RUN_KEY]["S"], error)
