"""The projection: a sender's runs, in order, and what people and time do in between.

A pure function of these alone. Sweeps (`advance`) may come at any moments and as often as they
like: what a run finds is what time had made of the state at the run's own moment.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from contract.folders import set_key
from contract.words import Clearing, IncidentStatus
from handlers.incidents import transitions
from handlers.incidents.sender import deadlines as life_deadlines
from handlers.incidents.sender import first_history, history_after, settings_after, with_life
from handlers.incidents.sets import last_read, sets_after, speaks_for, watch_list_after
from handlers.incidents.timing import LOOK_BACK, Deadlines, rewound, shared
from handlers.incidents.transitions import Verdicts
from handlers.projection.store_incidents import Incident
from handlers.projection.store_runs import BreachedFolder, Run
from handlers.projection.store_state import Act, Action, Changes, FolderSet, SenderSettings, State

_UNSET: Final = SenderSettings()
Part = TypeVar("Part", FolderSet, Incident)


class OutOfOrderError(Exception):
    """The run is older than what the state knows: the sender has to be folded anew."""


@dataclass(frozen=True)
class Projected:
    """A state, and what is different from the one before."""

    state: State
    changes: Changes


def project(
    state: State, run: Run, settings: SenderSettings = _UNSET, regular_at: datetime | None = None
) -> Projected:
    """The state after a run. The same run twice is once.

    Args:
        state: as the events before the run left it, whatever sweeps did to it since.
        run: newer than the last run in the state.
        settings: what people set on a sender of which nothing is known.
        regular_at: when such a sender was last seen to be a regular one.

    Raises:
        OutOfOrderError: it is older than the last run, or than what people did last.
    """
    sender = state.sender
    if sender is not None:
        if run.stamp == sender.last:
            return Projected(state, Changes())
        if run.stamp < sender.last or (sender.acted_at is not None and run.moment <= sender.acted_at):
            raise OutOfOrderError(run.run_id)
    known = _as_of(state, run.moment)
    struck_sets, struck = _strikes(known, run)
    sets = {**known.sets, **sets_after(sender, known.sets, known.incidents, run, struck_sets)}
    is_shared = sender is not None and shared(sender, run.moment)
    if sender is None:
        sender_after = first_history(run, settings, regular_at)
    else:
        sender_after = history_after(sender, run, struck=struck, speaks=run.empty and not is_shared)
    named = frozenset(set_key(breach.key) for breach in run.breaches)
    verdicts = Verdicts(run, sets, named, is_shared)
    incidents, displaced = _incidents_after(known, run, verdicts)
    watched = watch_list_after(sender, known.watched, run)
    after = State(sender=sender_after, watched=watched, sets=sets, incidents=incidents)
    return Projected(after, _changes(state, after, displaced))


def advance(state: State, now: datetime) -> Projected:
    """The state with what time alone has changed until `now`."""
    if state.sender is None:
        return Projected(state, Changes())
    deadlines = Deadlines(state.sender, state.sets)
    incidents = {key: deadlines.aged(incident, now) for key, incident in state.incidents.items()}
    after = replace(state, sender=with_life(state.sender, now), incidents=incidents)
    return Projected(after, _changes(state, after, ()))


def act(state: State, deed: Act) -> Projected:
    """The state after a person did something. Nothing changes where it does not apply any more.

    Raises:
        OutOfOrderError: a run of a later moment was applied, or a later deed.
    """
    sender = state.sender
    if sender is None:
        return Projected(state, Changes())
    if sender.acted == deed.stamp:
        return Projected(state, Changes())
    if deed.at < sender.last.at or (sender.acted is not None and deed.stamp < sender.acted):
        raise OutOfOrderError(deed.act_id)
    known = _as_of(state, deed.at)
    incidents = dict(known.incidents)
    if deed.action is Action.CLOSE:
        incident = incidents.get(deed.folder or "")
        if incident is not None and incident.status is IncidentStatus.UNKNOWN:
            incidents[incident.key] = replace(incident, status=IncidentStatus.CLOSED, ended_at=deed.at)
    sender = replace(sender, settings=settings_after(sender.settings, deed), acted=deed.stamp)
    after = replace(known, sender=with_life(sender, deed.at), incidents=incidents)
    after = advance(after, deed.at).state
    return Projected(after, _changes(state, after, ()))


def wakes_at(state: State, after: datetime | None = None) -> datetime | None:
    """When time alone changes something next: no sweep before then finds anything to do.

    Args:
        state: the state.
        after: until when `advance` brought it; what fell due until then is done.
    """
    if state.sender is None:
        return None
    deadlines = Deadlines(state.sender, state.sets)
    due = [deadlines.due(incident) for incident in state.incidents.values()]
    due.extend(at for at in life_deadlines(state.sender) if at is not None)
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


def _strikes(known: State, run: Run) -> tuple[set[str], bool]:
    """The sets in which leaving out was wrong, and whether an empty run of the sender was."""
    wrong = [
        known.incidents[breach.key]
        for breach in run.breaches
        if transitions.taken_back(known.incidents.get(breach.key), breach, run.moment)
    ]
    by_set = {set_key(incident.key) for incident in wrong if incident.cleared_by is Clearing.LEFT_OUT}
    return by_set, any(incident.cleared_by is Clearing.EMPTY for incident in wrong)


def _incidents_after(
    known: State, run: Run, verdicts: Verdicts
) -> tuple[dict[str, Incident], list[Incident]]:
    """The latest incidents, and those that made room for a new one of their folder."""
    incidents, displaced = dict(known.incidents), []
    breaches = {breach.key: breach for breach in run.breaches}
    for key, incident in known.incidents.items():
        if incident.live and key not in breaches:
            incidents[key] = _not_named(incident, run, verdicts)
    for key, breach in breaches.items():
        before = known.incidents.get(key)
        if before is not None and _goes_on(known, before, breach, run.moment):
            incidents[key] = transitions.seen_again(before, run, breach)
            continue
        if before is not None:
            ended = before
            if before.status is IncidentStatus.UNKNOWN:
                ended = transitions.ended_unseen(before, run.moment)
            displaced.append(ended)
        incidents[key] = transitions.opened(run, breach, _bound(known, key, run.moment), before)
    return incidents, displaced


def _not_named(incident: Incident, run: Run, verdicts: Verdicts) -> Incident:
    verdict = verdicts.of(incident.key)
    if verdict is None:
        return incident
    if isinstance(verdict, Clearing):
        return transitions.cleared(incident, run.moment, verdict)
    return transitions.lost_sight(incident, run.moment, verdict)


def _goes_on(known: State, incident: Incident, breach: BreachedFolder, at: datetime) -> bool:
    """Whether a breach is that of an incident, and not a new one."""
    if incident.status is IncidentStatus.OPEN or transitions.taken_back(incident, breach, at):
        return True
    if incident.status is not IncidentStatus.CLEARED and transitions.proven(incident, breach, at):
        return True
    # What was cleared out of the unknown may have ended long before the run that showed it.
    since = incident.seen.at if incident.between else incident.ended_at or incident.seen.at
    assert known.sender is not None  # noqa: S101 - it has an incident
    return incident.status in (IncidentStatus.CLEARED, IncidentStatus.UNKNOWN) and Deadlines(
        known.sender, known.sets
    ).within_patience(incident.key, since, at)


def _bound(known: State, key: str, at: datetime) -> datetime | None:
    """The last moment, of the last days, at which a folder was known not to be in this breach."""
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


def _changes(before: State, after: State, displaced: Iterable[Incident]) -> Changes:
    return Changes(
        sender=after.sender if after.sender != before.sender else None,
        watched=after.watched if after.watched != before.watched else None,
        sets=tuple(_different(before.sets, after.sets)),
        incidents=(
            *(incident for incident in displaced if incident != before.incidents.get(incident.key)),
            *_different(before.incidents, after.incidents),
        ),
    )


def _different(before: Mapping[str, Part], after: Mapping[str, Part]) -> Iterable[Part]:
    return (part for key, part in after.items() if part != before.get(key))


@dataclass(frozen=True, kw_only=True)
class Folded:
    """A state, and every incident that led to it, those of the state included."""

    state: State
    incidents: tuple[Incident, ...]
    gone: tuple[str, ...] = ()
    """Ids of incidents that were known and, by all the runs, never were."""
    heirs: Mapping[str, str] = field(default_factory=dict)
    """By the ids of those of them that are part of another incident, its id."""


def fold(
    runs: Iterable[Run],
    acts: Iterable[Act] = (),
    settings: SenderSettings = _UNSET,
    regular_at: datetime | None = None,
) -> Folded:
    """The state that a sender's runs and its people's acts leave, in whatever order they are given.

    Args:
        runs: from `runs.merged`.
        acts: what people did, as far back as the runs.
        settings: what they had set before these.
        regular_at: when a run, no longer kept, last showed the sender to be a regular one.
    """
    ordered = sorted(runs, key=lambda run: run.stamp)
    deeds = sorted(acts, key=lambda deed: deed.stamp)
    for deed in deeds:
        if not ordered or deed.at < ordered[0].moment:
            settings = settings_after(settings, deed)
    state = State()
    incidents: dict[str, Incident] = {}
    for event in _in_order(ordered, deeds):
        done = project(state, event, settings, regular_at) if isinstance(event, Run) else act(state, event)
        state = done.state
        incidents.update({one.incident_id: one for one in done.changes.incidents})
    return Folded(state=state, incidents=tuple(incidents.values()))


def _in_order(runs: list[Run], acts: list[Act]) -> Iterator[Run | Act]:
    """Of one moment the runs first: people act on what they see."""
    waiting = deque(acts)
    for run in runs:
        while waiting and waiting[0].at < run.moment:
            yield waiting.popleft()
        yield run
    yield from waiting


def kept(old: Iterable[Incident], new: Folded, oldest_run: datetime) -> Folded:
    """What was folded anew, with the ids of the incidents that are known, and with those from before.

    A late run may make an incident begin earlier, and an old one's first runs may be kept no longer:
    either way it is the incident that people know, so it keeps its id. One that began before
    the runs that are kept keeps what only those runs told.
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
    # No run that is kept names these, nor shows them to be over.
    latest.update({one.key: one for one in before.values() if one.live and one.key not in latest})
    gone = [one for one in rest if one.incident_id not in before]
    return Folded(
        state=replace(new.state, incidents=latest),
        incidents=(*before.values(), *done.values()),
        gone=tuple(sorted(one.incident_id for one in gone)),
        heirs={one.incident_id: heir for one in gone if (heir := _heir(one, done.values())) is not None},
    )


def _heir(gone: Incident, incidents: Iterable[Incident]) -> str | None:
    """The id of the incident that another turned out to be part of: the last one, should it be several."""
    same = [one for one in incidents if one.key == gone.key and _overlap(one, gone)]
    return max(same, key=lambda one: one.opened).incident_id if same else None


def _overlap(one: Incident, other: Incident) -> bool:
    return one.opened.at <= _end(other) and other.opened.at <= _end(one)


def _end(incident: Incident) -> datetime:
    if incident.live:
        return datetime.max.replace(tzinfo=UTC)
    return max(incident.seen.at, incident.ended_at or incident.seen.at)


def _renamed(incident: Incident, taken: dict[str, Incident], oldest_run: datetime) -> Incident:
    after = taken.get(incident.after or "")
    if after is not None:
        incident = replace(incident, after=after.incident_id)
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
        peak_files=max(old.peak_files, incident.peak_files),
        reopened=max(old.reopened, incident.reopened),
        after=old.after,
    )
