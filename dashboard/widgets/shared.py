"""What a page shows of a range, asked for and computed once for all who look at the same."""

from collections.abc import Sequence
from itertools import chain

import pandas as pd

from contract.moments import start_of_hour
from dashboard.backend import backend
from dashboard.data import record_table
from dashboard.data.frames import RecordFrames
from dashboard.data.records import parse_records
from dashboard.frame.page import Page
from dashboard.frame.waiting import wait_for
from dashboard.services.breach_spans import Spans
from dashboard.services.filters import filter_by_sender
from dashboard.services.ranking import summarize_folders
from dashboard.services.series import count_files_in_breach, list_steps
from dashboard.services.spellings import Spellings, list_spellings
from dashboard.services.stuck_files import follow_files, measure_open_files


def query_folder(spellings: Sequence[str], page: Page) -> RecordFrames:
    """A folder's records with their files, which the index has under each of these spellings."""
    table, start, end = page.session.table, page.period.start, page.period.end

    def query() -> RecordFrames:
        stored = chain.from_iterable(table.query_folder(spelling, start, end) for spelling in spellings)
        return RecordFrames.of(parse_records(stored))

    question = ("folder", tuple(spellings), start_of_hour(start), start_of_hour(end))
    found = wait_for(record_table.THE_TABLE, lambda: backend().flights.share(question, query), "folder")
    detected = found.records["detected_at"]
    # The ends of a range that moves on leave the same records out for a while.
    left_out = int(detected.lt(start).sum()), int(detected.ge(end).sum())
    return backend().computed.get(("of folder", found, left_out), lambda: found.between(start, end))


def compute_stuck_files(frames: RecordFrames, spans: Spans, page: Page) -> pd.DataFrame:
    """The stuck files of these records, as of this minute: the screen tells how long they wait in minutes."""
    known = frozenset((place, tuple(of_place)) for place, of_place in spans.items())
    minute = page.now.replace(second=0, microsecond=0)
    computed = backend().computed

    def measure() -> pd.DataFrame:
        followed = computed.get(
            ("followed", frames, known),
            lambda: follow_files(frames, spans),
            version_of=("followed", frames),
        )
        return measure_open_files(followed, page.now)

    return computed.get(("stuck files", frames, known, minute), measure, version_of=("stuck files", frames))


def count_in_breach(frames: RecordFrames, sender: str, page: Page) -> pd.DataFrame:
    """The files in breach for each step of the page's period, of one sender or of all ("")."""
    steps = tuple(list_steps(page.period, page.zone))
    return backend().computed.get(
        ("in breach", frames, sender, steps, page.zone.key),
        lambda: count_files_in_breach(filter_by_sender(frames.records, sender), page.period, page.zone),
    )


def sort_newest_first(frames: RecordFrames) -> pd.DataFrame:
    """The records, the newest first, those of one moment by folder."""
    return backend().computed.get(
        ("newest first", frames),
        lambda: frames.records.sort_values(
            ["detected_at", "folder"], ascending=[False, True], ignore_index=True
        ),
    )


def summarize(frames: RecordFrames) -> pd.DataFrame:
    """What these records tell of each folder, by its key."""
    return backend().computed.get(("folders", frames), lambda: summarize_folders(frames.records))


def spell_folders(frames: RecordFrames) -> Spellings:
    """The folders of these records, and how each is spelt."""
    return backend().computed.get(("spellings", frames), lambda: list_spellings(frames.records))
