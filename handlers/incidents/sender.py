"""What a run, an action or time makes of a sender: its kind, its state, and what pages show of it."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from contract.action import IncidentAction, SenderAction
from contract.words import IncidentStatus, SenderKind, SenderState
from handlers.incidents.sets import CONTRADICTIONS_WITHIN
from handlers.incidents.timing import (
    GAPS_FOR_A_MEDIAN,
    end_of_grace_period,
    given_interval,
    is_shared,
    sender_grace_period,
    sender_interval,
    shared_by,
    with_gap,
)
from store.runs import Run
from store.senders import LEEWAY, AmbiguousSet, Sender, Silence
from store.state import Address, PersonAction, RunHistory, SenderSettings, State

EMPTIES_FOR_REGULAR: Final = 3
EMPTIES_WITHIN: Final = timedelta(days=7)
REGULAR_FOR: Final = timedelta(days=30)
"""How long a sender stays a regular one after the last run that showed it."""

RUNS_AN_ADDRESS: Final = 3
ADDRESSES_FOR_SHARED: Final = 2
ADDRESSES_WITHIN: Final = timedelta(days=7)
ADDRESSES_KEPT: Final = 8
"""Two that come often are enough, and the first to come are kept: three hundred servers on one account must
not push each other out before any of them was seen three times."""
SHARED_FOR: Final = timedelta(days=7)
"""How long a sender is taken for shared after its empty runs were contradicted twice."""

SILENCES_WITHIN: Final = timedelta(days=14)
"""How long a silence is kept after its end: two weeks show which hours recur."""
SILENCES_KEPT: Final = 20
"""The latest ones. A sender that is silent more often has no fixed hours."""


def first_history(run: Run, settings: SenderSettings, regular_at: datetime | None) -> RunHistory:
    """The history that begins with the oldest kept run. `settings` and `regular_at` come from before it."""
    sender = RunHistory(
        key=run.sender,
        last=run.stamp,
        last_arrival=run.arrival,
        up_since=run.arrival,
        state_since=run.arrival,
        kind_since=run.moment,
        regular_at=regular_at,
        settings=settings,
    )
    sender = replace(sender, kind=kind_after(run, regular_at))
    return history_after(sender, run, contradicted=False, speaks=run.empty)


def history_after(sender: RunHistory, run: Run, *, contradicted: bool, speaks: bool) -> RunHistory:
    """A sender after a run.

    It may be contradicted: the run shows that an earlier empty one cleared what was still stuck. The run
    speaks where it is empty and so says that every folder is well.
    """
    first = sender.last == run.stamp
    earlier = sender.empties[-(EMPTIES_FOR_REGULAR - 1) :]
    often_empty = run.empty and len(earlier) == EMPTIES_FOR_REGULAR - 1
    regular = run.has_run or (often_empty and run.moment - earlier[0] <= EMPTIES_WITHIN)
    regular_at = run.moment if regular else sender.regular_at
    kind = kind_after(run, regular_at)
    addresses = _with_address(sender.addresses, run)
    # Seen so often they are servers, not one server that moved.
    often = [
        one
        for one in addresses
        if len(one.runs) == RUNS_AN_ADDRESS and one.runs[0] >= run.moment - ADDRESSES_WITHIN
    ]
    listed = run.complete and run.listing is not None
    heard = max(sender.last_arrival, run.arrival)
    was = sender_state(sender, heard)[0]
    up = was is SenderState.UP
    twice = (
        contradicted
        and sender.contradicted_at is not None
        and run.moment - sender.contradicted_at <= CONTRADICTIONS_WITHIN
    )
    silences = sender.silences
    if was is SenderState.SILENT:
        kept = (*silences, Silence(sender.last_arrival, heard))[-SILENCES_KEPT:]
        silences = tuple(one for one in kept if heard - one.until <= SILENCES_WITHIN)
    known = replace(
        sender,
        last=run.stamp,
        last_arrival=heard,
        up_since=sender.up_since if up else heard,
        kind=kind,
        kind_since=sender.kind_since if kind is sender.kind else run.moment,
        regular_at=regular_at,
        empties=(*sender.empties, run.moment)[1 - EMPTIES_FOR_REGULAR :] if run.empty else sender.empties,
        empty=run.stamp if speaks and run.listing is None else sender.empty,
        listed=run.stamp if listed else sender.listed,
        named=run.named,
        addresses=addresses,
        has_several_addresses=len(often) >= ADDRESSES_FOR_SHARED,
        contradicted_at=run.moment if contradicted else sender.contradicted_at,
        shared_until=run.moment + SHARED_FOR if twice else sender.shared_until,
        declared=run.interval,
        gaps=sender.gaps if first else with_gap(sender.gaps, sender.last.at, run.moment),
        silences=silences,
        client=run.client or sender.client,
        skew=run.skew,
        settings=replace(sender.settings, retired_at=None),
    )
    return with_state(known, heard)


def kind_after(run: Run, regular_at: datetime | None) -> SenderKind:
    """The kind of the sender of this run, its latest."""
    if run.listing is not None:
        return SenderKind.LISTING
    if regular_at is not None and run.moment - regular_at <= REGULAR_FOR:
        return SenderKind.REGULAR
    return SenderKind.STOCK


def _with_address(addresses: tuple[Address, ...], run: Run) -> tuple[Address, ...]:
    """The source addresses of the last days, this run's included while there is room."""
    since = run.moment - ADDRESSES_WITHIN
    recent = {entry.address: entry for entry in addresses if entry.runs[-1] >= since}
    if run.address is not None and (run.address in recent or len(recent) < ADDRESSES_KEPT):
        known = recent[run.address].runs if run.address in recent else ()
        recent[run.address] = Address(run.address, (*known, run.moment)[-RUNS_AN_ADDRESS:])
    return tuple(recent.values())


def sender_state(sender: RunHistory, now: datetime) -> tuple[SenderState, datetime]:
    """Its state and since when. A stock sender is never late or silent: no news is good news."""
    if sender.settings.retired_at is not None:
        return SenderState.RETIRED, sender.settings.retired_at
    late, silent = silence_deadlines(sender)
    if silent is not None and silent <= now:
        return SenderState.SILENT, silent
    if late is not None and late <= now:
        return SenderState.LATE, late
    # While it was retired its silence counted for nothing.
    return SenderState.UP, max(sender.up_since, sender.settings.unretired_at or sender.up_since)


def silence_deadlines(sender: RunHistory) -> tuple[datetime | None, datetime | None]:
    """When it becomes late and when silent, unless it reports before; None where it never does."""
    settings = sender.settings
    if sender.kind is SenderKind.STOCK or settings.retired_at is not None:
        return None, None
    heard = max(sender.last_arrival, settings.unretired_at or sender.last_arrival)
    known = max(heard, sender.last_action_at or heard)

    def length(at: datetime) -> timedelta:
        return sender_grace_period(sender, shared=is_shared(sender, at))

    silent = max(end_of_grace_period(sender, heard, known, length), known)
    if is_shared(sender, known) and given_interval(sender) is None:
        # Its interval is unknown, so it is never late.
        return None, silent
    late = max(heard + sender_interval(sender) + LEEWAY, known)
    return min(late, silent), silent


def with_state(sender: RunHistory, now: datetime) -> RunHistory:
    """The sender with its state as of `now`."""
    state, since = sender_state(sender, now)
    return replace(sender, state=state, state_since=since)


def settings_after(settings: SenderSettings, done: PersonAction) -> SenderSettings:
    """The settings of a sender after an action."""
    match done.action:
        case SenderAction.RETIRE:
            return replace(settings, retired_at=settings.retired_at or done.at)
        case SenderAction.UNRETIRE:
            at = settings.unretired_at if settings.retired_at is None else done.at
            return replace(settings, retired_at=None, unretired_at=at)
        case SenderAction.SET_INTERVAL:
            return replace(settings, interval=done.interval)
        case IncidentAction.CLOSE:
            return settings


def show_sender(state: State) -> Sender:
    """A sender, of which at least one run is known, as pages show it."""
    history = state.sender
    assert history is not None  # noqa: S101 - see above
    late, _ = silence_deadlines(history)
    statuses = [incident.status for incident in state.incidents.values()]
    if history.settings.interval is not None:
        interval_from = "set"
    elif given_interval(history) is not None:
        interval_from = "declared"
    else:
        interval_from = "learnt" if len(history.gaps) >= GAPS_FOR_A_MEDIAN else "assumed"
    return Sender(
        state=history.state,
        state_since=history.state_since,
        kind=history.kind,
        last_run_at=history.last.at,
        last_arrival_at=history.last_arrival,
        due_at=late and late - LEEWAY,
        key=history.key,
        interval_minutes=round(sender_interval(history) / timedelta(minutes=1)),
        interval_from=interval_from,
        silences=history.silences,
        client=history.client,
        addresses=tuple(one.address for one in history.addresses),
        shared=shared_by(history, history.last.at),
        open=statuses.count(IncidentStatus.OPEN),
        unknown=statuses.count(IncidentStatus.UNKNOWN),
        ambiguous_sets=tuple(
            AmbiguousSet(one.key, one.ambiguous_until)
            for one in state.sets.values()
            if one.ambiguous_until is not None and one.is_ambiguous(history.last.at)
        ),
    )
