"""Tables with one row picked, which stays picked when rows come and go around it."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.columns import Column
from dashboard.frame.address import Parameter
from dashboard.services.creation_dates import spell_creations
from dashboard.services.durations import format_duration
from dashboard.widgets.columns import configure_column
from dashboard.widgets.path import PATH_PIXELS, shorten_path

_DIGITS: Final = 12
PICK: Final = Parameter("pick", lambda text: text if text.isalnum() and len(text) == _DIGITS else None)
PAGE_ROWS: Final = 500
"""Rows that a table shows at first, and how many more each time more are asked for."""


def draw_table(
    frame: pd.DataFrame,
    key: str,
    columns: Sequence[Column],
    zone: ZoneInfo,
    *,
    identity: Sequence[str],
    noun: str,
    former: Sequence[str] = (),
    picked_in: Parameter[str] | None = None,
    rows: int = PAGE_ROWS,
) -> "pd.Series[Any] | None":
    """Draws a table of the first rows, and more as asked; returns the picked row.

    Args:
        frame: the rows, in the order to show them; with `plausible` where a creation date is shown.
        key: tells this table from others.
        columns: the columns to show, in order.
        zone: in which moments are shown.
        identity: the columns that make a row what it is, whatever else of it changes.
        noun: what the rows are, in the plural.
        former: the columns that did so in older links, where those were others.
        picked_in: what holds the picked row in the address, by the one column of its `identity`. Without
            one, `PICK` holds a hash of it. Tables that share it have one row picked between them.
        rows: how many are shown at first.
    """
    limit = st.session_state.setdefault(f"{key}_limit", rows)
    shown = frame.head(limit)
    pick = picked_in or PICK
    ids = shown[identity[0]].tolist() if picked_in else _hash_identities(shown, identity)
    picked = pick.value("")
    if former and picked not in ids and picked in (of_old := _hash_identities(shown, former)):
        picked = ids[of_old.index(picked)]
    widget = f"{key}_table"
    _select(widget, [ids.index(picked)] if picked in ids else [])
    st.caption(_describe_count(len(shown), len(frame), noun))
    spelt = {
        _name_shown(column): spell_creations(shown, zone) for column in columns if column.kind == "creation"
    }
    st.dataframe(
        shown.assign(**spelt).style.format(
            {column.name: spell for column in columns if (spell := _find_spelling(column)) is not None}
        ),
        hide_index=True,
        column_order=[_name_shown(column) for column in columns],
        column_config={_name_shown(column): configure_column(column, zone) for column in columns},
        on_select=lambda: _pick(pick, widget, ids),
        selection_mode="single-row",
        key=widget,
        alt=noun.capitalize(),
        placeholder="-",
    )
    if len(shown) < len(frame):
        st.button("Show more", icon=":material/expand_more:", key=f"{key}_more", on_click=_more, args=(key,))
    return shown.iloc[ids.index(picked)] if picked in ids else None


def _name_shown(column: Column) -> str:
    """The column that is shown for this one: creation dates are text, since browsers misread some."""
    return f"{column.name}_spelt" if column.kind == "creation" else column.name


def _find_spelling(column: Column) -> Callable[[Any], str] | None:
    """How a table spells a column's values; None leaves that to the browser."""
    match column.kind:
        case "minutes":
            return format_duration
        case "ago":
            return _format_ago
        case "due":
            return _format_due
        case "path":
            return lambda path: shorten_path(path, column.width or PATH_PIXELS)
        case _:
            return None


def _format_ago(minutes: float) -> str:
    return "-" if pd.isna(minutes) else f"{format_duration(minutes)} ago"


def _format_due(minutes: float) -> str:
    if pd.isna(minutes):
        return "-"
    return f"in {format_duration(minutes)}" if minutes >= 0 else f"{format_duration(-minutes)} ago"


def _hash_identities(frame: pd.DataFrame, identity: Sequence[str]) -> list[str]:
    # Column by column: row by row, pandas would make a series of each.
    rows = zip(*(frame[name].astype("str") for name in identity), strict=True)
    return [hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:_DIGITS] for row in rows]


def _select(widget: str, rows: list[int]) -> None:
    # Only where it differs, so that the table keeps its place and order otherwise.
    if widget not in st.session_state or st.session_state[widget]["selection"]["rows"] != rows:
        st.session_state[widget] = {"selection": {"rows": rows}}


def _pick(parameter: Parameter[str], widget: str, ids: Sequence[str]) -> None:
    state: Mapping[str, Any] = st.session_state[widget]
    rows = state["selection"]["rows"]
    if rows:
        parameter.write(ids[rows[0]])
    elif parameter.value("") in ids:
        # A row of another table may have been picked, which is why none of this one is any more.
        parameter.write(None)


def _describe_count(shown: int, total: int, noun: str) -> str:
    if total == 0:
        return f"No {noun}."
    if total == 1:
        return f"1 {noun.removesuffix('s')}. Pick its row for more."
    how_many = f"{total:,} {noun}" if shown == total else f"The first {shown:,} of {total:,} {noun}"
    return f"{how_many}. Pick a row for more."


def _more(key: str) -> None:
    st.session_state[f"{key}_limit"] += PAGE_ROWS
