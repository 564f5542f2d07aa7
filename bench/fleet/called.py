"""What the projection calls a sender's folders and the sender itself, from moment to moment."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.fleet.servers import minutes_of, moment_of
from contract.incidents import IncidentStatus
from contract.senders import SenderState
from handlers.incidents.projection import advance, project
from handlers.incidents.runs import Run
from handlers.incidents.state import Changes, Incident, Settings, State


@dataclass(frozen=True)
class Called:
    """From this time on a folder is called so."""

    at: float
    status: IncidentStatus
    incident: str


@dataclass
class Story:
    """All that was called of one sender."""

    folders: dict[str, list[Called]] = field(default_factory=dict)
    """By folder key, in order."""
    silences: list[tuple[float, float]] = field(default_factory=list)
    """When the sender was last heard, and from when on it was called silent after that."""
    sightings: dict[str, list[tuple[float, str]]] = field(default_factory=dict)
    """By folder key: when a run saw a breach, and which incident that was."""
    runs: int = 0
    quiet_runs: int = 0
    """Runs that changed no incident."""


def told(runs: Iterable[Run], settings: Settings, length: float) -> Story:
    """Plays the runs of one sender, with what time does in between dated as a sweep each minute would."""
    story, state = Story(), State()
    for run in sorted(runs, key=lambda one: one.stamp):
        swept = advance(state, run.moment)
        _note(story, swept.changes)
        _silence(story, swept.state)
        done = project(state, run, settings)
        _note(story, done.changes, minutes_of(run.moment))
        state = done.state
        story.runs += 1
        story.quiet_runs += not done.changes.incidents
        for breach in run.breaches:
            seen = (minutes_of(run.moment), state.incidents[breach.key].incident_id)
            story.sightings.setdefault(breach.key, []).append(seen)
    swept = advance(state, moment_of(length))
    _note(story, swept.changes)
    _silence(story, swept.state)
    return story


def _silence(story: Story, state: State) -> None:
    sender = state.sender
    if sender is not None and sender.state is SenderState.SILENT:
        story.silences.append((minutes_of(sender.last_arrival), minutes_of(sender.state_since)))


def _note(story: Story, changes: Changes, at: float | None = None) -> None:
    for incident in changes.incidents:
        for called in _called(incident, at):
            calls = story.folders.setdefault(incident.key, [])
            if not calls or (calls[-1].status, calls[-1].incident) != (called.status, called.incident):
                calls.append(called)


def _called(incident: Incident, at: float | None) -> list[Called]:
    """What became of an incident: by time, dated as time did it; by a run, `at` that."""
    if at is not None:
        return [Called(at, incident.status, incident.incident_id)]
    found = []
    if incident.unknown_since is not None:
        found.append(Called(minutes_of(incident.unknown_since), IncidentStatus.UNKNOWN, incident.incident_id))
    if incident.ended_at is not None:
        found.append(Called(minutes_of(incident.ended_at), incident.status, incident.incident_id))
    return found
