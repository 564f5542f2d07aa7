"""A believable past: what a server's script would have reported in a week."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from contract.moments import HOUR, start_of_hour
from contract.report import ListedFolder, Report, ReportedFolder, ReportedRun, StuckFile
from local.demo.servers import Habit, Sends, Server

HISTORY: Final = timedelta(days=7)
CLIENT: Final = "FileSlaDemo/1.0"
_MINUTE: Final = timedelta(minutes=1)
_APART: Final = 3 * HOUR
_JITTER_SECONDS: Final = 4
"""A task does not start to the second."""


class _Stay(NamedTuple):
    """A file in a folder, from its creation until something moves it on."""

    folder: str
    file: StuckFile
    ends: datetime | None
    """None: it still waits."""


@dataclass(frozen=True)
class Story:
    """A server's last week."""

    server: Server
    now: datetime
    """When its last report comes, if one does."""
    stays: tuple[_Stay, ...]
    moments: tuple[datetime, ...]
    """Of its runs before now, in order."""

    @classmethod
    def imagine(cls, server: Server, now: datetime, seed: int = 7) -> Self:
        """Makes up a week. The same seed gives the same one; `now` is aware."""
        chance = random.Random(f"{seed} {server.name}")  # noqa: S311 - a story, not a secret
        last = now - (server.unheard_for or server.interval)
        moments = tuple(_count_back(last, now - HISTORY, server.interval, chance))[::-1]
        waiting = [
            _Stay(
                file.folder,
                StuckFile.model_construct(filename=file.filename, creation_date=now - file.age),
                ends=None,
            )
            for file in server.waiting
        ]
        past = [
            stay
            for habit in server.habits
            for stay in _imagine_stays(habit, start_of_hour(now - HISTORY), now, chance)
            if _is_over(stay, waiting, last)
        ]
        return cls(server, now, (*past, *waiting), moments)

    def reports(self) -> Iterator[tuple[datetime, Report]]:
        """The reports of its runs before now with their moments, the oldest first."""
        for moment in self.moments:
            report = self.report(moment)
            if report.sla_error or self.server.sends is not Sends.NOTHING:
                yield moment, report

    def report(self, at: datetime) -> Report:
        """What its script finds at a moment."""
        unreadable = self.server.unreadable
        if unreadable is not None and at <= self.now - unreadable.lasts:
            unreadable = None
        breaches, listed = [], []
        for habit in self.server.habits:
            if unreadable is not None and habit.folder == unreadable.folder:
                listed.append(
                    ListedFolder.model_construct(folder=habit.folder, sla=habit.sla, error=unreadable.error)
                )
                continue
            files = [
                stay.file
                for stay in self.stays
                if stay.folder == habit.folder
                and stay.file.creation_date < at
                and (stay.ends is None or at < stay.ends)
            ]
            listed.append(
                ListedFolder.model_construct(
                    folder=habit.folder,
                    sla=habit.sla,
                    file_count=len(files),
                    oldest_creation=min((file.creation_date for file in files), default=None),
                )
            )
            if stuck := [file for file in files if file.creation_date + habit.sla * _MINUTE < at]:
                breaches.append(
                    ReportedFolder.model_construct(folder=habit.folder, sla=habit.sla, files=stuck)
                )
        if self.server.sends is Sends.NOTHING:
            return Report.model_construct(sla_error=breaches, run=None)
        run = ReportedRun.model_construct(
            client=CLIENT,
            interval_minutes=self.server.interval // _MINUTE,
            folders=listed if self.server.sends is Sends.LISTS else None,
        )
        return Report.model_construct(sla_error=breaches, run=run)


def _is_over(stay: _Stay, waiting: Iterable[_Stay], last: datetime) -> bool:
    """Whether a file moved on long before the end, so that what is stuck then is a breach of its own."""
    begun = (one.file.creation_date for one in waiting if one.folder == stay.folder)
    return stay.ends is not None and stay.ends < min(begun, default=last) - _APART


def _count_back(
    last: datetime, until: datetime, interval: timedelta, chance: random.Random
) -> Iterator[datetime]:
    moment = last
    while moment > until:
        yield moment + timedelta(seconds=chance.uniform(0, _JITTER_SECONDS))
        moment -= interval


def _imagine_stays(habit: Habit, start: datetime, until: datetime, chance: random.Random) -> Iterator[_Stay]:
    busy_hours = range(5) if habit.nightly else range(7, 19)
    number = chance.randrange(20_000)
    hour = start
    while hour < until:
        number += chance.randrange(1, 40)
        if hour.hour in busy_hours and chance.random() < habit.sticks_per_day / len(busy_hours):
            created = hour + chance.random() * HOUR
            overdue = chance.expovariate(1 / habit.stuck_for.total_seconds())
            ends = created + habit.sla * _MINUTE + timedelta(seconds=overdue)
            # One cause often holds up several files.
            for sibling in range(1 + int(chance.expovariate(1.2))):
                file = StuckFile.model_construct(
                    filename=habit.filename.format(number + sibling),
                    creation_date=(created + sibling * _MINUTE).replace(microsecond=0),
                )
                yield _Stay(habit.folder, file, ends)
        hour += HOUR
