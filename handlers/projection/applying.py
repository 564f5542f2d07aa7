"""Runs as the stream brings them: nearly all are applied at once, the others have their sender folded."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from handlers.incidents.projection import OutOfOrderError, project, wakes_at
from handlers.incidents.state import Changes, State
from handlers.projection.changes import collect_writes
from handlers.projection.recent_runs import RecentRuns
from handlers.projection.sender_items import (
    Wake,
    describe_folders,
    describe_sender,
    describe_told,
)
from handlers.projection.sender_store import ConflictError, Known, SenderStore
from handlers.projection.updates import Values
from handlers.runs.told import ToldRun

_ATTEMPTS: Final = 8
_BACKOFF_SECONDS: Final = 0.05


@dataclass
class _Work:
    """A sender while runs are applied to it. Its state is read when the first run is."""

    known: Known
    store: SenderStore
    recent: RecentRuns
    before: State | None = None
    after: State = field(default_factory=State)
    changes: list[Changes] = field(default_factory=list)
    last: ToldRun | None = None
    """The last run that was applied."""
    fold: bool = False
    """Whether a run came that its place in the order, or parts that are missing, keeps from being applied."""

    def apply(self, told: ToldRun) -> None:
        """Applies a run, or finds that the sender has to be folded anew."""
        run = told.run
        if not run.complete:
            self.fold = True
            return
        if self.recent.knows(run):
            return
        if self.before is None:
            self.before = self.after = self.store.read_state(self.known)
        try:
            done = project(self.after, run)
        except OutOfOrderError:
            self.fold = True
            return
        self.after = done.state
        self.changes.append(done.changes)
        self.recent = self.recent.with_run(run)
        self.last = told

    def commit(self, now: datetime) -> None:
        """Writes what became of the sender, in one commit."""
        sender = self.after.sender
        if self.last is None or self.before is None or sender is None:
            if self.fold:
                self.store.mark(self.known.key)
            return
        own: Values = {
            **describe_sender(sender, self.recent),
            **describe_told(self.last),
            **describe_folders(self.after),
        }
        since = now if self.fold and self.known.fold_since is None else self.known.fold_since
        wake = Wake(at=now if since else wakes_at(self.after), fold_since=since)
        self.store.commit(self.known, own, wake, collect_writes(self.before, self.after, self.changes))


def apply_runs(
    store: SenderStore,
    sender: str,
    runs: Sequence[ToldRun],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Applies runs of one sender, in the order in which they were stored.

    Args:
        store: where it is kept.
        sender: its key.
        runs: of this sender. One that was applied before changes nothing.
        sleep: waits the given seconds; tests pass their own.

    Raises:
        ConflictError: others went on writing the same sender.
        botocore.exceptions.ClientError: DynamoDB refused or failed.
    """
    for attempt in range(_ATTEMPTS):
        known = store.read(sender)
        work = _Work(known, store, known.recent)
        for told in runs:
            work.apply(told)
        try:
            work.commit(store.clock())
        except ConflictError:
            if attempt == _ATTEMPTS - 1:
                raise
            sleep(random.uniform(0, _BACKOFF_SECONDS * 2**attempt))  # noqa: S311
        else:
            return
