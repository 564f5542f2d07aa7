"""A small world of servers, folders and files, reported as the script would."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import start_of_hour
from contract.words import IncidentStatus
from dashboard.data.frames import RecordFrames
from dashboard.data.records import parse_records
from dashboard.services.breach_spans import NO_SPANS, BreachSpan, Spans
from dashboard.services.stuck_files import COLUMNS, FILE, Status, find_stuck_files
from store.records import Attribute, FileAttribute
from tests.dashboard.fake_table import item
from tests.dashboard.properties import PROPERTY
from tests.dashboard.spans import span

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = START - timedelta(hours=5)
LIVE: Spans = {("r", "F"): [span(START - timedelta(hours=9))]}
"""The incident of the folder F of the account r goes on."""


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def report(minutes: float, reporter: str = "r", **folders: Sequence[str]) -> list[dict[str, Any]]:
    """A report that names these folders with these files."""
    return [
        item(at(minutes), folder, [(name, CREATED) for name in files], reporter=reporter)
        for folder, files in folders.items()
    ]


def find(*reports: list[dict[str, Any]], now: float, incidents: Spans = NO_SPANS) -> pd.DataFrame:
    frames = RecordFrames.of(parse_records(record for records in reports for record in records))
    return find_stuck_files(frames, at(now), incidents=incidents)


def only(frame: pd.DataFrame, filename: str) -> Any:
    (row,) = frame[frame["filename"] == filename].itertuples()
    return row


def test_reports_of_one_file_are_one_row() -> None:
    found = only(find(*(report(minute, F=["a"]) for minute in (0, 20, 40)), now=45), "a")
    assert (found.first_seen, found.last_seen, found.reports) == (at(0), at(40), 3)
    assert (found.folder, found.sla, found.created) == ("F", 20, CREATED)


def test_a_file_of_the_same_name_created_at_another_time_is_another_row() -> None:
    files = [("a", CREATED), ("a", CREATED + timedelta(seconds=1))]
    assert len(find([item(at(0), "F", files)], now=5)) == 2


def test_a_file_of_the_same_name_in_another_folder_is_another_row() -> None:
    assert len(find(report(0, F=["a"], G=["a"]), now=5)) == 2


def test_a_silence_does_not_split_a_row() -> None:
    found = only(find(report(0, F=["a"]), report(2000, F=["a"]), now=2000), "a")
    assert (found.first_seen, found.last_seen, found.later) == (at(0), at(2000), 0)


def test_what_is_reported_again_after_it_was_cleared_is_another_row() -> None:
    found = find(report(0, F=["a"]), report(20, F=["b"]), report(40, F=["a"]), now=45)
    rows = found[found["filename"] == "a"].sort_values("first_seen")
    assert list(rows["later"]) == [1, 0]
    assert list(rows["status"]) == [Status.CLEARED, Status.LAST_SEEN]


def test_open_is_what_the_latest_report_of_an_open_incident_lists() -> None:
    found = only(find(report(0, F=["a"]), now=2000, incidents=LIVE), "a")
    assert found.status == Status.OPEN
    assert "lists it" in found.basis


def test_unknown_is_what_the_latest_report_of_an_unknown_incident_lists() -> None:
    unknown = {("r", "F"): [BreachSpan(at(0), None, IncidentStatus.UNKNOWN)]}
    found = only(find(report(0, F=["a"]), now=5, incidents=unknown), "a")
    assert found.status == Status.UNKNOWN
    assert "is unknown" in found.basis
    assert pd.isna(found.overdue_now)


def test_last_seen_is_what_nothing_is_known_of_since() -> None:
    found = only(find(report(0, F=["a"]), now=1), "a")
    assert found.status == Status.LAST_SEEN
    assert "no incident tells of it" in found.basis
    assert pd.isna(found.overdue_now)


@pytest.mark.parametrize("status", [IncidentStatus.LAPSED, IncidentStatus.CLOSED])
def test_an_end_that_nobody_saw_clears_nothing(status: IncidentStatus) -> None:
    ended = {("r", "F"): [BreachSpan(at(0), at(90), status)]}
    found = only(find(report(0, F=["a"]), now=100, incidents=ended), "a")
    assert (found.status, found.cleared_at is pd.NaT) == (Status.LAST_SEEN, True)
    assert "nobody saw" in found.basis


def test_cleared_is_what_was_in_an_incident_that_was_cleared() -> None:
    ended = {("r", "F"): [span(at(0), at(30))]}
    found = only(find(report(0, F=["a"]), now=100, incidents=ended), "a")
    assert (found.status, found.cleared_at) == (Status.CLEARED, at(30))
    assert "incident was cleared" in found.basis


def test_the_end_of_an_incident_comes_before_a_later_report() -> None:
    ended = {("r", "F"): [span(at(0), at(30)), span(at(60))]}
    found = find(report(0, F=["a", "b"]), report(60, F=["b"]), now=100, incidents=ended)
    assert only(found, "a").cleared_at == at(30)
    rows = found[found["filename"] == "b"].sort_values("first_seen")
    assert list(rows["status"]) == [Status.CLEARED, Status.OPEN]
    assert rows["cleared_at"].iloc[0] == at(30)


def test_a_report_before_the_end_of_the_incident_clears_what_it_leaves_out() -> None:
    ended = {("r", "F"): [span(at(0), at(30))]}
    found = find(report(0, F=["a"]), report(20, F=["b"]), now=100, incidents=ended)
    assert only(found, "a").cleared_at == at(20)
    assert only(found, "b").cleared_at == at(30)


def test_an_incident_that_ended_before_says_nothing() -> None:
    ended = {("r", "F"): [span(at(-60), at(-30))]}
    assert only(find(report(0, F=["a"]), now=5, incidents=ended), "a").status == Status.LAST_SEEN


def test_the_incident_of_another_sender_says_nothing() -> None:
    found = find(report(0, "other", F=["a"]), now=5, incidents=LIVE)
    assert only(found, "a").status == Status.LAST_SEEN


def test_cleared_is_what_a_later_report_of_its_folder_does_not_list() -> None:
    found = find(report(0, F=["a", "b"]), report(20, F=["b"]), now=25, incidents=LIVE)
    assert only(found, "a").status == Status.CLEARED
    assert only(found, "a").cleared_at == at(20)
    assert "does not list it" in only(found, "a").basis
    assert only(found, "b").status == Status.OPEN


def test_a_report_says_nothing_of_a_folder_that_it_does_not_name() -> None:
    found = find(report(0, F=["a"], G=["b"]), report(20, G=["b"]), report(20, "other", H=["c"]), now=25)
    assert only(found, "a").status == Status.LAST_SEEN


def test_a_report_with_a_missing_part_clears_nothing() -> None:
    torn = [item(at(20), "F", [("b", CREATED)], part=(1, 2), reporter="r"), *report(20, G=["c"])]
    found = find(report(0, F=["a"], G=["c"]), torn, now=25, incidents=LIVE)
    assert only(found, "a").status == Status.OPEN


def test_a_split_report_lists_the_files_of_all_its_parts() -> None:
    parts = [
        item(at(20), "F", [(name, CREATED)], part=(number, 2), reporter="r")
        for number, name in ((1, "a"), (2, "b"))
    ]
    found = find(report(0, F=["a", "b"]), parts, now=25, incidents=LIVE)
    assert set(found["status"]) == {Status.OPEN}


def test_minutes_over_the_sla_are_those_now_and_at_worst() -> None:
    found = find(report(0, F=["a", "b"]), report(20, F=["b"]), now=30, incidents=LIVE)
    waited = 5 * 60 - 20
    assert only(found, "b").overdue_now == waited + 30
    assert only(found, "b").overdue_worst == waited + 30
    assert pd.isna(only(found, "a").overdue_now)
    assert only(found, "a").overdue_worst == waited


def test_a_clock_that_is_ahead_makes_nothing_negative() -> None:
    found = find([item(at(0), "F", [("a", at(60))])], now=5)
    assert only(found, "a").overdue_worst == 0


def test_the_open_come_first_and_the_worst_of_them_at_the_top() -> None:
    older = CREATED - timedelta(hours=1)
    found = find(
        [item(at(-20), "F", [("gone", older - timedelta(days=1)), ("bad", CREATED), ("worst", older)])],
        [item(at(0), "F", [("bad", CREATED), ("worst", older)])],
        now=5,
    )
    assert list(found["filename"]) == ["worst", "bad", "gone"]


def test_nothing_has_the_same_columns_as_something() -> None:
    nothing, something = find(now=0), find(report(0, F=["a"]), now=0)
    assert list(nothing.columns) == [column.name for column in COLUMNS]
    # Categories are equal only where they have the same texts.
    assert list(nothing.dtypes.map(str)) == list(something.dtypes.map(str))


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
def test_the_order_of_records_does_not_matter(records: list[dict[str, Any]], random: Any) -> None:
    shuffled = list(records)
    random.shuffle(shuffled)
    pd.testing.assert_frame_equal(find(records, now=NOW), find(shuffled, now=NOW))


@PROPERTY
@given(worlds(), st.integers(0, 24))
def test_fetching_a_range_in_two_pieces_gives_the_same_rows(records: list[dict[str, Any]], hour: int) -> None:
    cut = start_of_hour(START) + timedelta(hours=hour)
    halves: list[list[dict[str, Any]]] = [[], []]
    for record in records:
        halves[datetime.fromisoformat(record[Attribute.DETECTED_AT]["S"]) >= cut].append(record)
    pd.testing.assert_frame_equal(find(*reversed(halves), now=NOW), find(records, now=NOW))


@PROPERTY
@given(worlds())
def test_a_record_that_is_read_twice_counts_once(records: list[dict[str, Any]]) -> None:
    pd.testing.assert_frame_equal(find(records, records, now=NOW), find(records, now=NOW))


@PROPERTY
@given(worlds())
def test_every_sighting_is_in_exactly_one_row(records: list[dict[str, Any]]) -> None:
    found = find(records, now=NOW)
    assert found["reports"].sum() == sum(len(record[Attribute.FILES]["L"]) for record in records)


@PROPERTY
@given(worlds())
def test_between_two_rows_of_a_file_it_was_cleared(records: list[dict[str, Any]]) -> None:
    found = find(records, now=NOW).sort_values("first_seen")
    cleared = found.groupby(["sender", *FILE])["cleared_at"].shift()
    again = found.groupby(["sender", *FILE]).cumcount().gt(0)
    assert cleared[again].lt(found["first_seen"][again]).all()


@PROPERTY
@given(worlds())
def test_status_is_never_more_than_is_known(records: list[dict[str, Any]]) -> None:
    """Compares with the definition, followed to the letter one stuck at a time."""
    reports: dict[tuple[datetime, str], dict[str, set[str]]] = {}
    for record in records:
        key = (datetime.fromisoformat(record[Attribute.DETECTED_AT]["S"]), record[Attribute.REPORTED_BY]["S"])
        reports.setdefault(key, {})[record[Attribute.FOLDER]["S"]] = {
            file["M"][FileAttribute.FILENAME]["S"] for file in record[Attribute.FILES]["L"]
        }
    found: Any = find(records, now=NOW)
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
