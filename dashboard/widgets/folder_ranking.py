"""Folders in the order in which they need someone; picking one opens it."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard import columns, folder_columns
from dashboard.frame.attention import TITLE
from dashboard.frame.page import Page
from dashboard.widgets.folder_link import FOLDER
from dashboard.widgets.table import draw_table

_SHOWN: Final = (
    folder_columns.NOW,
    columns.FOLDER,
    folder_columns.OVERDUE,
    folder_columns.HOURS,
    folder_columns.MOST_FILES,
    folder_columns.SENDERS,
    folder_columns.LAST_REPORTED,
)


def draw_ranking(ranking: pd.DataFrame, page: Page) -> None:
    """Draws a table of folders from which one is opened."""
    if ranking.empty:
        st.info("Nothing was reported in this range.", icon=":material/check_circle:")
        return
    st.header("Folders, the worst first", anchor=False)
    draw_table(
        ranking,
        "folders",
        _SHOWN,
        page.zone,
        identity=[columns.FOLDER.name],
        noun="folders",
        picked_in=FOLDER,
        opens="Open",
        details=TITLE,
    )
