"""Who did what, and who was told what, the last first."""

from collections.abc import Callable, Sequence
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.data.message_table import Told
from dashboard.data.record_table import THE_TABLE
from dashboard.errors import DashboardError, NotAnAnalystError, SessionExpiredError
from dashboard.frame.waiting import wait_for
from dashboard.services.deed_words import Line, list_told
from dashboard.widgets.rows import RowColumn, draw_rows

_COLUMNS: Final = (
    RowColumn(name="at", heading="When", kind="moment", width=136),
    RowColumn(name="who", heading="Who", kind="prose", width=140),
    RowColumn(name="what", heading="What", kind="prose", width=200),
)
_NOTE: Final = RowColumn(name="note", heading="Note", kind="prose", width=240)
"""Left out where nobody wrote one: the others get its room."""
_SHOWN: Final = 10
"""So many lines; the older ones are folded away."""


def load_told(ask: Callable[[], Sequence[Told]]) -> Sequence[Told] | None:
    """What was told; None where nobody can say, which keeps nothing else from being shown."""
    try:
        return wait_for(THE_TABLE, ask, "told")
    except (NotAnAnalystError, SessionExpiredError):
        raise
    except DashboardError:
        return None


def draw_history(done: Sequence[Line], told: Sequence[Told] | None, zone: ZoneInfo) -> None:
    """Draws what people did and whom the service told what as one list; nothing where nothing happened."""
    lines = sorted([*done, *list_told(told or ())], key=lambda one: one.at, reverse=True)
    if lines or told is None:
        st.subheader("History", anchor=False)
    if told is None:
        st.caption("Who was told what cannot be said at the moment.")
    if lines:
        _draw_lines(lines[:_SHOWN], "history", zone)
    if older := lines[_SHOWN:]:
        with st.expander(f"{len(older):,} older"):
            _draw_lines(older, "older_history", zone)


def _draw_lines(lines: Sequence[Line], key: str, zone: ZoneInfo) -> None:
    # As rows, and not in Markdown, which would make links even of what is escaped.
    columns = (*_COLUMNS, _NOTE) if any(line.note for line in lines) else _COLUMNS
    rows = [
        (
            str(number),
            [f"{line.at.astimezone(zone):%Y-%m-%d %H:%M}", line.who, line.what, line.note][: len(columns)],
        )
        for number, line in enumerate(lines)
    ]
    draw_rows(rows, key, columns, label="History")
