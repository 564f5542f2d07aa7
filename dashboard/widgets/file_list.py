"""Files in a table from which nothing is picked."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.columns import Column
from dashboard.widgets.table import draw_plain_table

_MOST: Final = 500


def draw_files(files: pd.DataFrame, columns: Sequence[Column], zone: ZoneInfo) -> None:
    """Draws these columns of the files in their order; with `plausible` beside their creation dates."""
    first = files.head(_MOST)
    if len(first) < len(files):
        st.caption(f"The first {len(first):,} of {len(files):,} files")
    draw_plain_table(first, "files", columns, zone, label="Files")
