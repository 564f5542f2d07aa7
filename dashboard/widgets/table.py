"""Tables with one row picked, which stays picked when rows come and go around it."""

from collections.abc import Collection, Sequence
from typing import Any, Final, Literal, Protocol
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.columns import Column, Kind
from dashboard.frame.address import Parameter
from dashboard.frame.attention import move_focus
from dashboard.widgets.chosen import Choice
from dashboard.widgets.path import split_path
from dashboard.widgets.picking import PICK, find_picked, name_rows
from dashboard.widgets.rows import Cell, RowColumn, Sorting, draw_rows
from dashboard.widgets.spelling import spell_column

PAGE_ROWS: Final = 100
"""Rows that a table shows at first, and how many more each time more are asked for."""
_PHONE_COLUMNS: Final = 4
_KINDS: Final[dict[Kind, Literal["text", "path", "number", "moment"]]] = {
    "path": "path",
    "minutes": "number",
    "ago": "number",
    "due": "number",
    "count": "number",
    "mean": "number",
    "percent": "number",
    "moment": "moment",
    "creation": "moment",
}
_WIDTHS: Final[dict[str, int]] = {"text": 110, "path": 200, "number": 92, "moment": 136}


class Bar(Protocol):
    """What may be done about the rows that are chosen."""

    def draw_buttons(self) -> None:
        """Draws a button for each, beside what else is said of the table."""

    def draw_below(self) -> None:
        """Draws what belongs between that and the rows."""


def draw_table(
    frame: pd.DataFrame,
    key: str,
    columns: Sequence[Column],
    zone: ZoneInfo,
    *,
    identity: Sequence[str],
    noun: str,
    former: Sequence[Sequence[str]] = (),
    picked_in: Parameter[str] | None = None,
    rows: int = PAGE_ROWS,
    on_phone: Collection[Column] = (),
    opens: str = "Details",
    details: str = "",
    choice: Choice | None = None,
    bar: Bar | None = None,
) -> "pd.Series[Any] | None":
    """Draws a table of the first rows, and more as asked; returns the picked row.

    A heading sorts all rows by its column, not only those that are shown.

    Args:
        frame: the rows, in the order to show them; with `plausible` where a creation date is shown.
        key: tells this table from others.
        columns: the columns to show, the most important first: those for which there is no room are left out.
        zone: in which moments are shown.
        identity: the columns that make a row what it is, whatever else of it changes.
        noun: what the rows are, in the plural.
        former: the columns that did so in older links, the newest first.
        picked_in: what holds the picked row in the address, by the one column of its `identity`. Without
            one, `PICK` holds a hash of it. Tables that share it have one row picked between them.
        rows: how many are shown at first.
        on_phone: the columns that a phone shows; the first four if none are given.
        opens: what picking a row does, before its name.
        details: the anchor where the focus goes then; `name_details` of the parameter if none is given.
        choice: keeps the rows that are chosen, where any may be; they are known by the ids of `picked_in`.
        bar: what may be done about them.
    """
    offered = {column.name for column in columns}
    sort = Parameter(f"{key}_sort", lambda text: text if text.removeprefix("-") in offered else None)
    ordered, sorting = _sort(frame, sort.value(""))
    limit = st.session_state.setdefault(f"{key}_limit", rows)
    shown = ordered.head(limit)
    pick = picked_in or PICK
    ids = name_rows(shown, identity, picked_in)
    row = find_picked(ordered, ids, pick.value(""), identity, former, picked_in)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        told = _describe_count(len(shown), len(frame), noun, opens)
        st.caption(f"{told} {_describe_choice(choice, ids)}" if choice else told, width="content")
        if bar:
            bar.draw_buttons()
    if bar:
        bar.draw_below()
    draw_rows(
        _list_rows(shown, ids, columns, zone),
        f"{key}_table",
        build_row_columns(columns, on_phone),
        label=noun.capitalize(),
        total=len(frame),
        picked=name_rows(ordered.iloc[[row]], identity, picked_in)[0] if row is not None else None,
        opens=opens,
        sorting=sorting,
        on_picked=lambda one: _pick(pick, one, details or name_details(pick)),
        on_sorted=lambda column: _write_sorting(sort, column, sorting),
        chosen=choice.ids if choice else (),
        on_chosen=choice.write if choice else None,
        chooses=choice.token if choice else "",
    )
    if len(shown) < len(frame):
        st.button("Show more", icon=":material/expand_more:", key=f"{key}_more", on_click=_more, args=(key,))
    return None if row is None else ordered.iloc[row]


def draw_plain_table(
    frame: pd.DataFrame,
    key: str,
    columns: Sequence[Column],
    zone: ZoneInfo,
    *,
    label: str,
    on_phone: Collection[Column] = (),
) -> None:
    """Draws all rows of a frame, from which nothing is picked.

    Args:
        frame: the rows, in the order to show them; with `plausible` where a creation date is shown.
        key: tells this table from others.
        columns: the columns to show, the most important first.
        zone: in which moments are shown.
        label: what the rows are, as a heading.
        on_phone: the columns that a phone shows; the first four if none are given.
    """
    ids = [str(number) for number in range(len(frame))]
    draw_rows(_list_rows(frame, ids, columns, zone), key, build_row_columns(columns, on_phone), label=label)


def name_details(parameter: Parameter[str]) -> str:
    """The anchor of the heading over the details of what is picked in the parameter: there the focus goes."""
    return f"{parameter.name}-details"


def build_row_columns(columns: Sequence[Column], on_phone: Collection[Column] = ()) -> list[RowColumn]:
    """How rows show these columns."""
    on_cards = {column.name for column in on_phone or columns[:_PHONE_COLUMNS]}
    return [
        RowColumn(
            name=column.name,
            heading=column.heading,
            kind=(kind := _KINDS.get(column.kind, "text")),
            width=column.width or _WIDTHS[kind],
            explanation=column.explanation,
            on_phone=column.name in on_cards,
            names=column.names,
            labelled=column.labelled,
        )
        for column in columns
    ]


def _list_rows(
    frame: pd.DataFrame, ids: Sequence[str], columns: Sequence[Column], zone: ZoneInfo
) -> list[tuple[str, list[Cell]]]:
    spelt: list[Sequence[Cell]] = [
        [split_path(path) for path in frame[column.name]]
        if column.kind == "path"
        else spell_column(frame, column, zone)
        for column in columns
    ]
    return [(one, [values[number] for values in spelt]) for number, one in enumerate(ids)]


def _sort(frame: pd.DataFrame, text: str) -> tuple[pd.DataFrame, Sorting | None]:
    if not text:
        return frame, None
    sorting = Sorting(column=text.removeprefix("-"), descending=text.startswith("-"))
    values = frame[sorting.column]
    ordered = (values.str.casefold() if pd.api.types.is_string_dtype(values.dtype) else values).sort_values(
        ascending=not sorting.descending, kind="stable"
    )
    return frame.loc[ordered.index].reset_index(drop=True), sorting


def _write_sorting(sort: Parameter[str], column: str, sorting: Sorting | None) -> None:
    """Upwards first, then downwards, then as it was."""
    if sorting is None or sorting.column != column:
        sort.write(column)
    else:
        sort.write(None if sorting.descending else f"-{column}")


def _pick(parameter: Parameter[str], one: str, details: str) -> None:
    if parameter.value("") == one:
        parameter.write(None)
        return
    parameter.write(one)
    move_focus(details)


def _describe_count(shown: int, total: int, noun: str, opens: str) -> str:
    if total == 0:
        return f"No {noun}."
    how = f"{opens}: click, or Enter."
    if total == 1:
        return f"1 {noun.removesuffix('s')}. {how}"
    how_many = f"{total:,} {noun}" if shown == total else f"The first {shown:,} of {total:,} {noun}"
    return f"{how_many}. {how}"


def _describe_choice(choice: Choice, shown: Collection[str]) -> str:
    chosen = len(set(choice.ids) & set(shown))
    return f"{chosen:,} chosen." if chosen else "Tick rows to act on them."


def _more(key: str) -> None:
    st.session_state[f"{key}_limit"] += PAGE_ROWS
