"""The projection: what runs, actions and time make of a sender and its incidents.

A pure function of these alone. A sweep (`advance`) may come at any moment, any number of times: a run is
applied to what time had made of the state at the run's own moment.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final

from contract.action import IncidentAction
from contract.folders import set_key
from contract.limits import SENDER_INCIDENTS
from contract.moments import format_moment
from contract.words import Clearing, IncidentStatus
from handlers.incidents import transitions
from handlers.incidents.sender import (
    first_history,
    history_after,
    settings_after,
    silence_deadlines,
    with_state,
)
from handlers.incidents.sets import last_read, sets_after, speaks_for, watch_list_after
from handlers.incidents.timing import LOOK_BACK, Deadlines, is_shared, rewound
from handlers.incidents.transitions import Verdicts
from store.incidents import Incident
from store.runs import BreachedFolder, Run
from store.senders import OverLimit
from store.state import Opened, PersonAction, RunHistory, SenderSettings, State

_UNSET: Final = SenderSettings()


class OutOfOrderError(Exception):
    """The run is older than the last one in the state: its sender has to be replayed."""


@dataclass(frozen=True)
class Projected:
    """A state, and the incidents that differ from the one before; also those that made room for new ones."""

    state: State
    changed: tuple[Incident, ...] = ()


def project(
    state: State,
    run: Run,
    settings: SenderSettings = _UNSET,
    regular_at: datetime | None = None,
    most: int = SENDER_INCIDENTS,
) -> Projected:
    """The state after a run, from that after all runs and actions before it; sweeps may have advanced that.

    A run that comes again changes nothing. For a first run, pass the stored `settings`, and in `regular_at`
    the moment of a run that is no longer kept and showed a regular sender. `most` limits the live incidents
    and those opened in a day: folders in breach beyond that are counted and named.

    Raises:
        OutOfOrderError: the run is older than the last run or the last action.
    """
    sender = state.sender
    if sender is not None:
        if run.stamp == sender.last:
            return Projected(state)
        if run.stamp < sender.last or (
            sender.last_action_at is not None and run.moment <= sender.last_action_at
        ):
            raise OutOfOrderError(run.run_id)
    known = _as_of(state, run.moment)
    contradicted_sets, contradicted = _contradictions(known, run)
    sets = {**known.sets, **sets_after(sender, known.sets, known.incidents, run, contradicted_sets)}
    was_shared = sender is not None and is_shared(sender, run.moment)
    if sender is None:
        sender_after = first_history(run, settings, regular_at)
    else:
        sender_after = history_after(
            sender, run, contradicted=contradicted, speaks=run.empty and not was_shared
        )
    named = frozenset(set_key(breach.key) for breach in run.breaches)
    verdicts = Verdicts(run, sets, named, was_shared)
    incidents, displaced, over = _incidents_after(known, run, verdicts, most)
    opened = _opened_after(sender, run, incidents)
    sender_after = replace(sender_after, opened=opened, over=OverLimit.build(over))
    watched = watch_list_after(sender, known.watched, run)
    after = State(sender=sender_after, watched=watched, sets=sets, incidents=incidents)
    return Projected(after, _list_changed(state, after, displaced))


def advance(state: State, now: datetime) -> Projected:
    """The state with what time alone has changed until `now`."""
    if state.sender is None:
        return Projected(state)
    deadlines = Deadlines(state.sender, state.sets)
    incidents = {key: deadlines.aged(incident, now) for key, incident in state.incidents.items()}
    after = replace(state, sender=with_state(state.sender, now), incidents=incidents)
    return Projected(after, _list_changed(state, after))


def apply_action(state: State, action: PersonAction) -> Projected:
    """The state after the action of a person. An action that no longer applies changes nothing.

    Raises:
        OutOfOrderError: a run of a later moment, or a later action, was applied.
    """
    sender = state.sender
    if sender is None:
        return Projected(state)
    if sender.last_action == action.stamp:
        return Projected(state)
    if action.at < sender.last.at or (sender.last_action is not None and action.stamp < sender.last_action):
        raise OutOfOrderError(action.action_id)
    known = _as_of(state, action.at)
    incidents = dict(known.incidents)
    if action.action is IncidentAction.CLOSE:
        incident = incidents.get(action.folder or "")
        if incident is not None and incident.status is IncidentStatus.UNKNOWN:
            incidents[incident.key] = replace(incident, status=IncidentStatus.CLOSED, ended_at=action.at)
    sender = replace(sender, settings=settings_after(sender.settings, action), last_action=action.stamp)
    after = replace(known, sender=with_state(sender, action.at), incidents=incidents)
    after = advance(after, action.at).state
    return Projected(after, _list_changed(state, after))


def next_check_at(state: State, after: datetime | None = None) -> datetime | None:
    """When time alone changes something next: a sweep before then finds nothing to do.

    What fell due until `after` is done: until then the state was advanced.
    """
    if state.sender is None:
        return None
    deadlines = Deadlines(state.sender, state.sets)
    due = [deadlines.due(incident) for incident in state.incidents.values()]
    due.extend(at for at in silence_deadlines(state.sender) if at is not None)
    return min((at for at in due if at is not None and (after is None or at > after)), default=None)


def _as_of(state: State, moment: datetime) -> State:
    """The state with its incidents as time had left them at `moment`."""
    if state.sender is None:
        return state
    deadlines = Deadlines(state.sender, state.sets)
    incidents = {
        key: deadlines.aged(rewound(incident, moment), moment) for key, incident in state.incidents.items()
    }
    return replace(state, incidents=incidents)


def _contradictions(known: State, run: Run) -> tuple[set[str], bool]:
    """Keys of the sets in which leaving a folder out was wrong, and whether an empty run was wrong."""
    wrong = [
        known.incidents[breach.key]
        for breach in run.breaches
        if transitions.taken_back(known.incidents.get(breach.key), breach, run.moment)
    ]
    by_set = {set_key(incident.key) for incident in wrong if incident.cleared_by is Clearing.LEFT_OUT}
    return by_set, any(incident.cleared_by is Clearing.EMPTY for incident in wrong)


def _opened_after(sender: RunHistory | None, run: Run, incidents: Mapping[str, Incident]) -> Opened:
    """How many incidents opened on the day of a run, that run's included."""
    new = sum(incidents[breach.key].opened == run.stamp for breach in run.breaches if breach.key in incidents)
    day = format_moment(run.moment)[: len("2026-01-01")]
    return Opened(day, new + (sender.opened.total if sender and sender.opened.day == day else 0))


def _incidents_after(
    known: State, run: Run, verdicts: Verdicts, most: int
) -> tuple[dict[str, Incident], list[Incident], list[str]]:
    """The latest incident of each folder, those that a new one replaced, and folders over the limit."""
    incidents, displaced, over = dict(known.incidents), [], []
    breaches = {breach.key: breach for breach in run.breaches}
    deadlines = Deadlines(known.sender, known.sets) if known.sender else None
    for key, incident in known.incidents.items():
        if incident.live and key not in breaches:
            verdict = verdicts.of(key)
            if isinstance(verdict, Clearing):
                incidents[key] = transitions.cleared(incident, run.moment, verdict)
            elif verdict is not None:
                incidents[key] = transitions.lost_sight(incident, run.moment, verdict)
    day = _opened_after(known.sender, replace(run, breaches=()), {}).total
    room = most - max(day, sum(incident.live for incident in incidents.values()))
    for key, breach in breaches.items():
        before = known.incidents.get(key)
        if before is not None:
            if deadlines is not None and _goes_on(deadlines, before, breach, run.moment):
                incidents[key] = transitions.seen_again(before, run, breach)
                continue
            if before.status is IncidentStatus.UNKNOWN and room > 0:
                # The run shows another breach of its folder: it ended, unconfirmed.
                before = replace(before, status=IncidentStatus.EXPIRED, ended_at=run.moment)
        if room <= 0:
            over.append(breach.folder)
            continue
        room -= 1
        if before is not None:
            displaced.append(before)
        incidents[key] = transitions.opened(run, breach, _bound(known, key, run.moment), before)
    return incidents, displaced, over


def _goes_on(deadlines: Deadlines, incident: Incident, breach: BreachedFolder, at: datetime) -> bool:
    """Whether a breach is the one that the incident is about, not a new one."""
    if incident.status is IncidentStatus.OPEN or transitions.taken_back(incident, breach, at):
        return True
    if incident.status is not IncidentStatus.CLEARED and transitions.has_evidence(incident, breach, at):
        return True
    # What was unknown when it was cleared may have ended long before the run that cleared it.
    since = incident.seen.at if incident.between else incident.ended_at or incident.seen.at
    may_go_on = incident.status in (IncidentStatus.CLEARED, IncidentStatus.UNKNOWN)
    return may_go_on and deadlines.within_grace_period(incident.key, since, at)


def _bound(known: State, key: str, at: datetime) -> datetime | None:
    """The last moment at which a folder was known not to be in this breach, if rules look back so far."""
    sender = known.sender
    if sender is None:
        return None
    stamps = [speaks_for(sender, known.sets.get(set_key(key)))]
    before = known.incidents.get(key)
    if before is not None:
        stamps.append(before.seen)
    moments = [stamp.at for stamp in stamps if stamp is not None]
    read = last_read(sender, known.watched, key)
    if read is not None:
        moments.append(read)
    return max((moment for moment in moments if at - moment <= LOOK_BACK), default=None)


def _list_changed(before: State, after: State, displaced: Iterable[Incident] = ()) -> tuple[Incident, ...]:
    both = (*displaced, *after.incidents.values())
    return tuple(incident for incident in both if incident != before.incidents.get(incident.key))


@dataclass(frozen=True, kw_only=True)
class Replayed:
    """A state after a replay, and every incident of the sender, the ones of the state included."""

    state: State
    incidents: tuple[Incident, ...]
    gone: tuple[str, ...] = ()
    """Ids of incidents that were known before and, by all the runs, never existed."""
    heirs: Mapping[str, str] = field(default_factory=dict)
    """By the id of each of those that is part of another incident: the id of that one."""


@dataclass(kw_only=True)
class Replay:
    """All runs of a sender and all actions, one after the other. It may stop anywhere and go on later."""

    actions: Sequence[PersonAction] = ()
    """What people did, as far back as the runs."""
    settings: SenderSettings = _UNSET
    """What they had set before these."""
    regular_at: datetime | None = None
    """When a run that is no longer kept last showed that the sender is a regular one."""
    most: int = SENDER_INCIDENTS
    """As of `project`."""
    oldest: datetime | None = None
    """The moment of the first run. This and what follows is how far the replay came."""
    state: State = field(default_factory=State)
    incidents: dict[str, Incident] = field(default_factory=dict)
    """By id."""

    def apply(self, run: Run) -> None:
        """Applies the next run, and before it what people did in between."""
        if self.oldest is None:
            self.oldest = run.moment
            if self.regular_at is not None and self.regular_at >= run.moment:
                self.regular_at = None
            for action in self._waiting(run.moment):
                self.settings = settings_after(self.settings, action)
        self._act(run.moment)
        self._take(project(self.state, run, self.settings, self.regular_at, self.most))

    def finish(self) -> Replayed:
        """The state after everything, once no run is left."""
        self._act(None)
        return Replayed(state=self.state, incidents=tuple(self.incidents.values()))

    def _act(self, until: datetime | None) -> None:
        """The runs of a moment come before its actions: people act on what they see."""
        for action in self._waiting(until) if self.state.sender else ():
            self._take(apply_action(self.state, action))

    def _waiting(self, until: datetime | None) -> list[PersonAction]:
        done = self.state.sender.last_action if self.state.sender else None
        waiting = [
            action
            for action in self.actions
            if (until is None or action.at < until)
            and (self.state.sender is None or self.oldest is None or action.at >= self.oldest)
            and (done is None or action.stamp > done)
        ]
        return sorted(waiting, key=lambda action: action.stamp)

    def _take(self, done: Projected) -> None:
        self.state = done.state
        self.incidents.update({one.incident_id: one for one in done.changed})


def replay(
    runs: Iterable[Run], actions: Iterable[PersonAction] = (), settings: SenderSettings = _UNSET
) -> Replayed:
    """The state after all runs of a sender and all actions, in whatever order they are given."""
    replaying = Replay(actions=tuple(actions), settings=settings)
    for run in sorted(runs, key=lambda run: run.stamp):
        replaying.apply(run)
    return replaying.finish()


def keep_known(old: Iterable[Incident], new: Replayed, oldest_run: datetime) -> Replayed:
    """A replay with the ids that its incidents are known by, and with the incidents from before its runs.

    A late run may make an incident begin earlier, and the first runs of an old one may no longer be kept:
    either way it is the incident that people know, so it keeps its id. One that began before
    the oldest run that is kept keeps what only earlier runs said.
    """
    known = {one.incident_id: one for one in sorted(old, key=lambda one: one.opened)}
    ids = {one.incident_id for one in new.incidents}
    free: dict[str, list[Incident]] = {}
    for one in known.values():
        if one.incident_id not in ids:
            free.setdefault(one.key, []).append(one)
    taken: dict[str, Incident] = {}
    for incident in sorted(new.incidents, key=lambda one: one.opened):
        candidates = free.get(incident.key, [])
        match = next((one for one in candidates if _overlap(one, incident)), None)
        if match is not None and incident.incident_id not in known:
            candidates.remove(match)
            taken[incident.incident_id] = match
    done = {one.incident_id: _renamed(one, taken, oldest_run) for one in new.incidents}
    rest = [one for candidates in free.values() for one in candidates]
    before = {one.incident_id: one for one in rest if one.opened.at < oldest_run}
    latest = {key: done[one.incident_id] for key, one in new.state.incidents.items()}
    # No run that is kept names these or shows that they ended.
    latest.update({one.key: one for one in before.values() if one.live and one.key not in latest})
    gone = [one for one in rest if one.incident_id not in before]
    return Replayed(
        state=replace(new.state, incidents=latest),
        incidents=(*before.values(), *done.values()),
        gone=tuple(sorted(one.incident_id for one in gone)),
        heirs={one.incident_id: heir for one in gone if (heir := _heir(one, done.values())) is not None},
    )


def _heir(gone: Incident, incidents: Iterable[Incident]) -> str | None:
    """The id of the incident that one turned out to be part of; of several, the last."""
    same = [one for one in incidents if one.key == gone.key and _overlap(one, gone)]
    return max(same, key=lambda one: one.opened).incident_id if same else None


def _overlap(one: Incident, other: Incident) -> bool:
    def began_by_the_end(of: Incident, began: datetime) -> bool:
        return of.live or began <= max(of.seen.at, of.ended_at or of.seen.at)

    return began_by_the_end(one, other.opened.at) and began_by_the_end(other, one.opened.at)


def _renamed(incident: Incident, taken: dict[str, Incident], oldest_run: datetime) -> Incident:
    after = taken.get(incident.previous_id or "")
    if after is not None:
        incident = replace(incident, previous_id=after.incident_id)
    old = taken.get(incident.incident_id)
    if old is None:
        return incident
    incident = replace(incident, incident_id=old.incident_id)
    if old.opened.at >= oldest_run:
        return incident
    return replace(
        incident,
        opened=old.opened,
        breached_since=min(old.breached_since, incident.breached_since),
        peak_file_count=max(old.peak_file_count, incident.peak_file_count),
        reopened=max(old.reopened, incident.reopened),
        previous_id=old.previous_id,
    )
