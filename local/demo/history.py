"""A believable past: what a server's script would have reported in a week."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from contract.moments import HOUR, start_of_hour
from contract.report import ListedFolder, Report, ReportedFolder, ReportedRun, StuckFile
from local.demo.servers import Habit, Server, Tells, WaitingFile

HISTORY: Final = timedelta(days=7)
CLIENT: Final = "FileSlaDemo/1.0"
_MINUTE: Final = timedelta(minutes=1)
_APART: Final = 3 * HOUR
_JITTER_SECONDS: Final = 4
"""A task does not start to the second."""


class _Spell(NamedTuple):
    """A file, from its creation until something moves it on."""

    folder: str
    file: StuckFile
    ends: datetime | None
    """None: it waits to this moment."""


@dataclass(frozen=True)
class Story:
    """A server's last week."""

    server: Server
    now: datetime
    """When its last report comes, where one does."""
    spells: tuple[_Spell, ...]
    moments: tuple[datetime, ...]
    """Of its runs before now, in order."""

    @classmethod
    def imagine(cls, server: Server, now: datetime, seed: int = 7) -> Self:
        """The same seed tells the same story; `now` is aware."""
        chance = random.Random(f"{seed} {server.name}")  # noqa: S311 - a story, not a secret
        last = now - (server.unheard_for or server.interval)
        moments = tuple(_count_back(last, now - HISTORY, server.interval, chance))[::-1]
        waiting = [_wait(file, now) for file in server.waiting]
        spells = [
            spell
            for habit in server.habits
            for spell in _imagine_spells(habit, start_of_hour(now - HISTORY), now, chance)
            if _is_over(spell, waiting, last)
        ]
        return cls(server, now, (*spells, *waiting), moments)

    def reports(self) -> Iterator[tuple[datetime, Report]]:
        """What came of its runs before now, each with its moment, the oldest first."""
        for moment in self.moments:
            report = self.report(moment)
            if report.sla_error or self.server.tells is not Tells.NOTHING:
                yield moment, report

    def report(self, at: datetime) -> Report:
        """What its script finds at a moment."""
        gone = self.server.unreadable
        lost = gone.folder if gone is not None and at > self.now - gone.lasts else None
        breaches = []
        for habit in self.server.habits:
            files = self._stuck(habit, at)
            if files and habit.folder != lost:
                breaches.append(
                    ReportedFolder.model_construct(folder=habit.folder, sla=habit.sla, files=files)
                )
        return Report.model_construct(sla_error=breaches, run=self._run(at, lost))

    def _stuck(self, habit: Habit, at: datetime) -> list[StuckFile]:
        return [
            spell.file
            for spell in self.spells
            if spell.folder == habit.folder
            and spell.file.creation_date + habit.sla * _MINUTE < at
            and (spell.ends is None or at < spell.ends)
        ]

    def _run(self, at: datetime, lost: str | None) -> ReportedRun | None:
        if self.server.tells is Tells.NOTHING:
            return None
        return ReportedRun.model_construct(
            client=CLIENT,
            interval_minutes=self.server.interval // _MINUTE,
            folders=[self._listed(habit, at, lost) for habit in self.server.habits]
            if self.server.tells is Tells.LISTS
            else None,
        )

    def _listed(self, habit: Habit, at: datetime, lost: str | None) -> ListedFolder:
        if habit.folder == lost and self.server.unreadable is not None:
            return ListedFolder.model_construct(
                folder=habit.folder, sla=habit.sla, error=self.server.unreadable.error
            )
        files = [
            spell.file.creation_date
            for spell in self.spells
            if spell.folder == habit.folder
            and spell.file.creation_date < at
            and (spell.ends is None or at < spell.ends)
        ]
        return ListedFolder.model_construct(
            folder=habit.folder,
            sla=habit.sla,
            file_count=len(files),
            oldest_creation=min(files, default=None),
        )


def _wait(file: WaitingFile, now: datetime) -> _Spell:
    stuck = StuckFile.model_construct(filename=file.filename, creation_date=now - file.age)
    return _Spell(file.folder, stuck, ends=None)


def _is_over(spell: _Spell, waiting: Iterable[_Spell], last: datetime) -> bool:
    """Whether a file was moved on long before the end, so that what is stuck then is a breach of its own."""
    begun = (one.file.creation_date for one in waiting if one.folder == spell.folder)
    return spell.ends is not None and spell.ends < min(begun, default=last) - _APART


def _count_back(
    last: datetime, until: datetime, interval: timedelta, chance: random.Random
) -> Iterator[datetime]:
    moment = last
    while moment > until:
        yield moment + timedelta(seconds=chance.uniform(0, _JITTER_SECONDS))
        moment -= interval


def _imagine_spells(
    habit: Habit, start: datetime, until: datetime, chance: random.Random
) -> Iterator[_Spell]:
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
                yield _Spell(habit.folder, file, ends)
        hour += HOUR
