"""By date: everything that was reported in a stretch of time."""

from collections.abc import Callable
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns
from dashboard.backend import backend
from dashboard.charts import draw_files_in_breach
from dashboard.data.cache import hold_weakly
from dashboard.data.records import RECORD_KEY, RecordFrames, list_hours, select_files
from dashboard.figures.series import choose_step, count_files_in_breach, list_steps, name_step
from dashboard.figures.stuck_files import find_plausible
from dashboard.figures.text import filter_by_sender, filter_by_text
from dashboard.frame.choices import Parameter, draw_radio, parse_choice
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce
from dashboard.widgets.basics import draw_download, pick_text
from dashboard.widgets.links import draw_path
from dashboard.widgets.loading import (
    load_again,
    load_breach_spans,
    load_hours,
    load_period,
    read_breach_spans,
)
from dashboard.widgets.stuck_files import compute_stuck_files, draw_since, draw_stuck_files, pick_sender
from dashboard.widgets.table import PICK, draw_files, draw_table, name_details

# The sender's name has the account in it.
_SHOWN: Final = (
    *(column for column in columns.RECORD if column is not columns.REPORTED_BY),
    columns.SENDER_NAME,
)
_DOWNLOADED: Final = (*columns.RECORD, columns.SENDER_NAME)
_SHOWN_OF_FILES: Final = (columns.FILENAME, columns.CREATED)
_FILES: Final = "files"
_RECORDS: Final = "records"
_LABELS: Final = {_FILES: "Stuck files", _RECORDS: "Records"}
_SHOW: Final = Parameter("show", parse_choice(*_LABELS))


def draw() -> None:
    """Draws the page."""
    page = start_page("By date")
    show = _SHOW.read(_FILES)
    # Records show no files, so theirs are not fetched until one is picked.
    frames = load_period(page.session.records, page.period, with_files=show == _FILES)
    if frames.records.empty:
        st.info("Nothing was reported in this range.", icon=":material/check_circle:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draw_radio("Show", _SHOW, list(_LABELS), show, _LABELS.__getitem__)
        sender = pick_sender(frames.records)
    draw_since(frames.records, page)
    records = len(filter_by_sender(frames.records, sender))
    if not records:
        st.info("This sender did not report in this range.", icon=":material/search_off:")
        return
    st.header(f"Most files in breach in each {name_step(choose_step(page.period))}", anchor=False)
    steps = tuple(list_steps(page.period, page.zone))
    in_breach = backend().cache.compute(
        ("in breach", frames, sender, steps, page.zone.key),
        lambda: count_files_in_breach(filter_by_sender(frames.records, sender), page.period, page.zone),
    )
    draw_files_in_breach(in_breach)
    if show == _RECORDS:
        announce(f"By date: {records:,} records")

        def sort_again() -> pd.DataFrame:
            return sort_newest_first(load_again(page.session.records, page.period, with_files=False))

        _draw_records(sort_newest_first(frames), page, sort_again, sender)
        return
    # Of all senders first: a record without a sender is judged by the others.
    spans = load_breach_spans(page)

    def compute_again() -> pd.DataFrame:
        again = load_again(page.session.records, page.period, with_files=True)
        return compute_stuck_files(again, read_breach_spans(page), page)

    stuck = compute_stuck_files(frames, spans, page)
    announce(f"By date: {len(filter_by_sender(stuck, sender)):,} stuck files")
    draw_stuck_files(stuck, page, compute_again, sender=sender)


def sort_newest_first(frames: RecordFrames) -> pd.DataFrame:
    """The records, the newest first, those of one moment by folder."""
    return backend().cache.compute(
        ("newest first", frames),
        lambda: frames.records.sort_values(
            ["detected_at", "folder"], ascending=[False, True], ignore_index=True
        ),
    )


def _draw_records(
    newest: pd.DataFrame, page: Page, make_again: Callable[[], pd.DataFrame], sender: str
) -> None:
    """One row for each folder and report of the sender, or of all (""), and the files of the picked row."""

    def narrow(records: pd.DataFrame) -> pd.DataFrame:
        return filter_by_text(filter_by_sender(records, sender), text, ["folder"])

    all_again = hold_weakly(newest, make_again)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = pick_text("Search folders")
        filtered = narrow(newest)
        draw_download(lambda: narrow(all_again()), len(filtered), "records", _DOWNLOADED, page, text)
    picked = draw_table(
        filtered,
        "records",
        _SHOWN,
        page.zone,
        identity=RECORD_KEY,
        noun="records",
    )
    if picked is not None:
        _draw_files(picked.to_frame().T.astype(newest.dtypes), page)


def _draw_files(record: pd.DataFrame, page: Page) -> None:
    files = select_files(record, load_hours(page.session.records, list_hours(record), with_files=True).files)
    st.header("Files in this report", anchor=name_details(PICK))
    draw_path(record["folder"].iloc[0])
    listed = files.assign(plausible=find_plausible(files["created"], files["detected_at"]))
    draw_files(listed.sort_values("created"), _SHOWN_OF_FILES, page.zone)


draw()
