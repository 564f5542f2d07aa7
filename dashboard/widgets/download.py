"""Offering what is shown as a file."""

from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from dashboard.backend import backend
from dashboard.columns import Column
from dashboard.frame.page import Page
from dashboard.services.csv_files import build_file_name, format_csv


def draw_download(
    select: Callable[[], pd.DataFrame],
    rows: int,
    what: str,
    columns: Sequence[Column],
    page: Page,
    *details: str,
) -> None:
    """A button that downloads all rows, also those that the table does not show yet.

    Args:
        select: gives the rows once they are wanted. It outlives the run, and the page where that is closed:
            what it holds should be shared with others, and what is narrowed down for one analyst made in it.
        rows: how many they are.
        what: they are, for the file's name.
        columns: which of them go into the file.
        page: that they are on.
        details: by what they were narrowed down, for the file's name.
    """

    # Made on demand: most views are looked at, not downloaded. No page runs then that would verify.
    def make_file() -> bytes:
        backend().sessions.verify(page.session)
        return format_csv(select(), columns, page.zone)

    st.download_button(
        "CSV",
        make_file,
        build_file_name(what, page.period, page.zone, *details),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=not rows,
        help=f"All {rows:,} rows as a CSV file",
    )
