"""Offering what is shown as a file."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.backend import backend
from dashboard.columns import Column
from dashboard.frame.page import Page
from dashboard.services.csv_files import build_file_name, format_csv


def draw_download(
    frame: pd.DataFrame, what: str, columns: Sequence[Column], page: Page, *details: str
) -> None:
    """A button that downloads all rows of the frame, also those that the table does not show yet."""

    # Made on demand: most views are looked at, not downloaded. No page runs then that would verify.
    def make_file() -> bytes:
        backend().sessions.verify(page.session)
        return format_csv(frame, columns, page.zone)

    st.download_button(
        "CSV",
        make_file,
        build_file_name(what, page.period, page.zone, *details),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=frame.empty,
        help=f"All {len(frame):,} rows as a CSV file",
    )
