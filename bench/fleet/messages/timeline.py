"""What the projection knows of a sender, from change to change, as a sweep would read it."""

from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from contract.incidents import IncidentStatus
from handlers.incidents.projection import advance, project, wakes_at
from handlers.incidents.runs import Run
from handlers.incidents.state import Changes, Settings, State
from handlers.incidents.state import Incident as Known
from handlers.messages.situation import Incident, Sender


@dataclass(frozen=True)
class Change:
    """What is different from a moment on."""

    at: datetime
    incidents: tuple[Incident, ...]
    sender: Sender


def changes_of(runs: Iterable[Run], settings: Settings, owner: str, until: datetime) -> Iterator[Change]:
    """All changes of one sender, in order, what time does among them.

    Args:
        runs: what it sends.
        settings: what people set on it.
        owner: whom it and its folders belong to.
        until: the end of the simulation.
    """
    state = State()
    for run in sorted(runs, key=lambda one: one.stamp):
        state = yield from _wakes(state, run.moment, owner)
        done = project(state, run, settings)
        state = done.state
        yield _change(run.moment, state, done.changes, owner)
    yield from _wakes(state, until, owner)


def _wakes(state: State, until: datetime, owner: str) -> Generator[Change, None, State]:
    """What time alone changes before the next run; gives the state that it leaves."""
    swept = None
    while (at := wakes_at(state, swept)) is not None and at < until:
        done = advance(state, at)
        state, swept = done.state, at
        if done.changes.incidents or done.changes.sender is not None:
            yield _change(at, state, done.changes, owner)
    return state


def _change(at: datetime, state: State, changes: Changes, owner: str) -> Change:
    known = state.sender
    assert known is not None  # noqa: S101 - a run was projected
    sender = Sender(
        key=known.key,
        name=known.key,
        owner=owner,
        state=known.state,
        state_since=known.state_since,
        kind=known.kind,
        last_run_at=known.last.at,
        interval=known.declared or at - at,
    )
    return Change(at, tuple(_incident(one, known.key, owner) for one in changes.incidents), sender)


def _incident(known: Known, sender: str, owner: str) -> Incident:
    return Incident(
        incident_id=known.incident_id,
        sender=sender,
        sender_name=sender,
        folder=known.folder,
        owner=owner,
        status=known.status,
        reason=known.reason if known.status is not IncidentStatus.OPEN else None,
        sla=known.sla,
        files=known.files,
        oldest=known.oldest,
        opened_at=known.opened.at,
        breached_since=known.breached_since,
        last_seen_at=known.seen.at,
        last_seen_run=known.seen.run,
        last_seen_arrival=known.seen.arrived,
        unknown_since=known.unknown_since,
        ended_at=known.ended_at,
        cleared_by=known.cleared_by,
        between=known.between,
        reopened=known.reopened,
    )
