"""Files with dates from all over the calendar are stuck like others; only their age is not known."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from contract.moments import is_plausible
from dashboard import columns
from dashboard.data.frames import RecordFrames
from dashboard.data.records import parse_records
from dashboard.services.breach_spans import Spans
from dashboard.services.creation_dates import find_plausible, spell_creation, spell_creations
from dashboard.services.csv_files import format_csv
from dashboard.services.recurrence import summarize_recurrence
from dashboard.services.stuck_files import Status, find_stuck_files
from dashboard.services.timeline import find_longest_waits
from tests.dashboard.fake_table import item
from tests.dashboard.spans import span

SEEN: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIVE: Final[Spans] = {("reporter", "F"): [span(SEEN)]}
ODD: Final = {
    "first": datetime.min.replace(tzinfo=UTC),
    "no-times": datetime(1601, 1, 1, tzinfo=UTC),
    "before-pandas": datetime(1677, 9, 21, tzinfo=UTC),
    "restored": datetime(1960, 5, 4, 6, 2, 1, 500_000, tzinfo=UTC),
    "tomorrow": SEEN + timedelta(days=1, seconds=1),
    "after-pandas": datetime(2262, 4, 12, tzinfo=UTC),
    "last": datetime.max.replace(tzinfo=UTC),
}
OLD: Final = SEEN - timedelta(hours=5)
ZONES: Final = [ZoneInfo(name) for name in ("Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "UTC")]


def _frames(*names: str, at: datetime = SEEN, **plausible: datetime) -> RecordFrames:
    files = [*((name, ODD[name]) for name in names or ODD), *plausible.items()]
    return RecordFrames.of(parse_records([item(at, "F", files)]))


def _stuck(*names: str, **plausible: datetime) -> pd.DataFrame:
    return find_stuck_files(_frames(*names, **plausible), SEEN, incidents=LIVE)


def test_the_whole_calendar_comes_back_to_the_microsecond() -> None:
    created = _frames().files["created"]
    assert [moment.to_pydatetime() for moment in created] == list(ODD.values())


def test_a_frame_says_what_the_contract_says() -> None:
    edges = [datetime(1970, 1, 1, tzinfo=UTC), SEEN + timedelta(days=1), SEEN, OLD]
    moments = [*ODD.values(), *edges, *(edge - timedelta(microseconds=1) for edge in edges)]
    created = pd.Series(moments, dtype=columns.MOMENT)
    seen = pd.Series([SEEN] * len(moments), dtype=columns.MOMENT)
    assert find_plausible(created, seen).tolist() == [is_plausible(moment, SEEN) for moment in moments]


def test_all_are_open_of_unknown_age_after_those_of_known_age() -> None:
    stuck = _stuck(young=SEEN - timedelta(hours=1), old=OLD)
    assert set(stuck["status"]) == {Status.OPEN}
    # Among themselves in the order of folder and name.
    assert stuck["filename"].tolist() == ["old", "young", *sorted(ODD)]
    assert stuck["overdue_now"].tolist()[:2] == [280, 40]
    assert stuck.loc[2:, ["overdue_now", "overdue_worst"]].isna().all(axis=None)
    assert stuck["plausible"].tolist() == [True, True, *[False] * len(ODD)]


def test_a_date_ahead_counts_from_when_it_is_plausible() -> None:
    created = SEEN + timedelta(days=1, minutes=1)
    later = SEEN + timedelta(hours=2)
    records = [item(at, "F", [("a", created)]) for at in (SEEN, later)]
    frames = RecordFrames.of(parse_records(records))
    [stuck] = find_stuck_files(frames, later, incidents=LIVE).itertuples()
    assert (stuck.reports, stuck.plausible, stuck.overdue_now) == (2, True, 0)


def test_none_of_them_is_the_oldest() -> None:
    waits = find_longest_waits(_frames(old=OLD))
    assert waits[["hours", "files"]].to_numpy().tolist() == [[5, len(ODD) + 1]]
    assert find_longest_waits(_frames())["hours"].isna().all()


def test_typical_figures_leave_them_out() -> None:
    of_all = summarize_recurrence(_stuck(old=OLD), ZONES[0])
    assert (of_all.files, of_all.typical_overdue) == (len(ODD) + 1, timedelta(minutes=280))
    of_odd = summarize_recurrence(_stuck(), ZONES[0])
    assert (of_odd.files, of_odd.typical_overdue) == (len(ODD), None)


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_date_is_spelt_in_every_zone_and_sorts_as_text(zone: ZoneInfo) -> None:
    stuck = _stuck().sort_values("created")
    spelt = spell_creations(stuck, zone)
    assert spelt.tolist() == sorted(spelt)
    assert dict(zip(stuck["filename"], spelt, strict=True)) == {
        "first": "0001-01-01 00:00 UTC (?)",
        "no-times": "1601-01-01 00:00 UTC (?)",
        "before-pandas": "1677-09-21 00:00 UTC (?)",
        "restored": "1960-05-04 06:02 UTC (?)",
        "tomorrow": "2026-11-24 12:00 UTC (?)",
        "after-pandas": "2262-04-12 00:00 UTC (?)",
        "last": "9999-12-31 23:59 UTC (?)",
    }


def test_a_plausible_date_is_spelt_as_the_zones_clocks_show_it() -> None:
    assert spell_creation(OLD, ZoneInfo("Asia/Kolkata"), plausible=True) == "2026-11-23 12:30"


@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_every_date_is_in_the_file_for_spreadsheets(zone: ZoneInfo) -> None:
    content = format_csv(_stuck(old=OLD), [columns.FILENAME, columns.CREATED, columns.OVERDUE_NOW], zone)
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))}
    assert rows["first"] == ["0001-01-01T00:00:00+00:00", ""]
    assert rows["no-times"] == ["1601-01-01T00:00:00+00:00", ""]
    assert rows["last"] == ["9999-12-31T23:59:59+00:00", ""]
    assert rows["old"] == [OLD.astimezone(zone).isoformat(), "280"]
    assert len(rows) == 1 + len(ODD) + 1
