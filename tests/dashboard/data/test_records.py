"""Stored records become frames of records and files."""

from datetime import UTC, datetime, timedelta

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from dashboard import columns
from dashboard.data.records import FILE_COLUMNS, RECORD_COLUMNS, RecordFrames, _parse_moments, parse_records
from tests.dashboard.fake_table import item
from tests.dashboard.spans import PROPERTY
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


def test_moments_are_read_with_and_without_a_fraction_and_none_is_no_moment() -> None:
    whole = AT.replace(microsecond=0)
    assert list(read(item(AT), item(whole)).records["detected_at"]) == [pd.Timestamp(AT), pd.Timestamp(whole)]
    found = _parse_moments(pd.Series(["2026-11-23T20:15:04Z", None], dtype="object"))
    assert list(found.isna()) == [False, True]
    assert str(found.dtype) == columns.MOMENT


def test_nothing_has_the_same_columns_as_something() -> None:
    breaches = RecordFrames.of()
    assert breaches.records.dtypes.astype("str").to_dict() == RECORD_COLUMNS
    assert breaches.files.dtypes.astype("str").to_dict() == FILE_COLUMNS


def test_the_parts_of_a_split_report_are_one_report() -> None:
    parts = [item(AT, "F", [(name, CREATED)], part=(number, 2)) for number, name in ((2, "b"), (1, "a"))]
    breaches = read(*parts, item(AT, "G", [("c", CREATED)]), item(AT, "H", [("d", CREATED)], part=(1, 3)))
    reports = breaches.records.set_index("folder")[["file_count", "complete"]]
    assert reports.to_numpy().tolist() == [[2, True], [1, True], [1, False]]
    assert set(breaches.files["filename"]) == {"a", "b", "c", "d"}


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
    breaches = read(*(item(AT + timedelta(minutes=minute), files=[("a", AT)]) for minute in minutes))
    start, middle, end = (AT + timedelta(minutes=n) for n in (first, first + length, first + length + more))
    halves, whole = (
        (breaches.between(start, middle), breaches.between(middle, end)),
        breaches.between(start, end),
    )
    for kind in ("records", "files"):
        found = getattr(whole, kind)["detected_at"]
        assert sorted(pd.concat([getattr(half, kind) for half in halves])["detected_at"]) == sorted(found)
        assert all(start <= moment < end for moment in found)
