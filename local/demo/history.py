"""A believable past: what a server's script would have reported in a week."""

import random
from collections.abc import Iterator
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
_UNREADABLE: Final = 5 * HOUR
"""How long access to a folder has been denied."""


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
        runs = range((last - (now - HISTORY)) // server.interval, -1, -1)
        moments = tuple(
            last - number * server.interval + timedelta(seconds=chance.uniform(0, _JITTER_SECONDS))
            for number in runs
        )
        waiting = [_Stay(one.folder, _file(one.filename, now - one.age), ends=None) for one in server.waiting]
        # What stuck before moved on long before the end, so that what is stuck then is a breach of its own.
        newest_first = sorted(waiting, key=lambda one: one.file.creation_date, reverse=True)
        begun = {one.folder: one.file.creation_date for one in newest_first}
        past = [
            stay
            for habit in server.habits
            for stay in _imagine_stays(habit, start_of_hour(now - HISTORY), now, chance)
            if stay.ends and stay.ends < begun.get(stay.folder, last) - _APART
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
        breaches, listed = [], []
        for folder, sla in ((habit.folder, habit.sla) for habit in self.server.habits):
            if folder == self.server.unreadable and at > self.now - _UNREADABLE:
                listed.append(ListedFolder.model_construct(folder=folder, sla=sla, error="Access is denied."))
                continue
            files = [
                stay.file
                for stay in self.stays
                if stay.folder == folder
                and stay.file.creation_date < at
                and (stay.ends is None or at < stay.ends)
            ]
            oldest = min((file.creation_date for file in files), default=None)
            listed.append(
                ListedFolder.model_construct(
                    folder=folder, sla=sla, file_count=len(files), oldest_creation=oldest
                )
            )
            if stuck := [file for file in files if file.creation_date + sla * _MINUTE < at]:
                breaches.append(ReportedFolder.model_construct(folder=folder, sla=sla, files=stuck))
        if self.server.sends is Sends.NOTHING:
            return Report.model_construct(sla_error=breaches, run=None)
        run = ReportedRun.model_construct(
            client=CLIENT,
            interval_minutes=self.server.interval // _MINUTE,
            folders=listed if self.server.sends is Sends.LISTS else None,
        )
        return Report.model_construct(sla_error=breaches, run=run)


def _file(name: str, created: datetime) -> StuckFile:
    return StuckFile.model_construct(filename=name, creation_date=created)


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
                appeared = (created + sibling * _MINUTE).replace(microsecond=0)
                file = _file(habit.filename.format(number + sibling), appeared)
                yield _Stay(habit.folder, file, ends)
        hour += HOUR
