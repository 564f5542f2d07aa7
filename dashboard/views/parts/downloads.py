"""Offering what is shown as a file."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from dashboard.services.csv_files import file_name, to_csv
from dashboard.views.parts.context import Context


def draw_download(
    frame: pd.DataFrame, what: str, headings: Mapping[str, str], context: Context, *details: str
) -> None:
    """A button that downloads all rows of the frame, also those that the table does not show yet."""
    st.download_button(
        "CSV",
        # Made on demand: most views are looked at, not downloaded.
        lambda: to_csv(frame, headings, context.zone),
        file_name(what, context.period, context.zone, *details),
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        disabled=frame.empty,
        help=f"All {len(frame):,} rows as a CSV file",
    )
