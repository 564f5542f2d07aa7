"""What is known of a sender, in a few words each."""

from datetime import datetime, timedelta
from typing import Final

from contract.moments import format_duration
from contract.words import SenderKind, SenderState
from dashboard.data.sender import Sender

# Never by colour alone: each state has a sign of its own.
STATES: Final = {
    SenderState.SILENT: "▲ Silent",
    SenderState.LATE: "△ Late",
    SenderState.UP: "✓ Up",
    SenderState.PAUSED: "‖ Paused",
    SenderState.RETIRED: "- Retired",
}
"""In the order in which they matter."""
REFUSED: Final = "✕ Refused"
"""The state of one whose reports were all refused."""
KINDS: Final = {
    SenderKind.LISTING: "sends lists",
    SenderKind.REGULAR: "reports each run",
    SenderKind.STOCK: "only when something is stuck",
}
KIND_EXPLANATIONS: Final = {
    SenderKind.LISTING: "each report says of every folder how it is",
    SenderKind.REGULAR: "it also reports when nothing is stuck, so its silence is noticed",
    SenderKind.STOCK: "it says nothing when all is well, so nobody can tell its silence from good news",
}
_INTERVALS: Final = {
    "set": "set by hand",
    "declared": "declared",
    "learnt": "learnt",
    "assumed": "assumed",
}
_TOLD_SKEW: Final = timedelta(minutes=2)
"""A clock that is off by less does no harm."""


def describe_interval(sender: Sender) -> str:
    """How often it reports, and how that is known."""
    source = _INTERVALS.get(sender.interval_from, sender.interval_from)
    return f"{format_duration(float(sender.interval_minutes))}, {source}"


def describe_due(sender: Sender, now: datetime) -> str:
    """When its next report is due, or why none is."""
    match sender.state:
        case SenderState.PAUSED:
            return "not while it is paused"
        case SenderState.RETIRED:
            return "not any more: it is retired"
    if sender.due_at is None:
        return "never: it speaks only when something is stuck, or its interval cannot be told"
    left = sender.due_at - now
    return f"in {format_duration(left)}" if left >= timedelta() else f"{format_duration(-left)} late"


def describe_clock(sender: Sender) -> str:
    """By how much its clock is wrong; nothing where that is little or not known."""
    skew = timedelta(seconds=sender.clock_skew_seconds or 0)
    if abs(skew) < _TOLD_SKEW:
        return ""
    return f"{format_duration(abs(skew))} {'behind' if skew > timedelta() else 'ahead'}"


def describe_folders(sender: Sender) -> str:
    """How many folders it watches, and how many of them it cannot read; nothing where it sends no list."""
    if sender.watched is None:
        return ""
    return (
        f"{sender.watched:,}, {sender.unreadable:,} unreadable"
        if sender.unreadable
        else f"{sender.watched:,}"
    )
