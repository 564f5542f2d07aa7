"""Whether reports come when they are due."""

from collections.abc import Iterable
from datetime import datetime

from contract.moments import format_duration
from contract.words import SenderState
from dashboard.data.sender import Sender


def describe_punctuality(senders: Iterable[Sender], now: datetime) -> str:
    """Whether the next report is late, in a few words that go on after when the last one came."""
    live = [one for one in senders if one.state is not SenderState.RETIRED and one.due_at is not None]
    if not live:
        return "none is due at any time"
    late = [one for one in live if one.state in (SenderState.LATE, SenderState.SILENT)]
    if late:
        return f"{len(late):,} of {len(live):,} senders late"
    due = min(one.due_at for one in live if one.due_at)
    return f"on time, the next due {f'in {format_duration(due - now)}' if due > now else 'now'}"
