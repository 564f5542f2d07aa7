"""Servers that run a script: what it sends, when it does, and what gets lost."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from bench.fleet.world import Breach, Folder, within
from contract.folder_key import folder_key
from handlers.incidents.proof import file_hash, kept
from handlers.incidents.runs import BreachedFolder, Listing, Run

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
LOST: Final = 0.01
"""The share of runs of which nothing comes."""
SHARE_GONE: Final = 1 / 500
"""How often a run finds a folder's share gone."""


@dataclass(frozen=True)
class Script:
    """What a script sends."""

    interval: float = 60
    heartbeats: bool = False
    lists: bool = False

    @property
    def silent_when_well(self) -> bool:
        """As the stock script is."""
        return not self.heartbeats and not self.lists


@dataclass
class Server:
    """A server."""

    folders: list[Folder]
    script: Script
    address: str
    off: list[Breach] = field(default_factory=list)
    works: tuple[int, int] = (0, 24)
    """It is on from one of these hours to the other."""

    def runs_at(self, at: float) -> bool:
        """Whether the server is on."""
        begin, end = self.works
        return begin * 60 <= at % (24 * 60) < end * 60 and within(self.off, at) is None

    def was_off(self, since: float, until: float) -> bool:
        """Whether it was off at some time between two."""
        return any(not self.runs_at(since + step) for step in range(0, int(until - since) + 1, 5))

    def runs(self, chance: random.Random, sender: str, length: float) -> Iterator[Run]:
        """What comes of its runs."""
        at = chance.uniform(0, self.script.interval)
        while at < length:
            moment = at + chance.uniform(0, 0.2)
            if self.runs_at(moment) and chance.random() >= LOST:
                run = self._run(chance, sender, moment)
                if run is not None:
                    yield run
            at += self.script.interval

    def _run(self, chance: random.Random, sender: str, at: float) -> Run | None:
        gone = {one.path for one in self.folders if chance.random() < SHARE_GONE}
        found = [(one, one.stuck(at)) for one in self.folders if one.path not in gone]
        breaches = tuple(
            BreachedFolder(
                key=folder_key(one.path),
                folder=one.path,
                sla=one.sla,
                files=len(files),
                oldest=moment_of(min(file.created for file in files)),
                hashes=kept(file_hash(file.name, str(file.created)) for file in files),
            )
            for one, files in found
            if files
        )
        if not breaches and self.script.silent_when_well:
            return None
        listing = None
        if self.script.lists:
            listing = Listing(
                read=frozenset(folder_key(one.path) for one, _ in found),
                errors=tuple(sorted((folder_key(path), "The network path was not found.") for path in gone)),
            )
        moment = moment_of(at)
        return Run(
            sender=sender,
            run_id=f"{chance.getrandbits(64):016x}",
            moment=moment,
            arrival=moment,
            breaches=tuple(sorted(breaches, key=lambda breach: breach.key)),
            listing=listing,
            has_run=self.script.lists,
            named=self.script.lists,
            address=self.address,
        )


def moment_of(minutes: float) -> datetime:
    """A time of the simulation as a moment."""
    return START + timedelta(minutes=minutes)


def minutes_of(moment: datetime) -> float:
    """The other way."""
    return (moment - START) / timedelta(minutes=1)
