"""A small world of servers, folders and files, reported as the script would."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from contract.moments import start_of_hour
from contract.table import Attribute, FileAttribute
from dashboard.data.frames import RecordFrames, parse_records
from dashboard.services.stuck_files import COLUMNS, FILE, Status, find_stuck_files
from tests.dashboard.fake_table import item
from tests.dashboard.properties import PROPERTY

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = START - timedelta(hours=5)
QUIET = timedelta(minutes=120)


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def report(minutes: float, reporter: str = "r", **folders: Sequence[str]) -> list[dict[str, Any]]:
    """A report that names these folders with these files."""
    return [
        item(at(minutes), folder, [(name, CREATED) for name in files], reporter=reporter)
        for folder, files in folders.items()
    ]


def find(*reports: list[dict[str, Any]], now: float) -> pd.DataFrame:
    return find_stuck_files(
        RecordFrames.of(parse_records(record for records in reports for record in records)), at(now), QUIET
    )


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


def test_a_silence_longer_than_the_quiet_time_splits_a_row() -> None:
    for gap, expected in ((120, 1), (120.1, 2)):
        found = find(report(0, F=["a"]), report(gap, F=["a"]), now=gap)
        assert len(found) == expected
        assert sorted(found["later"]) == list(range(expected))


def test_open_is_what_the_latest_report_of_its_folder_lists() -> None:
    found = only(find(report(0, F=["a"]), now=120), "a")
    assert found.status == Status.OPEN
    assert "lists it" in found.basis


def test_unknown_is_what_nothing_has_been_heard_of() -> None:
    found = only(find(report(0, F=["a"]), now=120.1), "a")
    assert found.status == Status.UNKNOWN
    assert "nothing has been heard since" in found.basis


def test_cleared_is_what_a_later_report_of_its_folder_does_not_list() -> None:
    found = find(report(0, F=["a", "b"]), report(20, F=["b"]), now=25)
    assert only(found, "a").status == Status.CLEARED
    assert only(found, "a").cleared_at == at(20)
    assert "does not list it" in only(found, "a").basis
    assert only(found, "b").status == Status.OPEN


def test_cleared_is_what_its_reporter_no_longer_names() -> None:
    found = find(report(0, F=["a"], G=["b"]), report(20, G=["b"]), now=25)
    assert only(found, "a").status == Status.CLEARED
    assert only(found, "a").cleared_at == at(20)
    assert "without naming its folder" in only(found, "a").basis


def test_another_reporter_says_nothing_of_a_folder_it_does_not_name() -> None:
    found = find(report(0, F=["a"], G=["b"]), report(20, "other", H=["c"]), now=25)
    assert only(found, "a").status == Status.OPEN


def test_servers_that_share_an_account_do_not_clear_each_others_folders() -> None:
    """Folders that were never named together may be on different servers."""
    found = find(report(0, F=["a"]), report(20, G=["b"]), report(200, G=["b"]), now=205)
    assert only(found, "a").status == Status.UNKNOWN


def test_folders_linked_through_others_are_one_servers() -> None:
    found = find(
        report(-40, G=["b"], H=["c"]),
        report(-20, F=["a"], G=["b"]),
        report(0, F=["a"]),
        report(20, H=["c"]),
        now=25,
    )
    assert only(found, "a").status == Status.CLEARED


def test_a_report_with_a_missing_part_clears_nothing() -> None:
    torn = [item(at(20), "F", [("b", CREATED)], part=(1, 2)), item(at(20), "G", [("c", CREATED)])]
    found = find(report(0, F=["a"], G=["c"]), torn, now=25)
    assert only(found, "a").status == Status.OPEN


def test_a_split_report_lists_the_files_of_all_its_parts() -> None:
    parts = [item(at(20), "F", [(name, CREATED)], part=(number, 2)) for number, name in ((1, "a"), (2, "b"))]
    found = find(report(0, F=["a", "b"]), parts, now=25)
    assert set(found["status"]) == {Status.OPEN}


def test_a_row_before_a_silence_is_unknown_unless_something_was_heard_in_it() -> None:
    silent = find(report(0, F=["a"]), report(300, F=["a"]), now=305)
    assert list(silent.sort_values("first_seen")["status"]) == [Status.UNKNOWN, Status.OPEN]
    assert "until it was reported again" in silent.sort_values("first_seen")["basis"].iloc[0]
    heard = find(report(0, F=["a"]), report(20, F=["b"]), report(300, F=["a"]), now=305)
    of_a = heard[heard["filename"] == "a"].sort_values("first_seen")
    assert list(of_a["status"]) == [Status.CLEARED, Status.OPEN]


def test_minutes_over_the_sla_are_those_now_and_at_worst() -> None:
    found = find(report(0, F=["a", "b"]), report(20, F=["b"]), now=30)
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
    assert nothing.dtypes.equals(something.dtypes)


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
def test_rows_of_a_file_are_apart_by_more_than_the_quiet_time(records: list[dict[str, Any]]) -> None:
    found = find(records, now=NOW).sort_values("first_seen")
    gap = found["first_seen"] - found.groupby(FILE)["last_seen"].shift()
    assert gap.dropna().gt(QUIET).all()


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
        later = [(key[0], folders) for key, folders in reports.items() if key[0] > stuck.last_seen]
        naming = [folders for _, folders in later if stuck.folder in folders]
        if stuck.status == Status.OPEN:
            assert not naming
            assert at(NOW) - stuck.last_seen <= QUIET
        elif stuck.status == Status.CLEARED:
            clearing = [folders for moment, folders in later if moment == stuck.cleared_at]
            assert clearing
            assert all(stuck.filename not in folders.get(stuck.folder, ()) for folders in clearing)
        else:
            assert stuck.later or not naming
