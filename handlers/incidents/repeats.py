"""The run that says what the one before it said: nearly every run there is.

Such a run changes its sender alone, and the sender alone tells whether a run is such a run: neither
sets nor incidents need be read. The test errs towards reading them.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from contract.folders import set_key
from handlers.incidents import senders
from handlers.incidents.deadlines import Deadlines
from handlers.incidents.intervals import given_interval, patience
from handlers.incidents.kinds import shared
from handlers.incidents.life import deadlines as life_deadlines
from handlers.incidents.rules import SHORTEST_GAP, UNKNOWN_INTERVAL
from handlers.incidents.runs import Run
from handlers.incidents.state import Incident, Sender, State


def repeated(sender: Sender, run: Run) -> Sender | None:
    """The sender after a run that changes nothing else; None where it may, or is not the next run."""
    if run.stamp <= sender.last or sender.content is None or run.content != sender.content:
        return None
    if sender.acted_at is not None and run.moment <= sender.acted_at:
        return None
    if sender.rests_until is not None and run.moment >= sender.rests_until:
        return None
    gap = run.moment - sender.last.at
    least = sender.least_patience
    if least is not None:
        if gap >= least:
            return None
        if gap >= SHORTEST_GAP and patience(gap) < least and given_interval(sender) is None:
            # It teaches an interval shorter than any that the rest was reckoned with.
            if sender.rests_until is not None:
                return None
            least = patience(gap)
    is_shared = shared(sender, run.moment)
    after = senders.after(sender, run, struck=False, speaks=run.empty and not is_shared)
    same = (
        after.kind is sender.kind
        and given_interval(after) == given_interval(sender)
        and is_shared == shared(sender, sender.last.at) == shared(after, run.moment)
        and sender.settings.retired_at is None
    )
    return replace(after, least_patience=least) if same else None


def wakes_at(sender: Sender) -> datetime | None:
    """When time alone may change something next, told from the sender alone; the state may say: later."""
    due = [at for at in life_deadlines(sender) if at is not None]
    if sender.rests_until is not None:
        due.append(sender.rests_until)
    if sender.least_patience is not None:
        due.append(sender.last.at + sender.least_patience)
    return min(due, default=None)


def with_rest(state: State, run: Run) -> Sender:
    """The sender of a state that a run has just left, with what `repeated` needs to know of it."""
    sender = state.sender
    assert sender is not None  # noqa: S101 - a run has a sender
    breached = frozenset(breach.key for breach in run.breaches)
    live = [incident for incident in state.incidents.values() if incident.live]
    put_off = [one for one in live if one.key in breached or run.listing is not None]
    others = [one for one in live if one.key not in breached and run.listing is None]
    deadlines = Deadlines(sender, state.sets)
    due = [at for at in (deadlines.due(one) for one in others) if at is not None]
    least = _least_patience(state, live)
    # With the least patience that more runs may teach.
    due.extend(one.seen.at + least for one in others)
    return replace(
        sender,
        content=run.content if _may_be_repeated(state, run, others) else None,
        told=run.stamp,
        rests_until=min(due, default=None),
        least_patience=least if put_off or others else None,
    )


def _may_be_repeated(state: State, run: Run, others: list[Incident]) -> bool:
    if not run.complete or not all(breach.hashes for breach in run.breaches):
        return False
    if run.empty and others:
        # What a mixed-up set or a shared sender keeps alive is cleared by an empty run some day.
        return False
    named = {set_key(breach.key) for breach in run.breaches}
    return not any(state.sets[key].mixed_up(run.moment) for key in named)


def _least_patience(state: State, live: list[Incident]) -> timedelta:
    """No patience is shorter, now or after more runs with gaps that are no shorter than those known."""
    sender = state.sender
    assert sender is not None  # noqa: S101 - a run has a sender
    given = given_interval(sender)
    if given is not None:
        return patience(given)
    sets = {key for key in (set_key(one.key) for one in live) if key in state.sets}
    gaps = [gap.length for gap in sender.gaps]
    gaps.extend(gap.length for key in sets for gap in state.sets[key].gaps)
    return patience(min((*gaps, UNKNOWN_INTERVAL)))
