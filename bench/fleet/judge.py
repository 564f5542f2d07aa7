"""What was called of a fleet against what was true of it."""

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import quantiles

from bench.fleet.called import Called, Story
from bench.fleet.servers import Server
from bench.fleet.world import Breach, joined
from contract.folder_key import folder_key
from contract.incidents import IncidentStatus

LONG_AGO = 6 * 60.0
"""An incident that lives on in a breach this long after another has carried an acknowledgement too far."""


@dataclass
class Verdict:
    """Of one fleet."""

    servers: int
    seen: int = 0
    """Breaches that a run saw."""
    unseen: int = 0
    open_after: list[float] = field(default_factory=list)
    """Minutes that a breach was called open after its end, of those that were called so at their end."""
    breach_minutes: float = 0
    """Minutes of breaches, from their first sighting on."""
    unknown_minutes: float = 0
    """Of these, those called unknown."""
    well_unknown_minutes: float = 0
    """Minutes called unknown while all was well."""
    merged: int = 0
    """Breaches taken for one before."""
    merged_long_ago: int = 0
    split: int = 0
    """Breaches told as more than one incident."""
    false_clearings: int = 0
    clearings: int = 0
    false_silences: int = 0
    true_silences: int = 0

    def after(self, percent: int) -> float:
        """A percentile of `open_after`."""
        return quantiles(self.open_after, n=100)[percent - 1] if len(self.open_after) > 1 else float("nan")

    def judge(self, servers: list[Server], story: Story, length: float) -> None:
        """Adds one sender: the servers that speak through it, and what was called of it."""
        truth: dict[str, list[Breach]] = {}
        for server in servers:
            for folder in server.folders:
                truth.setdefault(folder_key(folder.path), []).extend(folder.breaches)
        for key, breaches in truth.items():
            self._folder(joined(breaches), story.folders.get(key, []), story.sightings.get(key, []), length)
        self._silences(servers, story)

    def _folder(
        self, breaches: list[Breach], calls: list[Called], sightings: list[tuple[float, str]], length: float
    ) -> None:
        used: dict[str, float] = {}
        ends = [*(call.at for call in calls[1:]), length]
        stretches = [(call.at, end, call) for call, end in zip(calls, ends, strict=False)]
        unknown = [(begin, end) for begin, end, call in stretches if call.status is IncidentStatus.UNKNOWN]
        times = [at for at, _ in sightings]
        in_breach = 0.0
        seen = []
        for breach in breaches:
            inside = sightings[bisect_left(times, breach.begin) : bisect_left(times, breach.end)]
            if inside:
                seen.append((breach, inside))
        self.seen += len(seen)
        self.unseen += len(breaches) - len(seen)
        following = [*(breach.begin for breach, _ in seen[1:]), length]
        for (breach, inside), until in zip(seen, following, strict=False):
            ids = {incident for _, incident in inside}
            self.split += len(ids) - 1
            before = used.get(inside[0][1])
            if before is not None:
                self.merged += 1
                self.merged_long_ago += breach.begin - before > LONG_AGO
            used.update(dict.fromkeys(ids, breach.end))
            called_open = _open_at(stretches, breach.end)
            if called_open is not None and breach.end < length:
                self.open_after.append(min(called_open, until) - breach.end)
            self.breach_minutes += breach.end - inside[0][0]
            self.unknown_minutes += _overlap(unknown, inside[0][0], breach.end)
        for breach in breaches:
            in_breach += _overlap(unknown, breach.begin, breach.end)
        self.well_unknown_minutes += sum(end - begin for begin, end in unknown) - in_breach
        for call in calls:
            if call.status is IncidentStatus.CLEARED:
                self.clearings += 1
                self.false_clearings += any(one.begin <= call.at < one.end for one in breaches)

    def _silences(self, servers: list[Server], story: Story) -> None:
        for heard, called in story.silences:
            if any(server.was_off(heard, called) for server in servers):
                self.true_silences += 1
            else:
                self.false_silences += 1


def _open_at(stretches: Iterable[tuple[float, float, Called]], at: float) -> float | None:
    """Until when a folder, called open at a moment, is called so."""
    until = None
    for begin, end, call in stretches:
        if until is None:
            if begin <= at < end and call.status is IncidentStatus.OPEN:
                until = end
        elif begin == until and call.status is IncidentStatus.OPEN:
            until = end
        else:
            break
    return until


def _overlap(stretches: list[tuple[float, float]], begin: float, end: float) -> float:
    return sum(max(0.0, min(end, until) - max(begin, since)) for since, until in stretches)
