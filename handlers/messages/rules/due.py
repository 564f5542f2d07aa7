"""When what waits to be said is due."""

from datetime import datetime

from contract.words import ENDS
from handlers.messages.message import Recipient
from handlers.messages.rules.limits import (
    BEGINNING_AT_MOST,
    BEGINNING_GAP,
    CHANGE_AT_MOST,
    CHANGE_GAP,
    SETTLED,
)
from handlers.messages.rules.told import Pending
from handlers.messages.rules.truth import BEGINNINGS


def ready_at(recipient: Recipient, pending: Pending) -> datetime:
    """From when on it goes along with whatever is due."""
    if pending.retry_at is not None:
        return pending.retry_at
    if pending.kind in ENDS:
        return pending.noticed
    if recipient.after is not None and pending.kind in BEGINNINGS:
        return pending.noticed + max(recipient.after, SETTLED)
    return pending.noticed + SETTLED


def due_at(recipient: Recipient, pending: Pending, last: datetime | None) -> datetime:
    """When it is said, with whatever else is ready then.

    What was ready at the last message and did not go along has waited for others already: it did not fit in.

    Args:
        recipient: to whom.
        pending: what waits.
        last: when anything was said to the recipient before.
    """
    ready = ready_at(recipient, pending)
    if pending.retry_at is not None or last is None or ready <= last:
        return ready
    if pending.kind in BEGINNINGS:
        return max(ready, min(last + BEGINNING_GAP, ready + BEGINNING_AT_MOST))
    return max(ready, min(last + CHANGE_GAP, pending.noticed + CHANGE_AT_MOST))
