"""Records as they were stored, and the files of the one that is picked."""

from collections.abc import Callable
from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns
from dashboard.data.computed import hold_weakly
from dashboard.data.frames import RECORD_KEY
from dashboard.frame.page import Page
from dashboard.services.creation_dates import find_plausible
from dashboard.services.filters import filter_by_sender, filter_by_text
from dashboard.services.latest_records import list_hours, select_files
from dashboard.widgets.download import draw_download
from dashboard.widgets.file_list import draw_files
from dashboard.widgets.loading import load_hours
from dashboard.widgets.path import draw_path
from dashboard.widgets.picking import PICK
from dashboard.widgets.search import pick_text
from dashboard.widgets.table import draw_table, name_details

# The sender's name has the account in it.
_SHOWN: Final = (
    *(column for column in columns.RECORD if column is not columns.REPORTED_BY),
    columns.SENDER_NAME,
)
_DOWNLOADED: Final = (*columns.RECORD, columns.SENDER_NAME)
_SHOWN_OF_FILES: Final = (columns.FILENAME, columns.CREATED)


def draw_records(
    newest: pd.DataFrame, page: Page, make_again: Callable[[], pd.DataFrame], *, sender: str = ""
) -> None:
    """Draws one row per folder and report, and the files of the picked row.

    Args:
        newest: the records of all senders, the newest first.
        page: that they are on.
        make_again: gives the same records once more, when they are downloaded and nobody has them any more.
        sender: of which they are shown, by name or key; "" for all.
    """

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
        former=[[name for name in RECORD_KEY if name != columns.SENDER.name]],
        noun="records",
    )
    if picked is not None:
        _draw_files(picked.to_frame().T.astype(newest.dtypes), page)


def _draw_files(record: pd.DataFrame, page: Page) -> None:
    files = select_files(record, load_hours(page.session.table, list_hours(record), with_files=True).files)
    st.header("Files in this report", anchor=name_details(PICK))
    draw_path(record["folder"].iloc[0])
    listed = files.assign(plausible=find_plausible(files["created"], files["detected_at"]))
    draw_files(listed.sort_values("created"), _SHOWN_OF_FILES, page.zone)
