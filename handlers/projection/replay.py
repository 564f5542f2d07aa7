"""Replays a sender: a run came late or in parts, or somebody asked for it."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, Final

from contract.limits import MAX_HISTORY_ENTRIES, MAX_NOTES_BYTES
from handlers.incidents.projection import Replay, advance, keep_known, next_check_at
from handlers.incidents.sender import show_sender
from handlers.projection.stream import DEFAULT_LIMITS, Limits
from handlers.runtime import logger
from store.dynamodb import Values
from store.incidents import PEOPLE, HistoryEntry, PeopleChange, PeopleState
from store.runs import SAME_RUN, RunMerger, RunTable
from store.senders import NextCheck, SenderAttribute, describe_last_run, describe_sender
from store.state import RecentRuns, SenderStore, StoredSender, collect_writes

_NO_ATTEMPT: Final[Values] = {SenderAttribute.REPLAY_ATTEMPTS: None}
MAX_REPLAY_BYTES: Final = 100_000_000
"""Bytes of compressed runs in one go: a month of a server that lists 10,000 folders every hour. Most senders
have some 3,000,000."""
MAX_REPLAY_SECONDS: Final = 60.0
"""Of one go. A month of a typical sender takes two."""


@dataclass(kw_only=True)
class Checkpoint:
    """How far a replay came. It is stored where a budget is used up; nothing is shown before the end."""

    since: datetime
    """The mark that it works off: another mark has it begin anew, since an older run may have come."""
    replay: Replay
    next_key: str = ""
    merged: Mapping[str, datetime] = field(default_factory=dict)
    """These two are the ones of `RunMerger`."""
    recent: RecentRuns = field(default_factory=RecentRuns)
    own: dict[str, dict[str, Any] | None] = field(default_factory=dict)
    """What the sender's item repeats of the last run."""


@dataclass(frozen=True)
class SenderReplay:
    """Replays senders."""

    store: SenderStore
    runs: RunTable
    limits: Limits = DEFAULT_LIMITS

    def replay(self, known: StoredSender, now: datetime, seconds_left: Callable[[], float]) -> bool:
        """Works a sender and its incidents out again from all its runs and what people did.

        Incidents from before the runs that are kept stay. A run that lacks parts is waited for, ten minutes
        at most, and the sender is replayed again then. What is not done within a budget is kept, and the next
        sweep goes on there. Returns whether it is through.

        Raises:
            ConflictError: the sender was written in the meantime.
        """
        if known.sender is None and (refused := self.runs.read_refused(known.key)) is not None:
            # Its item is new or was lost, and with it the last refused report.
            self.store.senders.put_refused(refused)
        known = self.store.begin_replay(known)
        kept = self.store.read_checkpoint(known.key, Checkpoint)
        progress = self._resume(known, kept, now)
        until = time.monotonic() + min(seconds_left(), MAX_REPLAY_SECONDS)
        merger = RunMerger(self.runs.read_items(known.key, progress.next_key), progress.merged)
        waiting: list[datetime] = []
        stopped, last = False, None
        for run in merger:
            if not run.complete and now - run.moment <= SAME_RUN:
                waiting.append(run.moment)
                continue
            progress.replay.apply(run)
            progress.recent, last = progress.recent.with_run(run), run
            spent = merger.read_bytes >= MAX_REPLAY_BYTES or time.monotonic() >= until
            # Parts that may still come are in the last minutes: what is kept ends before them. After the last
            # run there is nowhere to go on.
            if spent and not waiting and merger.next_key:
                stopped = True
                break
        for run_key, error in merger.unreadable.items():
            logger.error("a run is passed over", exc_info=error, extra={"run_key": run_key})
        if last is not None and (sender := progress.replay.state.sender) is not None:
            progress.own = describe_last_run(last, sender.over)
        if stopped:
            progress.next_key, progress.merged = merger.next_key, merger.merged
            progress.replay = replace(progress.replay, actions=())
            self.store.write_checkpoint(known.key, progress)
            again = NextCheck(at=now, replay_since=progress.since)
            # Whoever wrote the sender meanwhile has it looked at again, too.
            self.store.commit(known, _NO_ATTEMPT, again)
            return False
        wait = None
        if waiting:
            check_at = min(waiting) + SAME_RUN + timedelta(seconds=1)
            wait = NextCheck(at=check_at, replay_since=progress.since)
        self._finish(known, progress, now, wait)
        if kept is not None:
            self.store.delete_checkpoint(known.key)
        return True

    def _resume(self, known: StoredSender, kept: Checkpoint | None, now: datetime) -> Checkpoint:
        if kept is None or kept.since != known.check.replay_since:
            # Of a run that is no longer kept: it showed that the sender is a regular one.
            regular_at = known.sender.regular_at if known.sender else None
            kept = Checkpoint(since=known.check.replay_since or now, replay=Replay(regular_at=regular_at))
        actions = self.store.list_actions(known.key)
        most = self.limits.of(known.key, self.store.senders.read_over_limit())
        kept.replay = replace(kept.replay, actions=actions, most=most)
        return kept

    def _finish(
        self, known: StoredSender, progress: Checkpoint, now: datetime, wait: NextCheck | None
    ) -> None:
        before = self.store.read_state(known)
        oldest = progress.replay.oldest
        if oldest is None:
            self.store.commit(known, _NO_ATTEMPT, wait or NextCheck(at=next_check_at(before)))
            return
        old = {one.incident_id: one for one in self.store.incidents.list_of(known.key)}
        replayed = keep_known(old.values(), progress.replay.finish(), oldest)
        after = advance(replayed.state, now)
        state = after.state
        assert state.sender is not None  # noqa: S101 - made from at least one run
        gone = {one: self.store.incidents.read_people(known.key, one) for one in replayed.gone}
        heritage = self._hand_down(known.key, replayed.heirs, gone)
        was_latest = {one.incident_id for one in before.incidents.values()}
        latest = {one.incident_id for one in state.incidents.values()} - was_latest
        incidents = {one.incident_id: one for one in (*replayed.incidents, *after.changed)}
        changed = [
            one for key, one in incidents.items() if one != old.get(key) or key in latest or key in heritage
        ]
        writes = collect_writes(before, state, [changed])
        writes = replace(
            writes,
            incidents={key: one for key, one in writes.incidents.items() if key not in gone},
            recent=progress.recent,
            gone_sets=sorted(before.sets.keys() - state.sets.keys()),
            gone={incident_id: people.version for incident_id, people in gone.items()},
            entries=heritage,
        )
        own = {**describe_sender(show_sender(state)), **progress.own, **_NO_ATTEMPT}
        self.store.commit(known, own, wait or NextCheck(at=next_check_at(state, now)), writes)

    def _hand_down(
        self, sender: str, heirs: Mapping[str, str], gone: Mapping[str, PeopleState]
    ) -> dict[str, PeopleChange]:
        """What people did about incidents that are gone, for those that they are part of, by id."""
        parts: dict[str, list[PeopleState]] = {}
        for incident_id, heir in heirs.items():
            if gone[incident_id].version:
                parts.setdefault(heir, []).append(gone[incident_id])
        return {
            heir: inherit(self.store.incidents.read_people(sender, heir), found)
            for heir, found in parts.items()
        }


def inherit(heir: PeopleState, gone: Sequence[PeopleState]) -> PeopleChange:
    """What an incident takes over from those that a late run showed to be part of it.

    It gets their actions in order, and the longest acknowledgement and snooze. An action that it has already
    is not counted twice: a commit may have ended half way.
    """
    ids = {entry.action_id for entry in heir.history}
    new = [entry for one in gone for entry in one.history if entry.action_id not in ids]
    held = [one for one in (heir, *gone) if one.acknowledged_until is not None]
    acknowledged = max(held, key=attrgetter("acknowledged_until"), default=heir)
    snoozes = [one.snoozed_until for one in (heir, *gone) if one.snoozed_until is not None]
    state = PeopleState(
        acknowledged_by=acknowledged.acknowledged_by,
        acknowledged_until=acknowledged.acknowledged_until,
        snoozed_until=max(snoozes, default=None),
        version=heir.version + len(new),
        history=_fit(sorted([*heir.history, *new], key=attrgetter("at"))) if new else heir.history,
    )
    return PeopleChange(version=heir.version, values=PEOPLE.write(state))


def _fit(history: Sequence[HistoryEntry]) -> Sequence[HistoryEntry]:
    """Without the oldest, where together they are more than an incident's item has room for."""
    fitting: list[HistoryEntry] = []
    room = MAX_NOTES_BYTES
    for entry in reversed(history[-MAX_HISTORY_ENTRIES:]):
        room -= len(entry.note.encode())
        if room < 0:
            break
        fitting.insert(0, entry)
    return fitting
