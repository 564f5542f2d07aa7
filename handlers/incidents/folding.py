"""A sender folded from its runs: when one came late, or the projection is built anew."""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from handlers.incidents import settings as people
from handlers.incidents.projection import act, project
from handlers.incidents.runs import Run
from handlers.incidents.settings import Act
from handlers.incidents.state import Incident, Settings, State

_UNSET = Settings()


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
    settings: Settings = _UNSET,
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
            settings = people.after(settings, deed)
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
