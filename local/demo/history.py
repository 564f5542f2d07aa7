"""A believable past: what a script that ran every half hour would have reported."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.moments import HOUR, start_of_hour
from contract.report import Report, ReportedFolder, StuckFile
from handlers.ingest.records import Detection

RUN_EVERY = timedelta(minutes=30)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True)
class Habit:
    """How a folder behaves: how often a file sticks, by day and by night, and for how long."""

    folder: str
    sla: int
    """Minutes."""
    sticks_per_day: float
    stuck_for: timedelta
    """How long past its SLA a stuck file typically stays."""
    filename: str
    nightly: bool = False
    """Whether trouble comes with the batch run from midnight to five instead of in office hours."""


HABITS = (
    Habit(r"C:\Jobs\Invoices\Inbound", 30, 6, timedelta(hours=2), "INV-{:05}.xml"),
    Habit(r"C:\Jobs\Invoices\Archive", 240, 0.6, timedelta(hours=9), "archive_{:05}.zip"),
    Habit(r"C:\Jobs\Orders\ToWarehouse", 20, 9, timedelta(minutes=50), "order_{:05}.csv"),
    Habit(r"C:\Jobs\Orders\Confirmations", 60, 2, timedelta(hours=3), "conf_{:05}.edi"),
    Habit(r"D:\Exchange\Bank\Statements", 120, 1.2, timedelta(hours=6), "camt053_{:05}.xml", nightly=True),
    Habit(r"D:\Exchange\Bank\Payments", 60, 0.8, timedelta(hours=1), "pain001_{:05}.xml"),
    Habit("/srv/jobs/reports/nightly", 1440, 0.5, timedelta(hours=14), "summary_{:05}.pdf", nightly=True),
    Habit("/srv/jobs/sensors", 20, 14, timedelta(minutes=35), "reading_{:05}.json"),
)


@dataclass(frozen=True)
class _StuckSpell:
    habit: Habit
    file: StuckFile
    cleared_at: datetime


def imagine_reports(
    until: datetime, days: int, reported_by: str, seed: int = 7
) -> Iterator[tuple[Report, Detection]]:
    """Every report of the days before `until` (aware), oldest first.

    Args:
        until: the moment before which it all happened.
        days: how far back it goes.
        reported_by: the user that the reports are put down to.
        seed: the same seed tells the same story.
    """
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    start = start_of_hour(until) - timedelta(days=days)
    spells = [spell for habit in HABITS for spell in _spells(habit, start, until, chance)]
    run = start + timedelta(seconds=chance.randrange(60))
    while run < until:
        yield (
            _report(spells, run),
            Detection(
                detected_at=run,
                reported_by=reported_by,
                subject=reported_by,
                sender=reported_by,
                run_id="demo",
            ),
        )
        run += RUN_EVERY


def _spells(habit: Habit, start: datetime, until: datetime, chance: random.Random) -> Iterator[_StuckSpell]:
    busy_hours = range(5) if habit.nightly else range(7, 19)
    number = chance.randrange(20_000)
    hour = start
    while hour < until:
        number += chance.randrange(1, 40)
        if hour.hour in busy_hours and chance.random() < habit.sticks_per_day / len(busy_hours):
            created = hour + chance.random() * HOUR
            overdue = chance.expovariate(1 / habit.stuck_for.total_seconds())
            cleared_at = created + habit.sla * _MINUTE + timedelta(seconds=overdue)
            # One cause often holds up several files.
            for sibling in range(1 + int(chance.expovariate(1.2))):
                file = StuckFile.model_construct(
                    filename=habit.filename.format(number + sibling),
                    creation_date=(created + sibling * _MINUTE).replace(microsecond=0),
                )
                yield _StuckSpell(habit, file, cleared_at)
        hour += HOUR


def _report(spells: list[_StuckSpell], run: datetime) -> Report:
    breaches = []
    for habit in HABITS:
        files = [
            spell.file
            for spell in spells
            if spell.habit is habit
            and spell.file.creation_date + habit.sla * _MINUTE < run < spell.cleared_at
        ]
        if files:
            breaches.append(ReportedFolder.model_construct(folder=habit.folder, sla=habit.sla, files=files))
    return Report.model_construct(sla_error=breaches)
