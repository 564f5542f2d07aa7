"""Hours of records cut to a stretch of time, and their data frames, made once for all who look at them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from contract.moments import HOUR
from dashboard.data.computed import Computed
from dashboard.data.frames import RecordFrames
from dashboard.data.hour_cache import StoredHour
from dashboard.data.records import Records


@dataclass(frozen=True)
class _CutHour:
    """An hour of which a part may lie outside the stretch."""

    stored: StoredHour
    early: int
    """Records that were detected before it, and so not in it."""
    late: int
    records: Records

    @classmethod
    def cut(cls, stored: StoredHour, start: datetime, end: datetime) -> _CutHour:
        """The hour's records from `start` up to, not at, `end`."""
        records = stored.records()
        detected = records.detections()
        return cls(
            stored,
            sum(at < start for at in detected),
            sum(at >= end for at in detected),
            records.select([start <= at < end for at in detected]),
        )

    def identity(self) -> Hashable:
        """What tells it from the same hour cut elsewhere: the ends only move past whole records."""
        return self.stored, self.early, self.late


@dataclass(frozen=True)
class Stretch:
    """Settled hours that lie in the stretch as a whole, and those around them.

    The whole ones are most of it and change once an hour. Of them the frames are made once, and joined with
    those of the few others as often as these change.
    """

    before: tuple[_CutHour, ...]
    whole: tuple[StoredHour, ...]
    after: tuple[_CutHour, ...]
    moving: timedelta | None
    """Its length, where its last hour is not settled: a range that ends now is another one as the clock goes
    on, and takes the place of the one before. Others stay what they are."""

    @classmethod
    def cut(
        cls,
        hours: Iterable[StoredHour],
        start: datetime,
        end: datetime,
        is_settled: Callable[[datetime], bool],
    ) -> Stretch:
        """The stretch from `start` up to, not at, `end`, of `hours` from the oldest to the newest."""
        here = list(hours)
        before: list[_CutHour] = []
        whole: list[StoredHour] = []
        after: list[_CutHour] = []
        for one in here:
            if start <= one.hour and one.hour + HOUR <= end and is_settled(one.hour) and not after:
                whole.append(one)
            else:
                (after if whole else before).append(_CutHour.cut(one, start, end))
        moving = end - start if here and not is_settled(here[-1].hour) else None
        return cls(tuple(before), tuple(whole), tuple(after), moving)

    def frames(self, computed: Computed, *, with_files: bool) -> RecordFrames:
        """The frames of its records."""
        ends = tuple(one.identity() for one in (*self.before, *self.after))

        def build(records: Iterable[Records]) -> RecordFrames:
            return RecordFrames.of(*records, with_files=with_files)

        def join() -> RecordFrames:
            middle = computed.get(
                ("whole hours", self.whole, with_files),
                lambda: build(one.records() for one in self.whole),
                version_of=self._version_of("whole hours", with_files),
            )
            return RecordFrames.concatenate(
                build(one.records for one in self.before),
                middle,
                build(one.records for one in self.after),
            )

        return computed.get(
            ("stretch", self.whole, ends, with_files),
            join,
            version_of=self._version_of("stretch", with_files),
        )

    def _version_of(self, what: str, with_files: bool) -> Hashable:
        return None if self.moving is None else (what, self.moving, with_files)
