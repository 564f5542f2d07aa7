"""Rows of text as a table of HTML, which keyboards and screen readers reach, and as cards on a phone.

Streamlit's own tables are painted on a canvas: a row of them is picked by a box of 16 pixels or by a key that
nobody guesses, and they are as wide on a phone as anywhere.
"""

import json
from collections.abc import Callable, Collection, Sequence
from pathlib import Path
from typing import Any, Final

import streamlit as st

from dashboard.columns import Column, Kind

_SCRIPT: Final = Path(__file__).with_name("rows.js").read_text(encoding="utf-8")
_STYLE: Final = Path(__file__).with_name("rows.css").read_text(encoding="utf-8")
_HTML: Final = (
    '<div class="rows"><div class="region" role="region"></div>'
    '<p class="hint">Arrow keys lead from row to row, Enter opens one, Tab leaves the table.</p></div>'
)

Cell = str | Sequence[str]
"""Text; of a path its two parts; of a link its text, its address and its name for screen readers."""


_KINDS: Final[dict[Kind, str]] = {
    **dict.fromkeys(("minutes", "ago", "due", "count", "mean", "percent"), "number"),
    "creation": "moment",
}
"""Those that are shown as another one; a number stands at the right of a table."""
_WIDTHS: Final = {"path": 200, "number": 92, "moment": 136}
_WIDTH: Final = 110
_PHONE_COLUMNS: Final = 4


def draw_rows(
    rows: Sequence[tuple[str, Sequence[Cell]]],
    key: str,
    columns: Sequence[Column],
    *,
    label: str,
    on_phone: Collection[Column] = (),
    total: int | None = None,
    picked: str | None = None,
    opens: str = "",
    sort: str = "",
    on_picked: Callable[[str], None] | None = None,
    on_sorted: Callable[[str], None] | None = None,
    chosen: Collection[str] = (),
    on_chosen: Callable[[list[str]], None] | None = None,
    chooses: str = "",
    on_acted: Callable[[str], None] | None = None,
) -> None:
    """Draws the rows, as many columns as there is room for.

    Args:
        rows: the id of each, and its cells in the order of the columns.
        key: identifies these rows.
        columns: the most important first, since the last are left out where it is narrow.
        label: what the rows are, as a heading.
        on_phone: the columns that a phone shows; the first four if none are given.
        total: how many rows there are, with those that are not shown.
        picked: the id of the row that is picked.
        opens: what picking a row does, in a word before the row's name; empty where that does nothing.
        sort: the name of the column that they are sorted by, with `-` before it where that is downwards.
        on_picked: called with the id of the row that was picked.
        on_sorted: called with the name of the column to sort by.
        chosen: the ids of the rows that are chosen, where any may be.
        on_chosen: called with their ids whenever these change.
        chooses: empty where no row is to be chosen; another text has the browser forget its choice.
        on_acted: called with the id of the row whose button in a column of kind `act` was clicked.
    """
    table = st.components.v2.component("rows", html=_HTML, css=_STYLE, js=_SCRIPT)
    table(
        data={
            "label": label,
            "columns": [
                {
                    "name": column.name,
                    "heading": column.heading,
                    "kind": (kind := _KINDS.get(column.kind, column.kind)),
                    "width": column.width or _WIDTHS.get(kind, _WIDTH),
                    "explanation": column.explanation,
                    "phone": column in (on_phone or columns[:_PHONE_COLUMNS]),
                    "names": column.names,
                    "labelled": column.labelled,
                }
                for column in columns
            ],
            "rows": [{"id": identity, "cells": cells} for identity, cells in rows],
            "total": len(rows) if total is None else total,
            "picked": picked,
            "opens": opens,
            "chooses": chooses,
            "chosen": list(chosen),
            "sorts": on_sorted is not None,
            "sort": {"column": sort.removeprefix("-"), "descending": sort.startswith("-")},
        },
        key=key,
        on_picked_change=_tell(key, "picked", on_picked),
        on_sorted_change=_tell(key, "sorted", on_sorted),
        on_acted_change=_tell(key, "acted", on_acted),
        on_chosen_change=_tell(key, "chosen", on_chosen and (lambda told: on_chosen(_parse_ids(told)))),
    )


def _tell(key: str, event: str, listener: Callable[[str], None] | None) -> Callable[[], None]:
    def tell() -> None:
        state: Any = st.session_state[key]
        value = state.get(event)
        if listener and isinstance(value, str):
            listener(value)

    return tell


def _parse_ids(told: str) -> list[str]:
    """What a browser says, which anyone may have written."""
    try:
        ids = json.loads(told)
    except ValueError:
        return []
    return [one for one in ids if isinstance(one, str)] if isinstance(ids, list) else []
