"""How often a sender, or the server behind a folder set, runs; and how long it may be missed."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from handlers.incidents.rules import (
    GAPS,
    GAPS_FOR_A_MEDIAN,
    GAPS_WITHIN,
    GRACE,
    LONGEST_GAP,
    SHARED_PATIENCE,
    SHORTEST_GAP,
    UNKNOWN_INTERVAL,
)
from handlers.incidents.state import Gap, Sender


def with_gap(gaps: tuple[Gap, ...], since: datetime, end: datetime) -> tuple[Gap, ...]:
    """The gaps to keep after a run; one too short or too long does not count."""
    length = end - since
    return (*gaps, Gap(end, length))[-GAPS:] if SHORTEST_GAP <= length <= LONGEST_GAP else gaps


def sender_interval(sender: Sender) -> timedelta:
    """Set by people, else declared, else learnt from its runs."""
    lengths = _recent(sender.gaps, sender.last.at)
    learnt = _median(lengths) if len(lengths) >= GAPS_FOR_A_MEDIAN else UNKNOWN_INTERVAL
    return given_interval(sender) or learnt


def set_interval(sender: Sender, gaps: Sequence[Gap], named: datetime) -> timedelta:
    """Set by people, else declared, else learnt from the runs that named the set."""
    lengths = _recent(gaps, named)
    few = len(lengths) < GAPS_FOR_A_MEDIAN
    learnt = max(lengths, default=UNKNOWN_INTERVAL) if few else _median(lengths)
    return given_interval(sender) or learnt


def sender_patience(sender: Sender, *, shared: bool) -> timedelta:
    """How long no run of it is no news. A shared one's gaps are of several servers, and teach nothing."""
    if shared and given_interval(sender) is None:
        return SHARED_PATIENCE
    return patience(sender_interval(sender))


def patience(interval: timedelta) -> timedelta:
    """Twice the interval and a little: one lost run is no news."""
    return 2 * interval + GRACE


def given_interval(sender: Sender) -> timedelta | None:
    """What need not be learnt: set by people, else declared by its last run."""
    return sender.settings.interval or sender.declared


def _recent(gaps: Sequence[Gap], last: datetime) -> list[timedelta]:
    return [gap.length for gap in gaps if gap.end - gap.length >= last - GAPS_WITHIN]


def _median(lengths: list[timedelta]) -> timedelta:
    ordered, count = sorted(lengths), len(lengths)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2
