"""A run as the rules see it, and how the items that tell of one run become it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from operator import attrgetter

from handlers.incidents.proof import kept
from handlers.incidents.stamp import Stamp
from store.runs import SAME_RUN


@dataclass(frozen=True, kw_only=True)
class BreachedFolder:
    """A folder of `sla_error`."""

    key: str
    """From `folder_key`."""
    folder: str
    """As it was spelt."""
    sla: int
    """Minutes."""
    files: int
    """How many are stuck."""
    oldest: datetime | None
    """The oldest plausible creation date of them, by the sender's clock; None where none is plausible."""
    hashes: tuple[str, ...]
    """Of the stuck files, from `kept`."""


@dataclass(frozen=True, kw_only=True)
class Listing:
    """`run.folders`: every folder that the run looked at."""

    read: frozenset[str] = frozenset()
    """Keys of the folders that could be read."""
    errors: tuple[tuple[str, str], ...] = ()
    """Keys of those that could not, with what the system said; sorted."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """One execution of a script, as its report, or the parts of its report that came, tell it."""

    sender: str
    """The sender's key."""
    run_id: str
    moment: datetime
    arrival: datetime
    breaches: tuple[BreachedFolder, ...] = ()
    """One a folder, sorted by key."""
    listing: Listing | None = None
    """None where the report has no `run.folders`."""
    has_run: bool = False
    """Whether the report has a `run` at all."""
    named: bool = False
    """Whether it has a `run.sender`."""
    interval: timedelta | None = None
    """`run.interval_minutes`."""
    skew: timedelta = timedelta(0)
    """Arrival less `sent_at`: what the sender's clock is behind; nothing where `sent_at` is not sent."""
    client: str | None = None
    address: str | None = None
    """Where the report came from."""
    part: int = 1
    parts: int = 1
    """Of how many requests it is made."""
    piece: int = 1
    pieces: int = 1
    """In how many items the part is stored."""
    came: frozenset[int] | None = None
    """Which parts of this run came as a whole; None: it is an item, not yet put together."""

    @property
    def complete(self) -> bool:
        """Whether every part of it came. Only then what it does not say means anything."""
        if self.came is None:
            return self.parts == self.pieces == 1
        return len(self.came) >= self.parts

    @property
    def empty(self) -> bool:
        """Whether nothing was stuck."""
        return self.complete and not self.breaches

    @property
    def stamp(self) -> Stamp:
        """Its place in the order of runs."""
        return Stamp(self.moment, self.run_id, self.arrival)


def by_key(breaches: Iterable[BreachedFolder]) -> tuple[BreachedFolder, ...]:
    """One a folder, sorted by key: of a folder that is there twice, files together and the smaller SLA."""
    ordered = sorted(breaches, key=attrgetter("key"))
    return tuple(_as_one(list(same)) for _, same in groupby(ordered, key=attrgetter("key")))


def merged(items: Iterable[Run], now: datetime | None = None) -> list[Run]:
    """The runs that these items of one sender tell of, in order.

    Items with one run id within ten minutes are one run, dated by the first: a retry, or its
    parts. A run that lacks parts is left out as long as they may still come, seen from `now`.
    """
    ordered = sorted(items, key=lambda item: (item.run_id, item.moment, item.part, item.piece, item.arrival))
    runs: list[Run] = []
    for _, same in groupby(ordered, key=attrgetter("run_id")):
        group: list[Run] = []
        for item in same:
            if group and item.moment - group[0].moment > SAME_RUN:
                runs.append(_one_run(group))
                group = []
            group.append(item)
        runs.append(_one_run(group))
    settled = (run for run in runs if run.complete or now is None or now - run.moment > SAME_RUN)
    return sorted(settled, key=attrgetter("stamp"))


def _one_run(items: list[Run]) -> Run:
    parts = list({(item.part, item.piece): item for item in reversed(items)}.values())
    lists = [part.listing for part in parts if part.listing is not None]
    errors = {key: text for listing in lists for key, text in listing.errors}
    # What one part could read and another could not is not known to be well.
    read = frozenset(key for listing in lists for key in listing.read).difference(errors)
    return replace(
        items[0],
        arrival=max(item.arrival for item in items),
        breaches=by_key(breach for part in parts for breach in part.breaches),
        listing=Listing(read=read, errors=tuple(sorted(errors.items()))) if lists else None,
        came=frozenset(part for part, pieces in _pieces(parts).items() if len(pieces) >= pieces[0].pieces),
    )


def _pieces(items: Iterable[Run]) -> dict[int, list[Run]]:
    """The items by their part."""
    by_part: dict[int, list[Run]] = {}
    for item in items:
        by_part.setdefault(item.part, []).append(item)
    return by_part


def _as_one(same: list[BreachedFolder]) -> BreachedFolder:
    if len(same) == 1:
        return same[0]
    return replace(
        same[-1],
        sla=min(breach.sla for breach in same),
        files=sum(breach.files for breach in same),
        oldest=min((breach.oldest for breach in same if breach.oldest is not None), default=None),
        hashes=kept(file for breach in same for file in breach.hashes),
    )
