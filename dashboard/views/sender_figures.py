"""What the page of senders computes: their table, what may be done about one, and working hours."""

from collections.abc import Iterable, Sequence
from datetime import datetime, time, timedelta
from itertools import pairwise
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.action import SenderAction
from contract.moments import HOUR, Hours, format_duration
from contract.words import SenderState
from dashboard.columns import Column, tabulate
from dashboard.figures.actions import HistoryLine
from dashboard.figures.senders import (
    KINDS,
    SenderRow,
    describe_clock,
    describe_folders,
    describe_interval,
    list_warnings,
)
from store.senders import Sender, SenderEntry, Silence

KEY: Final = Column("key")
NAME: Final = Column("name", "text", "Sender", "The account, and the script's own name.", 135, names=True)
STATE: Final = Column("state", "status", "State", None, 168)
WARNINGS: Final = Column("warnings", "text", "Warnings", "The details say what to do.", 125)
LAST_RUN_AGO: Final = Column("last_run_ago", "ago", "Last report", None, 100)
LAST_RUN_AT: Final = Column("last_run_at", "moment", "Last report at")
_DUE_EXPLAINED: Final = "By its interval. Empty for a sender without a reporting schedule."
DUE_IN: Final = Column("due_in", "due", "Next due", _DUE_EXPLAINED, 102)
COLUMNS: Final = (
    KEY,
    NAME,
    STATE,
    Column("state_since", "moment", "Since"),
    WARNINGS,
    LAST_RUN_AGO,
    LAST_RUN_AT,
    DUE_IN,
    Column("interval", "text", "Interval", None, 115),
    Column("kind", "text", "Reports", "What its reports contain; see the documentation.", 160),
    Column("open", "count", "Open", "Incidents.", 65),
    Column("unknown", "count", "Unknown", "Incidents.", 80),
    Column("folders", "text", "Folders", "How many it checks, if it reports them.", 140),
    Column("clock", "text", "Clock", "How far it is off, from two minutes.", 110),
    Column("client", "text", "Script", None, 110),
    Column("account", "text", "Account", None, 110),
    Column("addresses", "text", "Addresses", "Of the last days.", 150),
)
"""Columns of a frame of senders."""


_LEAST_SILENCES: Final = 3
"""Fewer are no habit."""
_SPREAD: Final = timedelta(hours=2)
"""By as much, the first and last reports of its days may differ."""
_DAY: Final = timedelta(days=1)
_MINUTE: Final = timedelta(minutes=1)


def propose_hours(silences: Sequence[Silence], zone: ZoneInfo) -> Hours | None:
    """The hours between silences that recur, outside which they raise no alert: such as a server's nights.

    What it reported between two silences is one day's work, which has to begin and end at about the same time
    each day. Days of which nothing is known yet are taken for days like the others.

    Args:
        silences: those of the last days, oldest first.
        zone: the hours are given on its clocks.
    """
    works = [
        (one.until.astimezone(zone), following.since.astimezone(zone))
        for one, following in pairwise(silences)
        if following.since - one.until < _DAY
    ]
    if len(silences) < _LEAST_SILENCES or len(works) < _LEAST_SILENCES - 1:
        return None
    begin, spread = _find_common([start for start, _ in works])
    end, spread_of_ends = _find_common([end for _, end in works])
    if max(spread, spread_of_ends) > _SPREAD:
        return None
    # Whole hours around what was seen: a run that comes a little early or late is expected too.
    first = begin // HOUR
    last = -((begin + _length(begin, end) + spread_of_ends) // -HOUR)
    if last - first >= 24:
        return None
    days = _find_days(silences, works, zone)
    return Hours(days=days, start=time(first % 24), end=time(last % 24), zone=zone.key)


def _find_common(moments: Sequence[datetime]) -> tuple[timedelta, timedelta]:
    """The earliest time of day of these, on a clock without a midnight, and by how much they differ."""
    times = sorted({timedelta(hours=at.hour, minutes=at.minute) for at in moments})
    # The widest gap between two of them is where none is: the first after it is the earliest.
    gaps = [(_length(one, following), following) for one, following in pairwise([*times, times[0]])]
    widest, earliest = max(gaps, key=lambda gap: gap[0] or _DAY)
    return earliest, _DAY - (widest or _DAY)


def _length(start: timedelta, end: timedelta) -> timedelta:
    """From one time of day to the next that is another."""
    return (end - start) % _DAY


def _find_days(
    silences: Sequence[Silence], works: Sequence[tuple[datetime, datetime]], zone: ZoneInfo
) -> frozenset[int]:
    seen = {start.weekday() for start, _ in works}
    first, last = silences[0].since.astimezone(zone), silences[-1].until.astimezone(zone)
    seen |= {first.weekday(), last.weekday()}
    if last - first < 7 * _DAY:
        known = {(first + number * _DAY).weekday() for number in range((last.date() - first.date()).days + 1)}
        seen |= set(range(7)) - known
    return frozenset(seen)


LABELS: Final = {
    SenderAction.RETIRE: "Retire",
    SenderAction.UNRETIRE: "Un-retire",
    SenderAction.SET_INTERVAL: "Set interval",
}
EXPLANATIONS: Final = {
    SenderAction.UNRETIRE: "It is not gone after all. Its next report is expected from now.",
    SenderAction.RETIRE: "Gone for good. Its unknown incidents are closed. A new report brings it back.",
    SenderAction.SET_INTERVAL: "How often it reports. This replaces the interval that its script declares.",
}


def list_possible(sender: Sender) -> list[SenderAction]:
    """What means anything for a sender, in the order in which it is offered."""
    retired = sender.state is SenderState.RETIRED
    left_out = SenderAction.RETIRE if retired else SenderAction.UNRETIRE
    return [action for action in SenderAction if action is not left_out]


def list_lines(actions: Iterable[SenderEntry]) -> list[HistoryLine]:
    """What people did, as lines of a history."""
    return [
        HistoryLine(
            at=one.at, who=one.by, what=describe_action(one.action, one.interval_minutes), note=one.note
        )
        for one in actions
    ]


def describe_action(action: str, interval_minutes: int | None) -> str:
    """What somebody did, as the rest of a sentence that begins with who; the action's own word if unknown."""
    interval = f"set its interval to {format_duration(float(interval_minutes or 0))}"
    known: dict[str, str] = {
        SenderAction.RETIRE: "retired it",
        SenderAction.UNRETIRE: "un-retired it",
        SenderAction.SET_INTERVAL: "removed its interval" if interval_minutes is None else interval,
        "close": "closed an incident of it",
    }
    return known.get(action, action.replace("_", " "))


def tabulate_senders(known: Sequence[SenderRow], now: datetime, zone: ZoneInfo) -> pd.DataFrame:
    """`COLUMNS` of these senders, in their order."""
    return tabulate([_list_values(one, now, zone) for one in known], COLUMNS)


def _list_values(one: SenderRow, now: datetime, zone: ZoneInfo) -> dict[str, Any]:
    sender, refusal = one.sender, one.refusal
    standing, since, _, _ = one.stand(now)
    values = {
        "key": one.key,
        "name": one.name,
        "state": standing,
        "state_since": since,
        "warnings": ", ".join(warning.name for warning in list_warnings(one, now, zone)),
    }
    if sender is None:
        known = {"account": refusal.reported_by, "addresses": refusal.address} if refusal else {}
        return {**values, "open": 0, "unknown": 0, **known}
    return values | {
        "last_run_ago": (now - sender.last_run_at) / _MINUTE,
        "last_run_at": sender.last_run_at,
        "due_in": (sender.due_at - now) / _MINUTE if sender.due_at else None,
        "interval": describe_interval(sender),
        "kind": KINDS[sender.kind],
        "open": sender.open,
        "unknown": sender.unknown,
        "folders": describe_folders(sender),
        "clock": describe_clock(sender),
        "client": sender.client or "",
        "account": sender.reported_by,
        "addresses": ", ".join(sender.addresses),
    }
