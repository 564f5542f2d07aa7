"""What kind of sender a run leaves behind, and whether several servers speak through one."""

from datetime import datetime

from contract.words import SenderKind
from handlers.incidents.rules import (
    ADDRESSES_FOR_SHARED,
    ADDRESSES_KEPT,
    ADDRESSES_WITHIN,
    EMPTIES_FOR_REGULAR,
    EMPTIES_WITHIN,
    REGULAR_FOR,
    RUNS_AN_ADDRESS,
)
from handlers.incidents.runs import Run
from handlers.incidents.state import Address, Sender


def shared(sender: Sender, at: datetime) -> bool:
    """Whether several servers are taken to speak through it."""
    struck = sender.struck_until is not None and at < sender.struck_until
    return struck or (sender.mixed_addresses and not sender.named)


def makes_regular(run: Run, empties: tuple[datetime, ...]) -> bool:
    """Whether a run shows that its sender speaks when nothing is stuck; `empties` are those before it."""
    if run.has_run:
        return True
    earlier = empties[-(EMPTIES_FOR_REGULAR - 1) :]
    return run.empty and len(earlier) == EMPTIES_FOR_REGULAR - 1 and run.moment - earlier[0] <= EMPTIES_WITHIN


def kind_after(run: Run, regular_at: datetime | None) -> SenderKind:
    """The kind of the sender of this run, its latest."""
    if run.listing is not None:
        return SenderKind.LISTING
    if regular_at is not None and run.moment - regular_at <= REGULAR_FOR:
        return SenderKind.REGULAR
    return SenderKind.STOCK


def with_address(addresses: tuple[Address, ...], run: Run) -> tuple[Address, ...]:
    """The source addresses of the last days, this run's included while there is room."""
    since = run.moment - ADDRESSES_WITHIN
    recent = {entry.address: entry for entry in addresses if entry.runs[-1] >= since}
    if run.address is not None and (run.address in recent or len(recent) < ADDRESSES_KEPT):
        known = recent[run.address].runs if run.address in recent else ()
        recent[run.address] = Address(run.address, (*known, run.moment)[-RUNS_AN_ADDRESS:])
    return tuple(recent.values())


def several(addresses: tuple[Address, ...], at: datetime) -> bool:
    """Whether several addresses are each seen often enough to be a server, not a server that moved."""
    since = at - ADDRESSES_WITHIN
    often = [entry for entry in addresses if len(entry.runs) == RUNS_AN_ADDRESS and entry.runs[0] >= since]
    return len(often) >= ADDRESSES_FOR_SHARED
