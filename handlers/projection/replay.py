"""Replays a sender: a run came late or in parts, or somebody asked for it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from operator import attrgetter

from contract.limits import MAX_HISTORY_ENTRIES, MAX_NOTES_BYTES
from handlers.incidents.projection import Replayed, advance, keep_known, next_check_at, replay
from handlers.incidents.sender import show_sender
from handlers.runtime import logger
from store.incidents import PEOPLE, HistoryEntry, Incident, PeopleChange, PeopleState
from store.runs import SAME_RUN, Run, RunTable, merge_parts
from store.senders import NextCheck, describe_last_run, describe_sender
from store.state import RecentRuns, SenderStore, State, StoredSender, Writes


@dataclass(frozen=True)
class SenderReplay:
    """Replays senders."""

    store: SenderStore
    runs: RunTable

    def replay(self, known: StoredSender, now: datetime) -> None:
        """Works a sender and its incidents out again from all its runs and what people did.

        Incidents from before the runs that are kept stay. A run that lacks parts is waited for, ten minutes
        at most, and the sender is replayed again then.

        Raises:
            ConflictError: the sender was written in the meantime.
        """
        if known.sender is None and (refused := self.runs.read_refused(known.key)) is not None:
            # Its item is new or was lost, and with it the last refused report.
            self.store.senders.put_refused(refused)
        items, unreadable = self.runs.list_of(known.key)
        for run_key, error in unreadable.items():
            logger.error("a run is passed over", exc_info=error, extra={"run_key": run_key})
        runs = merge_parts(items, now)
        before = self.store.read_state(known)
        wait = _wait_for_parts(items, now, known)
        if not runs:
            self.store.commit(known, {}, wait or NextCheck(at=next_check_at(before)))
            return
        old = self.store.incidents.list_of(known.key)
        # Of a run that is no longer kept: it showed that the sender is a regular one.
        regular_at = known.sender.regular_at if known.sender else None
        if regular_at is not None and regular_at >= runs[0].moment:
            regular_at = None
        replayed = replay(runs, self.store.list_actions(known.key), regular_at=regular_at)
        replayed = keep_known(old, replayed, runs[0].moment)
        after = advance(replayed.state, now)
        by_id = {one.incident_id: one for one in (*replayed.incidents, *after.changed)}
        replayed = replace(replayed, incidents=tuple(by_id.values()), state=after.state)
        wake = wait or NextCheck(at=next_check_at(after.state, now))
        self._commit(known, before, old, replayed, items, runs[-1], wake)

    def _commit(
        self,
        known: StoredSender,
        before: State,
        old: Sequence[Incident],
        replayed: Replayed,
        items: Sequence[Run],
        last: Run,
        wake: NextCheck,
    ) -> None:
        state = replayed.state
        assert state.sender is not None  # noqa: S101 - made from at least one run
        recent = RecentRuns()
        for run in sorted(items, key=lambda run: run.stamp):
            recent = recent.with_run(run)
        own = {**describe_sender(show_sender(state)), **describe_last_run(last)}
        latest = {one.incident_id for one in state.incidents.values()}
        was_latest = {one.incident_id for one in before.incidents.values()}
        known_as = {one.incident_id: one for one in old}
        gone = {one: self.store.incidents.read_people(known.key, one) for one in replayed.gone}
        heritage = self._hand_down(known.key, replayed.heirs, gone)
        writes = Writes(
            history=state.sender,
            recent=recent,
            sets=[one for key, one in state.sets.items() if one != before.sets.get(key)],
            gone_sets=sorted(before.sets.keys() - state.sets.keys()),
            watched=state.watched if state.watched != before.watched else None,
            incidents={
                one.incident_id: one
                for one in replayed.incidents
                if one != known_as.get(one.incident_id)
                or (one.incident_id in latest) != (one.incident_id in was_latest)
                or one.incident_id in heritage
            },
            latest=frozenset(latest),
            gone={incident_id: people.version for incident_id, people in gone.items()},
            entries=heritage,
        )
        self.store.commit(known, own, wake, writes)

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


def _wait_for_parts(items: Sequence[Run], now: datetime, known: StoredSender) -> NextCheck | None:
    """When to replay again for a run that lacks parts; None where there is none."""
    complete = {run.stamp for run in merge_parts(items) if run.complete}
    waiting = [
        one.moment
        for one in items
        if not one.complete
        and one.moment >= now - SAME_RUN
        and not any(stamp.run == one.run_id for stamp in complete)
    ]
    if not waiting:
        return None
    return NextCheck(
        at=min(waiting) + SAME_RUN + timedelta(seconds=1), replay_since=known.replay_since or now
    )
