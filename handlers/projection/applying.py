"""Runs as the stream brings them: nearly all are applied at once, the others have their sender folded."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from handlers.incidents import repeats
from handlers.incidents.projection import OutOfOrderError, project, wakes_at
from handlers.incidents.runs import Run
from handlers.incidents.state import Changes, Sender, State
from handlers.projection.changes import collect_writes
from handlers.projection.recent_runs import RecentRuns
from handlers.projection.sender_items import (
    Wake,
    describe_folders,
    describe_sender,
    describe_told,
)
from handlers.projection.sender_store import NOTHING, ConflictError, Known, SenderStore
from handlers.projection.updates import Values
from handlers.runs.told import ToldRun

_ATTEMPTS: Final = 8
_BACKOFF_SECONDS: Final = 0.05


@dataclass
class _Work:
    """A sender while runs are applied to it. Its state is read when a run first asks for it."""

    known: Known
    store: SenderStore
    sender: Sender | None
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
        if not (self._repeat(run) or self._project(run)):
            self.fold = True
            return
        self.recent = self.recent.with_run(run)
        self.last = told

    def _repeat(self, run: Run) -> bool:
        sender = repeats.repeated(self.sender, run) if self.sender else None
        if sender is None:
            return False
        self.sender = sender
        if self.before is not None:
            self.after = replace(self.after, sender=sender)
        return True

    def _project(self, run: Run) -> bool:
        if self.before is None:
            self.before = self.store.read_state(self.known)
            self.after = replace(self.before, sender=self.sender)
        try:
            done = project(self.after, run)
        except OutOfOrderError:
            return False
        self.after, self.sender = done.state, done.state.sender
        self.changes.append(done.changes)
        return True

    def commit(self, now: datetime) -> None:
        """Writes what became of the sender, in one commit."""
        if self.last is None or self.sender is None:
            if self.fold:
                self.store.mark(self.known.key)
            return
        own: Values = {**describe_sender(self.sender, self.recent), **describe_told(self.last)}
        if self.before is None:
            wakes, writes = repeats.wakes_at(self.sender), NOTHING
        else:
            own |= describe_folders(self.after)
            wakes, writes = wakes_at(self.after), collect_writes(self.before, self.after, self.changes)
        since = now if self.fold and self.known.fold_since is None else self.known.fold_since
        wake = Wake(at=now if since else wakes, fold_since=since)
        self.store.commit(self.known, own, wake, writes)


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
        work = _Work(known, store, known.sender, known.recent)
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
