"""Whether a sender speaks."""

from dataclasses import replace
from datetime import datetime

from contract.words import SenderKind, SenderState
from handlers.incidents.hours import over
from handlers.incidents.intervals import given_interval, sender_interval, sender_patience
from handlers.incidents.kinds import shared
from handlers.incidents.rules import GRACE
from handlers.incidents.state import Sender


def life(sender: Sender, now: datetime) -> tuple[SenderState, datetime]:
    """How it is, and since when. A stock sender says nothing when all is well: it is never late or silent."""
    if sender.settings.retired_at is not None:
        return SenderState.RETIRED, sender.settings.retired_at
    if sender.settings.paused_at is not None:
        return SenderState.PAUSED, sender.settings.paused_at
    late, silent = deadlines(sender)
    if silent is not None and silent <= now:
        return SenderState.SILENT, silent
    if late is not None and late <= now:
        return SenderState.LATE, late
    # Before it was resumed nobody judged it.
    return SenderState.UP, max(sender.up_since, sender.settings.resumed_at or sender.up_since)


def deadlines(sender: Sender) -> tuple[datetime | None, datetime | None]:
    """When it is late and when it is silent, unless it is heard of before; None where it never is."""
    settings = sender.settings
    if sender.kind is SenderKind.STOCK or settings.paused_at is not None or settings.retired_at is not None:
        return None, None
    heard = max(sender.last_arrival, settings.resumed_at or sender.last_arrival)
    known = max(heard, sender.acted_at or heard)
    mark = shared(sender, known)
    silent = over(heard, sender_patience(sender, shared=mark), settings.hours)
    # Taken for shared for a time that ends by itself: what falls due later is judged without.
    until = sender.struck_until
    if until is not None and known < until <= silent:
        plain = sender_patience(sender, shared=shared(sender, until))
        silent = max(until, over(heard, plain, settings.hours))
    silent = max(silent, known)
    if mark and given_interval(sender) is None:
        # What its interval is cannot be told, so it is never late.
        return None, silent
    late = max(over(heard, sender_interval(sender) + GRACE, settings.hours), known)
    return min(late, silent), silent


def with_life(sender: Sender, now: datetime) -> Sender:
    """The sender with its state as of `now`."""
    state, since = life(sender, now)
    return replace(sender, state=state, state_since=since)
