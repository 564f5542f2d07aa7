"""Applies runs as the stream brings them; one that comes late or in parts has its sender replayed."""

import json
import time
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from contract.limits import ACCOUNT_INCIDENTS, NEW_SENDERS, SENDER_INCIDENTS
from contract.metrics import Metric
from contract.moments import format_moment
from contract.words import account_of
from handlers.incidents.projection import OutOfOrderError, next_check_at, project
from handlers.incidents.sender import show_sender
from handlers.runtime import count, logger
from handlers.turns import take_turns
from store.dynamodb import may_pass, retry_on_conflict
from store.incidents import Incident
from store.runs import PROBLEMS, MalformedRunError, RefusedField, Run, RunAttribute, RunItem, read_run_item
from store.senders import NextCheck, describe_last_run, describe_sender
from store.state import RecentRuns, SenderStore, State, StoredSender, collect_writes

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient


class Limits(NamedTuple):
    """What one account may bring into being."""

    sender_incidents: int = SENDER_INCIDENTS
    """Of each sender, as of `project`."""
    account_incidents: int = ACCOUNT_INCIDENTS
    """Live ones of all its senders. Over it, which the sweep finds, they open none."""
    new_senders: int = NEW_SENDERS
    """In a day."""

    def of(self, sender: str, over: Collection[str]) -> int:
        """How many incidents a sender may have, where these accounts are over their limit."""
        return 0 if account_of(sender) in over else self.sender_incidents


DEFAULT_LIMITS: Final = Limits()


class TooManySendersError(Exception):
    """The account has had as many new senders today as it may."""


@dataclass
class _Work:
    """A sender while runs are applied to it. Its state is read when there is a run to apply."""

    known: StoredSender
    store: SenderStore
    recent: RecentRuns
    most_incidents: int
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
            done = project(self.after, run, most=self.most_incidents)
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
        own = {**describe_sender(show_sender(self.after)), **describe_last_run(self.last, sender.over)}
        writes = replace(collect_writes(self.before, self.after, self.changed), recent=self.recent)
        # A new mark: a replay that has come past that run begins anew.
        since = now if self.needs_replay else self.known.check.replay_since
        wake = NextCheck(at=now if since else next_check_at(self.after), replay_since=since)
        self.store.commit(self.known, own, wake, writes)


def apply_runs(
    store: SenderStore,
    sender: str,
    runs: Sequence[Run],
    sleep: Callable[[float], None] = time.sleep,
    limits: Limits = DEFAULT_LIMITS,
    over: Collection[str] = (),
    full: Collection[str] = (),
) -> None:
    """Applies runs of one sender in the order in which they were stored, again if others write it meanwhile.

    One that was applied before changes nothing. `over` are the accounts over their limit of incidents, and
    `full` those known to have had as many new senders today as they may.

    Raises:
        ConflictError: others went on writing the same sender.
        TooManySendersError: it is a new one, and one too many.
    """

    def attempt() -> None:
        known = store.read(sender)
        if known.sender is None and (
            account_of(sender) in full or not store.senders.admit(sender, store.clock(), limits.new_senders)
        ):
            raise TooManySendersError
        work = _Work(known, store, known.recent, limits.of(sender, over))
        for run in runs:
            work.apply(run)
        work.commit(store.clock())

    retry_on_conflict(attempt, sleep=sleep)


@dataclass(frozen=True)
class FailedRuns:
    """The queue that takes the keys of runs that cannot be applied. The runs stay in their table."""

    client: "SQSClient"
    queue_url: str

    def put(self, sender: str, run_key: str, error: Exception) -> None:
        """Queues the key of a run with the kind of the error."""
        body = {RunAttribute.SENDER: sender, RunAttribute.RUN_KEY: run_key, "Error": type(error).__name__}
        self.client.send_message(QueueUrl=self.queue_url, MessageBody=json.dumps(body))


Item = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class StreamReader:
    """Applies what the stream of FileSlaRuns brings."""

    store: SenderStore
    failed_runs: FailedRuns
    limits: Limits = DEFAULT_LIMITS

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
            sender = item[RunAttribute.SENDER]["S"]
            by_sender.setdefault(sender, []).append(item)
        if not by_sender:
            return
        over = self.store.senders.read_over_limit()
        full: set[str] = set()
        failure: Exception | None = None
        for sender in take_turns(by_sender, account_of):
            try:
                self._apply(sender, by_sender[sender], over, full)
            except Exception as error:
                if not may_pass(error):
                    raise
                failure = error  # the others first
        if failure is not None:
            raise failure

    def _apply(self, sender: str, items: list[Item], over: Collection[str], full: set[str]) -> None:
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
            apply_runs(self.store, sender, runs, limits=self.limits, over=over, full=full)
        except TooManySendersError:
            count(Metric.SENDERS_REFUSED)
            if (account := account_of(sender)) not in full:
                full.add(account)
                self._refuse(runs[-1])
        except Exception as error:
            # A fault that may pass has the batch come again. Any other must not hold up the other senders.
            if may_pass(error):
                raise
            self._give_up(sender, items, error)
            self.store.senders.mark_for_replay(sender, self.store.clock())
        else:
            count(Metric.RUNS_APPLIED, len(runs))

    def _refuse(self, run: Run) -> None:
        """Shows with the account's own sender that a new one was not taken."""
        most = self.limits.new_senders
        problem = RefusedField(
            "run.sender",
            f"{run.sender_name} is one too many: {most:,} new senders a day",
            "let each server send one name that stays the same; or raise newSenderLimit",
        )
        item: dict[str, Any] = {
            RunAttribute.SENDER: {"S": account_of(run.sender)},
            RunAttribute.SENDER_NAME: {"S": run.reported_by},
            RunAttribute.REPORTED_BY: {"S": run.reported_by},
            RunAttribute.ARRIVED_AT: {"S": format_moment(run.arrival)},
            RunAttribute.PROBLEMS: PROBLEMS.write([problem]),
        }
        self.store.senders.put_refused(item)

    def _keep_refused(self, sender: str, item: Item) -> None:
        known = self.store.read(sender).sender is not None
        if not known and not self.store.senders.admit(sender, self.store.clock(), self.limits.new_senders):
            # As a run of such a sender: it stays in its own table, and is counted.
            count(Metric.SENDERS_REFUSED)
            return
        try:
            self.store.senders.put_refused(item)
        except KeyError as error:  # none of ours, or changed since
            self._give_up(sender, [item], error)

    def _give_up(self, sender: str, items: list[Item], error: Exception) -> None:
        logger.exception("runs cannot be applied", exc_info=error, extra={"sender": sender})
        count(Metric.RUNS_NOT_APPLIED, len(items))
        for item in items:
            self.failed_runs.put(sender, item[RunAttribute.RUN_KEY]["S"], error)
