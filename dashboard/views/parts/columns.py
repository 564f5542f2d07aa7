"""How the columns of every table look."""

from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

FOLDER: Final = st.column_config.TextColumn("Folder", width=305, help="Pick a row to see the whole path.")
FILENAME: Final = st.column_config.TextColumn("File", width=150)
REPORTER: Final = st.column_config.TextColumn("Reporter")
SLA: Final = st.column_config.Column("SLA", width=60, help="How long a file may wait in its folder.")


def moment(label: str, zone: ZoneInfo, note: str | None = None) -> ColumnConfig:
    """A moment, shown to the minute in `zone`."""
    return st.column_config.DatetimeColumn(
        label, width=125, timezone=zone.key, format="YYYY-MM-DD HH:mm", help=note
    )


def duration(label: str, note: str | None = None) -> ColumnConfig:
    """Minutes, spelled out by the table."""
    return st.column_config.Column(label, width=105, help=note)


def count(label: str, note: str | None = None) -> ColumnConfig:
    """A number of things."""
    return st.column_config.NumberColumn(label, format="localized", help=note)
