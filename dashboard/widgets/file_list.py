"""Files in a table from which nothing is picked."""

from collections.abc import Hashable, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.columns import Column
from dashboard.services.creation_dates import spell_creations
from dashboard.services.durations import format_duration
from dashboard.widgets.columns import configure_column

_MOST: Final = 500


def draw_files(files: pd.DataFrame, columns: Sequence[Column], zone: ZoneInfo) -> None:
    """Draws these columns of the files in their order; with `plausible` beside their creation dates."""
    first = files.head(_MOST)
    if len(first) < len(files):
        st.caption(f"The first {len(first):,} of {len(files):,} files")
    minutes: list[Hashable] = [column.name for column in columns if column.kind == "minutes"]

    def spell(value: Any) -> str:
        return format_duration(value)

    st.dataframe(
        first.assign(created=lambda table: spell_creations(table, zone)).style.format(spell, subset=minutes),
        hide_index=True,
        column_order=[column.name for column in columns],
        column_config={column.name: configure_column(column, zone) for column in columns},
        placeholder="-",
        alt="Files",
    )
