"""Stored records become frames of records and files."""

from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard import columns
from dashboard.data.records import FILE_COLUMNS, RECORD_COLUMNS, RecordFrames, _parse_moments, parse_records
from tests.dashboard.fake_table import item
from tests.dashboard.properties import PROPERTY
from tests.dashboard.spans import breaches as read

AT = datetime(2026, 11, 23, 20, 15, 4, 123456, tzinfo=UTC)
CREATED = AT - timedelta(hours=3)


def test_a_record_becomes_a_report_and_its_files() -> None:
    files = [("a", CREATED), ("b", CREATED)]
    breaches = read(item(AT, "F", files, sla=60, reporter="r", sender="sub-1/web", run="1"))
    (report,) = breaches.records.to_dict("records")
    assert report == {
        "detected_at": pd.Timestamp(AT),
        "reported_by": "r",
        "folder": "F",
        "sla": 60,
        "file_count": 2,
        "sender": "sub-1/web",
        "run_id": "1",
        "sender_name": "r/web",
        "complete": True,
    }
    assert list(breaches.files["filename"]) == ["a", "b"]
    assert set(breaches.files["created"]) == {pd.Timestamp(CREATED)}
    assert set(breaches.files["detected_at"]) == {pd.Timestamp(AT)}
    told = breaches.files[["sender", "sender_name"]].drop_duplicates()
    assert told.to_numpy().tolist() == [["sub-1/web", "r/web"]]


def test_a_sender_is_called_by_its_account_and_what_its_script_calls_itself() -> None:
    records = [item(AT, reporter="r", sender=sender) for sender in ("sub-1", "sub-1/web", "sub-1/app")]
    frames = read(*records)
    assert list(frames.records["sender"]) == ["sub-1", "sub-1/web", "sub-1/app"]
    assert list(frames.records["sender_name"]) == ["r", "r/web", "r/app"]


def test_two_servers_of_one_account_have_records_of_their_own() -> None:
    parts = [
        item(AT, "F", [(f"{sender}{number}", CREATED)], part=(number, 2), sender=sender)
        for number in (1, 2)
        for sender in ("s/web", "s/app")
    ]
    found = read(*parts).records
    assert list(found["sender"]) == ["s/web", "s/app"]
    assert list(found["file_count"]) == [2, 2]
    assert found["complete"].all()


def test_moments_with_and_without_a_fraction_are_read() -> None:
    whole = AT.replace(microsecond=0)
    breaches = read(item(AT), item(whole))
    assert list(breaches.records["detected_at"]) == [pd.Timestamp(AT), pd.Timestamp(whole)]


def test_a_moment_that_a_record_lacks_is_no_moment() -> None:
    found = _parse_moments(pd.Series(["2026-11-23T20:15:04Z", None, "2026-11-23T20:15:04Z"], dtype="object"))
    assert list(found.isna()) == [False, True, False]
    assert str(found.dtype) == columns.MOMENT


def test_nothing_has_the_same_columns_as_something() -> None:
    breaches = RecordFrames.of()
    assert breaches.records.dtypes.astype("str").to_dict() == RECORD_COLUMNS
    assert breaches.files.dtypes.astype("str").to_dict() == FILE_COLUMNS


def test_the_parts_of_a_split_report_are_one_report() -> None:
    parts = [item(AT, "F", [(name, CREATED)], part=(number, 2)) for number, name in ((2, "b"), (1, "a"))]
    breaches = read(*parts, item(AT, "G", [("c", CREATED)]))
    reports = breaches.records.set_index("folder")
    assert list(reports.loc["F", ["file_count", "complete"]]) == [2, True]
    assert list(reports.loc["G", ["file_count", "complete"]]) == [1, True]
    assert set(breaches.files["filename"]) == {"a", "b", "c"}


def test_a_report_with_a_missing_part_is_not_complete() -> None:
    breaches = read(item(AT, "F", [("a", CREATED)], part=(1, 3)))
    assert not breaches.records["complete"].item()


def test_files_are_left_out_when_not_wanted() -> None:
    breaches = RecordFrames.of(parse_records([item(AT, "F", [("a", CREATED)])]), with_files=False)
    assert breaches.files.empty
    assert breaches.records["file_count"].item() == 1


@PROPERTY
@given(
    st.lists(st.integers(-500, 500), max_size=20),
    st.integers(-500, 500),
    st.integers(0, 500),
    st.integers(0, 500),
)
def test_neighbouring_stretches_hold_everything_once(
    minutes: list[int], first: int, length: int, more: int
) -> None:
    breaches = read(*(item(AT + timedelta(minutes=minute)) for minute in minutes))
    start, middle, end = (AT + timedelta(minutes=n) for n in (first, first + length, first + length + more))
    parts = [breaches.between(start, middle).records, breaches.between(middle, end).records]
    whole = breaches.between(start, end).records
    assert sorted(pd.concat(parts)["detected_at"]) == sorted(whole["detected_at"])
    assert all(start <= moment < end for moment in whole["detected_at"])


def test_what_was_detected_at_the_end_of_a_stretch_is_outside_it() -> None:
    minutes = [AT + timedelta(minutes=number) for number in range(4)]
    breaches = read(*(item(moment, files=[("a", CREATED)]) for moment in minutes))
    found = breaches.between(minutes[1], minutes[3])
    for frame in (found.records, found.files):
        assert list(frame["detected_at"]) == [pd.Timestamp(moment) for moment in minutes[1:3]]
        assert list(frame.index) == [0, 1]
