"""A small world of servers, folders and files, reported as the script would."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.folders import folder_key
from contract.moments import is_plausible
from contract.words import IncidentStatus
from dashboard import columns
from dashboard.data.records import RecordFrames
from dashboard.figures.series import Period, count_files_in_breach
from dashboard.figures.stuck_files import (
    COLUMNS,
    FILE,
    BreachSpan,
    Status,
    find_plausible,
    mark_places,
    spell_creations,
)
from dashboard.figures.text import format_csv
from dashboard.views.folder_figures import find_longest_waits
from store.records import Attribute, FileAttribute
from tests.dashboard.fake_table import item
from tests.dashboard.spans import PROPERTY, breaches, find_stuck_files, span

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = START - timedelta(hours=5)
LIVE: Final = [span(START - timedelta(hours=9))]
"""The incident of the folder F of the account r goes on."""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def report(minutes: float, reporter: str = "r", **folders: Sequence[str]) -> list[dict[str, Any]]:
    """A report that names these folders with these files."""
    return [
        item(at(minutes), folder, [(name, CREATED) for name in files], reporter=reporter)
        for folder, files in folders.items()
    ]


def find(*reports: list[dict[str, Any]], now: float, incidents: Iterable[BreachSpan] = ()) -> pd.DataFrame:
    return find_stuck_files(breaches(*chain(*reports)), at(now), incidents=incidents)


def only(frame: pd.DataFrame, filename: str) -> Any:
    (row,) = frame[frame["filename"] == filename].itertuples()
    return row


def test_reports_of_one_file_are_one_row() -> None:
    # However long nothing was heard in between.
    found = only(find(*(report(minute, F=["a"]) for minute in (0, 20, 2000)), now=2000), "a")
    assert (found.first_seen, found.last_seen, found.reports, found.later) == (at(0), at(2000), 3, 0)
    assert (found.folder, found.sla, found.created) == ("F", 20, CREATED)


def test_a_file_of_the_same_name_in_another_folder_or_of_another_time_is_another_row() -> None:
    files = [("a", CREATED), ("a", CREATED + timedelta(seconds=1))]
    assert len(find([item(at(0), "F", files)], now=5)) == 2
    assert len(find(report(0, F=["a"], G=["a"]), now=5)) == 2


@pytest.mark.parametrize(
    ("incidents", "status", "cleared", "basis"),
    [
        (LIVE, Status.OPEN, None, "lists it"),
        ([span(at(0), status=IncidentStatus.UNKNOWN)], Status.UNKNOWN, None, "is unknown"),
        ([], Status.LAST_SEEN, None, "no incident is known since"),
        ([span(at(-540), sender="other")], Status.LAST_SEEN, None, "no incident is known since"),
        ([span(at(-60), at(-30))], Status.LAST_SEEN, None, "no incident is known since"),
        ([span(at(0), at(90), IncidentStatus.EXPIRED)], Status.LAST_SEEN, None, "no report confirmed"),
        ([span(at(0), at(90), IncidentStatus.CLOSED)], Status.LAST_SEEN, None, "no report confirmed"),
        ([span(at(0), at(30))], Status.CLEARED, at(30), "incident was cleared"),
    ],
)
def test_what_the_latest_report_lists_is_as_its_incident_is(
    incidents: list[BreachSpan], status: Status, cleared: datetime | None, basis: str
) -> None:
    found = only(find(report(0, F=["a"]), now=2000, incidents=incidents), "a")
    assert found.status == status
    assert (None if pd.isna(found.cleared_at) else found.cleared_at) == cleared
    assert basis in found.basis
    assert pd.isna(found.overdue_now) == (status != Status.OPEN)


def test_a_file_is_cleared_by_what_comes_first_the_end_of_the_incident_or_the_next_report() -> None:
    ended = [span(at(0), at(30)), span(at(60))]
    found = find(report(0, F=["a", "b"]), report(60, F=["b"]), now=100, incidents=ended)
    assert only(found, "a").cleared_at == at(30)
    rows = found[found["filename"] == "b"].sort_values("first_seen")
    assert list(rows["status"]) == [Status.CLEARED, Status.OPEN]
    assert rows["cleared_at"].iloc[0] == at(30)
    found = find(report(0, F=["a"]), report(20, F=["b"]), now=100, incidents=ended[:1])
    assert (only(found, "a").cleared_at, only(found, "b").cleared_at) == (at(20), at(30))


@pytest.mark.parametrize("last", [1, 2])
def test_a_split_report_lists_the_files_of_all_its_parts_and_clears_nothing_before(last: int) -> None:
    parts = [
        item(at(20), "F", [(name, CREATED)], part=(number, 2), reporter="r")
        for number, name in ((1, "b"), (2, "a"))
    ]
    found = find(report(0, F=["a", "b"], G=["c"]), parts[:last], report(20, G=["c"]), now=25, incidents=LIVE)
    assert only(found, "a").status == only(found, "b").status == Status.OPEN


def test_minutes_over_the_sla_are_those_now_and_at_worst() -> None:
    found = find(report(0, F=["a", "b"]), report(20, F=["b"]), now=30, incidents=LIVE)
    waited = 5 * 60 - 20
    assert only(found, "b").overdue_now == only(found, "b").overdue_worst == waited + 30
    assert pd.isna(only(found, "a").overdue_now)
    assert only(found, "a").overdue_worst == waited
    # A clock that is ahead makes nothing negative.
    assert only(find([item(at(0), "F", [("a", at(60))])], now=5), "a").overdue_worst == 0


def test_the_open_come_first_and_the_worst_of_them_at_the_top() -> None:
    older = CREATED - timedelta(hours=1)
    found = find(
        [item(at(-20), "F", [("gone", older - timedelta(days=1)), ("bad", CREATED), ("worst", older)])],
        [item(at(0), "F", [("bad", CREATED), ("worst", older)])],
        now=5,
    )
    assert list(found["filename"]) == ["worst", "bad", "gone"]


def test_nothing_has_the_same_columns_as_something() -> None:
    nothing, something = find(now=0, incidents=LIVE), find(report(0, F=["a"]), now=0)
    assert list(nothing.columns) == [column.name for column in COLUMNS]
    # Categories are equal only where they have the same texts.
    assert list(nothing.dtypes.map(str)) == list(something.dtypes.map(str))
    assert mark_places(RecordFrames.of().records).empty


@st.composite
def worlds(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Records of up to a dozen reports by two accounts over a day."""
    records: list[dict[str, Any]] = []
    for minute in draw(st.lists(st.integers(0, 1440), max_size=12, unique=True)):
        folders = draw(
            st.dictionaries(
                st.sampled_from("FGH"), st.lists(st.sampled_from("ab"), min_size=1, unique=True), min_size=1
            )
        )
        records += report(minute, draw(st.sampled_from(["r", "s"])), **folders)
    return records


NOW = 1500


@PROPERTY
@given(worlds(), st.randoms(use_true_random=False))
def test_neither_order_nor_repetition_of_records_matters(records: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    # Nor how often each is read.
    pd.testing.assert_frame_equal(find(records, now=NOW), find(shuffled, records, now=NOW))


@PROPERTY
@given(worlds())
def test_status_is_never_more_than_is_known(records: list[dict[str, Any]]) -> None:
    """Compares with the definition, followed to the letter one stuck file at a time."""
    reports: dict[tuple[datetime, str], dict[str, set[str]]] = {}
    for record in records:
        key = (datetime.fromisoformat(record[Attribute.DETECTED_AT]["S"]), record[Attribute.REPORTED_BY]["S"])
        reports.setdefault(key, {})[record[Attribute.FOLDER]["S"]] = {
            file["M"][FileAttribute.FILENAME]["S"] for file in record[Attribute.FILES]["L"]
        }
    found: Any = find(records, now=NOW).sort_values("first_seen")
    for stuck in found.itertuples():
        later = sorted(
            (moment, folders[stuck.folder])
            for (moment, reporter), folders in reports.items()
            if moment > stuck.last_seen and reporter == stuck.sender and stuck.folder in folders
        )
        if stuck.status == Status.CLEARED:
            assert later[0][0] == stuck.cleared_at
            assert stuck.filename not in later[0][1]
        else:
            assert not later
            assert stuck.status == Status.LAST_SEEN
    # Every sighting is in one row, and between two rows of a file it was cleared.
    assert found["reports"].sum() == sum(len(record[Attribute.FILES]["L"]) for record in records)
    same_file = found.groupby(["sender", *FILE])
    again = same_file.cumcount().gt(0)
    assert same_file["cleared_at"].shift()[again].lt(found["first_seen"][again]).all()


ODD: Final = {
    "first": (datetime.min.replace(tzinfo=UTC), "0001-01-01 00:00 UTC (?)"),
    "no-times": (datetime(1601, 1, 1, tzinfo=UTC), "1601-01-01 00:00 UTC (?)"),
    "before-pandas": (datetime(1677, 9, 21, tzinfo=UTC), "1677-09-21 00:00 UTC (?)"),
    "restored": (datetime(1960, 5, 4, 6, 2, 1, 500_000, tzinfo=UTC), "1960-05-04 06:02 UTC (?)"),
    "tomorrow": (START + timedelta(days=1, seconds=1), "2026-11-24 12:00 UTC (?)"),
    "after-pandas": (datetime(2262, 4, 12, tzinfo=UTC), "2262-04-12 00:00 UTC (?)"),
    "last": (datetime.max.replace(tzinfo=UTC), "9999-12-31 23:59 UTC (?)"),
}
"""Creation dates that say nothing of a file's age, and how they are spelt."""
OLD: Final = START - timedelta(hours=5)


def _odd(**plausible: datetime) -> RecordFrames:
    files = [*((name, created) for name, (created, _) in ODD.items()), *plausible.items()]
    return breaches(item(START, "F", files, reporter="r"))


def test_a_frame_says_of_every_date_what_the_contract_says() -> None:
    edges = [datetime(1970, 1, 1, tzinfo=UTC), START + timedelta(days=1), START, OLD]
    moments = [*(edge - timedelta(microseconds=1) for edge in edges), *edges]
    created = pd.concat([_odd().files["created"], pd.Series(moments, dtype=columns.MOMENT)])
    # To the microsecond.
    expected = [*(moment for moment, _ in ODD.values()), *moments]
    assert [moment.to_pydatetime() for moment in created] == expected
    seen = pd.Series(START, index=created.index, dtype=columns.MOMENT)
    assert find_plausible(created, seen).tolist() == [is_plausible(moment, START) for moment in expected]


def test_all_are_open_of_unknown_age_after_those_of_known_age() -> None:
    stuck = find_stuck_files(_odd(young=START - timedelta(hours=1), old=OLD), START, incidents=LIVE)
    assert set(stuck["status"]) == {Status.OPEN}
    # Among themselves in the order of folder and name.
    assert stuck["filename"].tolist() == ["old", "young", *sorted(ODD)]
    assert stuck["overdue_now"].tolist()[:2] == [280, 40]
    assert stuck.loc[2:, ["overdue_now", "overdue_worst"]].isna().all(axis=None)
    waits = find_longest_waits(_odd(old=OLD))
    assert waits[["hours", "files"]].to_numpy().tolist() == [[5, len(ODD) + 1]]
    assert find_longest_waits(_odd())["hours"].isna().all()


def test_a_date_ahead_counts_from_when_it_is_plausible() -> None:
    created, later = START + timedelta(days=1, minutes=1), START + timedelta(hours=2)
    records = [item(seen, "F", [("a", created)], reporter="r") for seen in (START, later)]
    [stuck] = find_stuck_files(breaches(*records), later, incidents=LIVE).itertuples()
    assert (stuck.reports, stuck.plausible, stuck.overdue_now) == (2, True, 0)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Etc/GMT+12", "Europe/Berlin", "UTC"])
def test_every_date_is_spelt_in_every_zone_on_the_screen_and_for_spreadsheets(zone: str) -> None:
    stuck = find_stuck_files(_odd(old=OLD), START, incidents=LIVE).sort_values("created")
    spelt = dict(zip(stuck["filename"], spell_creations(stuck, ZoneInfo(zone)), strict=True))
    assert {**spelt, "old": ""} == {**{name: text for name, (_, text) in ODD.items()}, "old": ""}
    shown = [columns.FILENAME, columns.CREATED, columns.OVERDUE_NOW]
    content = format_csv(stuck, shown, ZoneInfo(zone)).decode("utf-8-sig")
    rows = {row[0]: row[1:] for row in csv.reader(io.StringIO(content, newline=""))}
    assert rows["first"] == ["0001-01-01T00:00:00+00:00", ""]
    assert rows["last"] == ["9999-12-31T23:59:59+00:00", ""]
    assert rows["old"] == [OLD.astimezone(ZoneInfo(zone)).isoformat(), "280"]
    assert len(rows) == 1 + len(ODD) + 1


PATH = "C:\\Jobs\\In"
SPELT = "c:/jobs/IN/"


def record(minutes: float, *names: str, folder: str = PATH, **more: Any) -> dict[str, Any]:
    return item(at(minutes), folder, [(name, CREATED) for name in names], **more)


def find_at_once(*records: dict[str, Any], incidents: Iterable[BreachSpan] = ()) -> pd.DataFrame:
    return find_stuck_files(breaches(*records), at(500), incidents=incidents)


def statuses(found: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row.sender, row.filename): row.status for row in found.itertuples()}  # type: ignore[misc]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("senders", [("sub-1", "sub-2"), ("sub/web", "sub/app")])
def test_servers_do_not_clear_each_others_files(senders: tuple[str, str], swapped: bool) -> None:
    one, other = reversed(senders) if swapped else senders
    found = find_at_once(
        record(0, "a", sender=one), record(10, "b", sender=other), record(20, "a", sender=one)
    )
    assert statuses(found) == {(one, "a"): Status.LAST_SEEN, (other, "b"): Status.LAST_SEEN}
    same = find_at_once(*(record(minute, "a", sender=(one, other)[minute % 2]) for minute in range(4)))
    assert list(same["reports"]) == [2, 2]


@pytest.mark.parametrize(
    ("first", "second", "minutes", "cleared"),
    [
        # Parts of a run; but an id that is used for ever is not one run.
        ({"sender": "s", "run": "1"}, {"sender": "s", "run": "1"}, 2, False),
        ({"sender": "s", "run": "1"}, {"sender": "s", "run": "1"}, 60, True),
        ({"sender": "s/1", "run": "1"}, {"sender": "s/1", "run": "2"}, 15, True),
        # Paths that are not of Windows differ by their case.
        ({"sender": "s", "folder": "/srv/in"}, {"sender": "s", "folder": "/srv/IN"}, 60, False),
    ],
)
def test_the_next_report_clears_a_file(
    first: dict[str, str], second: dict[str, str], minutes: int, cleared: bool
) -> None:
    found = find_at_once(record(0, "a", **first), record(minutes, "b", **second))
    assert list(found.set_index("filename")["status"][["a", "b"]]) == [
        Status.CLEARED if cleared else Status.LAST_SEEN,
        Status.LAST_SEEN,
    ]


@pytest.mark.parametrize("spellings", [(PATH, SPELT), (SPELT, PATH)])
def test_two_spellings_are_one_folder_as_last_spelt(spellings: tuple[str, str]) -> None:
    first, last = spellings
    records = record(0, "a", "b", folder=first, sender="s"), record(10, "a", folder=last, sender="s")
    found = find_at_once(*records)
    assert statuses(found) == {("s", "a"): Status.LAST_SEEN, ("s", "b"): Status.CLEARED}
    assert dict(zip(found["filename"], found["folder"], strict=True)) == {"a": last, "b": first}
    assert set(found["folder_key"]) == {folder_key(PATH)}
    live = find_at_once(*records, incidents=[span(at(0), sender="s", folder=PATH)])
    assert statuses(live)["s", "a"] == Status.OPEN


def test_files_of_two_servers_with_the_same_path_add_up_and_have_lines_of_their_own() -> None:
    frames = breaches(
        record(0, "a", sender="s/1"),
        record(5, "a", sender="s/2"),
        record(10, "a", "b", sender="s/1", folder=SPELT),
        record(20, "b", sender="s/1"),
        record(30, "c", sender="s/1"),
    )
    series = count_files_in_breach(frames.records, Period(at(0), at(60)), ZoneInfo("UTC"))
    assert series["files"].tolist() == [1, 1, 2, 0, 1, 0, 1, 0, 0, 0, 0, 0]
    stretches = find_longest_waits(frames)["stretch"].tolist()
    assert stretches[0] == stretches[2] == stretches[3]
    assert len(set(stretches)) == 3


def test_the_timeline_has_the_oldest_file_of_each_report_and_breaks_where_none_goes_on() -> None:
    young = START - timedelta(hours=1)
    reports = ((0, {"old": CREATED, "young": young}), (1, {"old": CREATED}), (4, {"other": CREATED}))
    found = find_longest_waits(
        breaches(*(item(at(60 * hours), "F", list(files.items()), sla=90) for hours, files in reports))
    )
    assert list(found["hours"]) == [5, 6, 9]
    assert list(found["sla"]) == [1.5] * 3
    assert list(found["files"]) == [2, 1, 1]
    assert found["stretch"].diff().tolist()[1:] == [0, 1]
