"""The truth: files come, wait and leave; the processes that take them on die and come back."""

import random
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cached_property
from typing import Final

WEEK: Final = 7 * 24 * 60.0
"""Minutes, as all times here; a simulation begins at 0."""
FILES_A_MINUTE: Final = 0.1
OUTAGE: Final = (30.0, 480.0)
BETWEEN_OUTAGES: Final = 68 * 60.0
"""On average: some eight breaches a folder in three weeks."""
TAKEN_WITHIN: Final = (0.5, 3.0)
"""How long a file waits while its process lives."""
OLD: Final = (60.0, 3 * 24 * 60.0)
"""How long before it was moved in a file was created, where it keeps its date."""


@dataclass(frozen=True)
class StuckFile:
    """A file while it is over its folder's SLA."""

    since: float
    until: float
    created: float
    name: str


@dataclass(frozen=True)
class Breach:
    """A stretch of time in which at least one file of a folder is over its SLA."""

    begin: float
    end: float


@dataclass
class Folder:
    """A folder, and all that will ever be stuck in it, in order."""

    path: str
    sla: int
    files: list[StuckFile]

    def stuck(self, at: float) -> list[StuckFile]:
        """What a script that looks at this moment finds."""
        first = bisect_left(self._since, at - OUTAGE[1] - TAKEN_WITHIN[1])
        last = bisect_right(self._since, at)
        return [file for file in self.files[first:last] if file.until > at]

    @cached_property
    def breaches(self) -> list[Breach]:
        """Of the files together."""
        return joined([Breach(file.since, file.until) for file in self.files])

    @cached_property
    def _since(self) -> list[float]:
        return [file.since for file in self.files]


def joined(breaches: list[Breach]) -> list[Breach]:
    """Those that overlap as one, in order."""
    result: list[Breach] = []
    for breach in sorted(breaches, key=lambda one: one.begin):
        if result and breach.begin <= result[-1].end:
            result[-1] = Breach(result[-1].begin, max(result[-1].end, breach.end))
        else:
            result.append(breach)
    return result


def folder(chance: random.Random, path: str, length: float, moved_in: float = 0) -> Folder:
    """A folder over a stretch of time.

    Args:
        chance: where chance comes from.
        path: its path.
        length: of the simulation.
        moved_in: the share of its files that keep a creation date of long before they came.
    """
    sla = chance.choice([20, 30, 60])
    files = []
    for span in _spans(chance, length):
        at = span.begin + chance.expovariate(FILES_A_MINUTE)
        while at < span.end:
            until = span.end if span.dead else min(at + chance.uniform(*TAKEN_WITHIN), length)
            old = chance.uniform(*OLD) if chance.random() < moved_in else 0
            since = max(at, at - old + sla)
            if since < until:
                files.append(StuckFile(since, until, at - old, f"{path}-{at:.3f}"))
            at += chance.expovariate(FILES_A_MINUTE)
    files.sort(key=lambda file: file.since)
    return Folder(path, sla, files)


def times_off(
    chance: random.Random, length: float, between: float, lasting: tuple[float, float]
) -> list[Breach]:
    """Stretches in which a server does not run."""
    found, at = [], chance.expovariate(1 / between)
    while at < length:
        end = at + chance.uniform(*lasting)
        found.append(Breach(at, end))
        at = end + chance.expovariate(1 / between)
    return found


def within(times: list[Breach], at: float) -> Breach | None:
    """The stretch that a moment lies in."""
    place = bisect_right([one.begin for one in times], at) - 1
    return times[place] if place >= 0 and at < times[place].end else None


@dataclass(frozen=True)
class _Span:
    begin: float
    end: float
    dead: bool


def _spans(chance: random.Random, length: float) -> list[_Span]:
    """When a folder's process lives, and when it is dead."""
    spans, at = [], 0.0
    while at < length:
        dies = min(at + chance.expovariate(1 / BETWEEN_OUTAGES), length)
        back = min(dies + chance.uniform(*OUTAGE), length)
        spans += [_Span(at, dies, dead=False), _Span(dies, back, dead=True)]
        at = back
    return spans
