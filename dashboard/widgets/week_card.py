"""A folder week by week."""

from collections.abc import Sequence

import streamlit as st

from dashboard import week_columns
from dashboard.frame.page import Page
from dashboard.services.periods import Period
from dashboard.services.weeks import Folder, tabulate_parts
from dashboard.widgets.folder_link import draw_folder_link
from dashboard.widgets.path import draw_path
from dashboard.widgets.picking import PICK
from dashboard.widgets.table import draw_plain_table, name_details


def draw_week_of_folder(folder: Folder, parts: Sequence[Period], page: Page) -> None:
    """Draws its figures of each week by the same time, and the way to its history."""
    with st.container(border=True):
        st.header("Week by week", anchor=name_details(PICK))
        draw_path(folder.name)
        frame = tabulate_parts(folder.figures, parts)
        draw_plain_table(frame, "week_parts", week_columns.OF_PARTS, page.zone, label="Weeks")
        st.caption(f"Each from Monday to the same day and time as now, in {page.zone.key}")
        draw_folder_link(folder.name)
