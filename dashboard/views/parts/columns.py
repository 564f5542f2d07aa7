"""How the columns of every table look."""

from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig


def moment_column(label: str, zone: ZoneInfo) -> ColumnConfig:
    """A moment, shown to the second in `zone`."""
    return st.column_config.DatetimeColumn(label, timezone=zone.key, format="YYYY-MM-DD HH:mm:ss")


def folder_column() -> ColumnConfig:
    """A folder's path, as text whatever it contains."""
    return st.column_config.TextColumn("Folder", width="large")


def file_column() -> ColumnConfig:
    """A file's name, as text whatever it contains."""
    return st.column_config.TextColumn("File", width="large")
