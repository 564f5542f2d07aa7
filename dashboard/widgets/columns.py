"""How a table shows a column, by the kind of its values."""

from zoneinfo import ZoneInfo

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.columns import Column


def configure_column(column: Column, zone: ZoneInfo) -> ColumnConfig:
    """The table's configuration of a column; moments are shown to the minute in `zone`."""
    match column.kind:
        case "moment":
            return st.column_config.DatetimeColumn(
                column.heading,
                width=column.width or 125,
                timezone=zone.key,
                format="YYYY-MM-DD HH:mm",
                help=column.explanation,
            )
        case "minutes" | "ago" | "due":
            # The table spells them out itself.
            return st.column_config.Column(column.heading, width=column.width or 105, help=column.explanation)
        case "count":
            return st.column_config.NumberColumn(column.heading, format="localized", help=column.explanation)
        case "text" | "path" | "creation":
            return st.column_config.TextColumn(column.heading, width=column.width, help=column.explanation)
