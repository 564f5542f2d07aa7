"""By date: everything that was reported in a stretch of time."""

from typing import Final

import pandas as pd
import streamlit as st

from contract.moments import HOUR, start_of_hour
from dashboard import columns
from dashboard.backend import backend
from dashboard.charts import draw_files_in_breach
from dashboard.data.records import RECORD_KEY, RecordFrames, select_files
from dashboard.data.tables import THE_TABLE
from dashboard.figures.series import Period, count_files_in_breach, list_steps, name_step
from dashboard.figures.stuck_files import find_plausible
from dashboard.figures.text import filter_by_sender, filter_by_text
from dashboard.frame.choices import Parameter, draw_radio, parse_choice
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for
from dashboard.widgets.basics import draw_download, pick_text
from dashboard.widgets.links import draw_path
from dashboard.widgets.loading import draw_nothing, load_again, load_period, read_breach_spans
from dashboard.widgets.stuck_files import compute_stuck_files, draw_stuck_files, pick_sender
from dashboard.widgets.table import PICK, draw_files, draw_table, name_details

_DOWNLOADED: Final = (*columns.RECORD, columns.SENDER_NAME)
# The sender's name has the account in it.
_SHOWN: Final = tuple(column for column in _DOWNLOADED if column is not columns.REPORTED_BY)
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
        draw_nothing("Nothing was reported in this range.", page)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        draw_radio("Show", _SHOW, list(_LABELS), show, _LABELS.__getitem__)
        sender = pick_sender(frames.records)
    records = filter_by_sender(frames.records, sender)
    if records.empty:
        st.info("This sender did not report in this range.", icon=":material/search_off:")
        return
    st.header(f"Most files in breach in each {name_step(page.period)}", anchor=False)
    steps = tuple(list_steps(page.period, page.zone))
    in_breach = backend().cache.compute(
        ("in breach", frames, sender, steps, page.zone.key),
        lambda: count_files_in_breach(records, page.period, page.zone),
    )
    draw_files_in_breach(in_breach, page.zone)
    if show == _RECORDS:
        announce(f"By date: {len(records):,} records")
        _draw_records(frames, sender, page)
        return

    def compute_again() -> pd.DataFrame:
        again = load_again(page.session.records, page.period, with_files=True)
        return compute_stuck_files(again, read_breach_spans(page), page)

    spans = wait_for(THE_TABLE, lambda: read_breach_spans(page), "breach_spans")
    stuck = compute_stuck_files(frames, spans, page)
    announce(f"By date: {len(filter_by_sender(stuck, sender)):,} stuck files")
    draw_stuck_files(stuck, page, compute_again, sender=sender)


def _draw_records(frames: RecordFrames, sender: str, page: Page) -> None:
    """One row for each folder and report of the sender, or of all (""), and the files of the picked row."""

    def narrow(frames: RecordFrames) -> pd.DataFrame:
        newest_first = backend().cache.compute(
            ("newest first", frames),
            lambda: frames.records.sort_values(
                ["detected_at", "folder"], ascending=[False, True], ignore_index=True
            ),
        )
        return filter_by_text(filter_by_sender(newest_first, sender), text, ["folder"])

    def select_again() -> pd.DataFrame:
        return narrow(load_again(page.session.records, page.period, with_files=False))

    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = pick_text("Search folders")
        found = narrow(frames)
        draw_download(select_again, len(found), "records", _DOWNLOADED, page, text)
    picked = draw_table(found, "records", _SHOWN, page.zone, identity=RECORD_KEY, noun="records")
    if picked is None:
        return
    hour = start_of_hour(picked["detected_at"].to_pydatetime())
    in_hour = load_period(page.session.records, Period(hour, hour + HOUR), with_files=True, key="picked")
    files = select_files(picked.to_frame().T.astype(found.dtypes), in_hour.files)
    st.header("Files in this report", anchor=name_details(PICK))
    draw_path(picked["folder"])
    listed = files.assign(plausible=find_plausible(files["created"], files["detected_at"]))
    draw_files(listed.sort_values("created"), (columns.FILENAME, columns.CREATED), page.zone)


draw()
