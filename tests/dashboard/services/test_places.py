"""Servers with the same path, and paths with several spellings."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from contract.folders import folder_key
from dashboard.data.frames import RecordFrames
from dashboard.data.records import parse_records
from dashboard.services.breach_spans import NO_SPANS, Spans
from dashboard.services.periods import Period
from dashboard.services.places import mark_places
from dashboard.services.series import count_files_in_breach
from dashboard.services.since import all_tell_senders, find_first_told
from dashboard.services.spellings import list_spellings
from dashboard.services.stuck_files import Status, find_stuck_files
from dashboard.services.timeline import find_longest_waits
from tests.dashboard.fake_table import item
from tests.dashboard.spans import span

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
CREATED = START - timedelta(hours=5)
PATH = "C:\\Jobs\\In"
SPELT = "c:/jobs/IN/"


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def record(minutes: float, *names: str, folder: str = PATH, **more: Any) -> dict[str, Any]:
    return item(at(minutes), folder, [(name, CREATED) for name in names], **more)


def find(*records: dict[str, Any], incidents: Spans = NO_SPANS) -> pd.DataFrame:
    return find_stuck_files(RecordFrames.of(parse_records(records)), at(500), incidents=incidents)


def statuses(found: pd.DataFrame) -> dict[tuple[str, str], str]:
    return {(row.sender, row.filename): row.status for row in found.itertuples()}  # type: ignore[misc]


@pytest.mark.parametrize("swapped", [False, True])
@pytest.mark.parametrize("senders", [("sub-1", "sub-2"), ("sub/web", "sub/app")])
def test_servers_with_the_same_path_do_not_clear_each_others_files(
    senders: tuple[str, str], swapped: bool
) -> None:
    one, other = reversed(senders) if swapped else senders
    found = find(record(0, "a", sender=one), record(10, "b", sender=other), record(20, "a", sender=one))
    assert statuses(found) == {(one, "a"): Status.LAST_SEEN, (other, "b"): Status.LAST_SEEN}


def test_the_same_file_of_two_servers_is_two_rows() -> None:
    found = find(*(record(minute, "a", sender=f"s/{minute % 2}") for minute in range(4)))
    assert sorted(found["sender_name"]) == ["reporter/0", "reporter/1"]
    assert list(found["reports"]) == [2, 2]


def test_a_servers_own_next_report_clears_its_file() -> None:
    found = find(record(0, "a", sender="s/1"), record(10, "b", sender="s/1"))
    assert statuses(found)["s/1", "a"] == Status.CLEARED


@pytest.mark.parametrize("spellings", [(PATH, SPELT), (SPELT, PATH)])
def test_two_spellings_are_one_folder_as_last_spelt(spellings: tuple[str, str]) -> None:
    first, last = spellings
    found = find(record(0, "a", "b", folder=first, sender="s"), record(10, "a", folder=last, sender="s"))
    assert statuses(found) == {("s", "a"): Status.LAST_SEEN, ("s", "b"): Status.CLEARED}
    assert dict(zip(found["filename"], found["folder"], strict=True)) == {"a": last, "b": first}
    assert set(found["folder_key"]) == {folder_key(PATH)}


def test_an_incident_counts_for_its_sender_and_every_spelling() -> None:
    incidents = {("s/1", folder_key(PATH)): [span(at(0))]}
    found = find(
        record(0, "a", folder=SPELT, sender="s/1"), record(0, "a", sender="s/2"), incidents=incidents
    )
    assert statuses(found) == {("s/1", "a"): Status.OPEN, ("s/2", "a"): Status.LAST_SEEN}


def test_other_paths_differ_by_their_case() -> None:
    found = find(record(0, "a", folder="/srv/in", sender="s"), record(10, "b", folder="/srv/IN", sender="s"))
    assert set(found["status"]) == {Status.LAST_SEEN}


def test_parts_of_a_run_do_not_clear_each_others_files() -> None:
    parts = [record(minute, f"f{minute}", sender="s", run="1") for minute in range(3)]
    assert set(find(*parts)["status"]) == {Status.LAST_SEEN}
    cleared = find(*parts, record(15, "f2", sender="s", run="2"))
    assert statuses(cleared)["s", "f0"] == Status.CLEARED
    assert set(cleared["cleared_at"].dropna()) == {pd.Timestamp(at(15))}


def test_a_run_id_that_is_used_for_ever_is_not_one_run() -> None:
    found = find(record(0, "a", sender="s", run="1"), record(60, "b", sender="s", run="1"))
    assert statuses(found)["s", "a"] == Status.CLEARED


def test_a_record_without_a_sender_is_judged_by_its_account() -> None:
    assert statuses(find(record(0, "a"), record(10, "b"))) == {
        ("reporter", "a"): Status.CLEARED,
        ("reporter", "b"): Status.LAST_SEEN,
    }
    found = find(record(0, "a"), record(10, "b", reporter="other"))
    assert set(found["status"]) == {Status.LAST_SEEN}


def test_a_file_stays_one_row_while_its_sender_becomes_known() -> None:
    found = find(record(0, "a"), record(10, "a", sender="sub/web"))
    assert list(found["reports"]) == [2]
    assert list(found["sender"]) == ["sub/web"]


def test_where_an_account_has_two_servers_older_records_are_of_neither() -> None:
    found = find(record(0, "a"), *(record(10, "b", sender=f"sub/{number}") for number in (1, 2)))
    assert statuses(found)["reporter", "a"] == Status.LAST_SEEN


def test_places_of_nothing_are_nothing() -> None:
    frames = RecordFrames.of()
    assert mark_places(frames.records, frames.records).empty
    assert find(incidents={("s", PATH): [span(at(0))]}).empty


def test_files_of_two_servers_with_the_same_path_add_up() -> None:
    frames = RecordFrames.of(
        parse_records(
            [record(1, "a", "b", sender="s/1"), record(2, "a", sender="s/2"), record(3, sender="s/2")]
        )
    )
    series = count_files_in_breach(frames.records, Period(at(0), at(60)), ZoneInfo("UTC"))
    assert series["files"].sum() == 3


def test_the_timeline_is_one_line_for_each_server_and_each_breach() -> None:
    frames = RecordFrames.of(
        parse_records(
            [
                record(0, "a", sender="s/1"),
                record(5, "a", sender="s/2"),
                record(10, "a", "b", sender="s/1", folder=SPELT),
                record(20, "b", sender="s/1"),
                record(30, "c", sender="s/1"),
            ]
        )
    )
    stretches = find_longest_waits(frames)["stretch"].tolist()
    assert stretches[0] == stretches[2] == stretches[3]
    assert len(set(stretches)) == 3


def test_every_spelling_of_a_folder_is_one_entry_as_last_spelt() -> None:
    records = RecordFrames.of(
        parse_records([record(0, folder=PATH), record(1, folder=SPELT), record(2, folder="/srv/in")])
    ).records
    spellings = list_spellings(records)
    assert spellings.folders == ["/srv/in", SPELT]
    assert set(spellings.find(PATH)) == {PATH, SPELT}
    assert spellings.find(PATH)[0] == SPELT
    assert spellings.find("C:\\JOBS\\IN") == (SPELT, PATH, "C:\\JOBS\\IN")
    assert spellings.find("C:\\Other") == ("C:\\Other",)


def test_senders_are_known_since_the_first_record_that_tells_its_own() -> None:
    def records(*stored: dict[str, Any]) -> pd.DataFrame:
        return RecordFrames.of(parse_records(stored)).records

    mixed = records(record(0), record(10, sender="s"), record(20, sender="s"))
    assert (all_tell_senders(mixed), find_first_told(mixed)) == (False, at(10))
    assert find_first_told(records(record(0))) is None
    assert all_tell_senders(records(record(0, sender="s")))
