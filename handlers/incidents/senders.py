"""What a run makes of its sender: everything but its folders."""

from dataclasses import replace
from datetime import datetime

from contract.words import SenderState
from handlers.incidents import kinds
from handlers.incidents.intervals import with_gap
from handlers.incidents.life import life, with_life
from handlers.incidents.rules import (
    EMPTIES_FOR_REGULAR,
    SILENCES_KEPT,
    SILENCES_WITHIN,
    STRIKES_WITHIN,
    STRUCK_AS_SHARED_FOR,
)
from handlers.incidents.runs import Run
from handlers.incidents.state import Sender, Settings, Silence


def first_known(run: Run, settings: Settings, regular_at: datetime | None) -> Sender:
    """A sender at its first run.

    Args:
        run: the run.
        settings: what people set before any run that is still kept.
        regular_at: when a run, no longer kept, last showed it to be a regular one.
    """
    sender = Sender(
        key=run.sender,
        last=run.stamp,
        last_arrival=run.arrival,
        up_since=run.arrival,
        state_since=run.arrival,
        kind_since=run.moment,
        regular_at=regular_at,
        settings=settings,
    )
    return after(replace(sender, kind=kinds.kind_after(run, regular_at)), run, struck=False, speaks=run.empty)


def after(sender: Sender, run: Run, *, struck: bool, speaks: bool) -> Sender:
    """A sender after a run.

    Args:
        sender: as it was before.
        run: the run.
        struck: whether it shows that an empty run of the sender had cleared what was stuck.
        speaks: whether the run is empty and means every folder.
    """
    first = sender.last == run.stamp
    regular = kinds.makes_regular(run, sender.empties)
    regular_at = run.moment if regular else sender.regular_at
    kind = kinds.kind_after(run, regular_at)
    addresses = kinds.with_address(sender.addresses, run)
    listed = run.complete and run.listing is not None
    heard = max(sender.last_arrival, run.arrival)
    was = life(sender, heard)[0]
    up = was in (SenderState.UP, SenderState.PAUSED)
    twice = struck and sender.struck_at is not None and run.moment - sender.struck_at <= STRIKES_WITHIN
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
        mixed_addresses=kinds.several(addresses, run.moment),
        struck_at=run.moment if struck else sender.struck_at,
        struck_until=run.moment + STRUCK_AS_SHARED_FOR if twice else sender.struck_until,
        declared=run.interval,
        gaps=sender.gaps if first else with_gap(sender.gaps, sender.last.at, run.moment),
        silences=_with_silence(sender, heard) if was is SenderState.SILENT else sender.silences,
        client=run.client or sender.client,
        skew=run.skew,
        settings=replace(sender.settings, retired_at=None),
    )
    return with_life(known, heard)


def _with_silence(sender: Sender, heard: datetime) -> tuple[Silence, ...]:
    silences = (*sender.silences, Silence(sender.last_arrival, heard))
    return tuple(one for one in silences if heard - one.until <= SILENCES_WITHIN)[-SILENCES_KEPT:]
