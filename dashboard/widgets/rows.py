"""Rows of text as a table of HTML, which keyboards and screen readers reach, and as cards on a phone.

Streamlit's own tables are painted on a canvas: a row of them is picked by a box of 16 pixels or by a key that
nobody guesses, and they are as wide on a phone as anywhere.
"""

import json
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import streamlit as st

_SCRIPT: Final = Path(__file__).with_name("rows.js").read_text(encoding="utf-8")
_STYLE: Final = Path(__file__).with_name("rows.css").read_text(encoding="utf-8")
_HTML: Final = (
    '<div class="rows"><div class="region" role="region"></div>'
    '<p class="hint">Arrow keys lead from row to row, Enter opens one, Tab leaves the table.</p></div>'
)

Cell = str | Sequence[str]
"""Text; of a path its two parts; of a link its text, its address and its name for screen readers."""


@dataclass(frozen=True, kw_only=True)
class RowColumn:
    """One column of rows."""

    name: str
    heading: str
    kind: Literal["text", "name", "prose", "path", "number", "moment", "link"]
    """`name`, `prose` and `path` have a line of their own on a card; `prose` is never cut; `number` stands
    at the right of a table."""
    width: int
    """Pixels that it takes at least."""
    explanation: str | None = None
    on_phone: bool = True
    names: bool = False
    """Whether it is part of what the row is called, to those who hear of one row alone."""
    labelled: bool = False
    """Whether its heading stands before it on a card, since its values do not say what they are."""


@dataclass(frozen=True, kw_only=True)
class Sorting:
    """By which column rows are sorted."""

    column: str
    descending: bool


def draw_rows(
    rows: Sequence[tuple[str, Sequence[Cell]]],
    key: str,
    columns: Sequence[RowColumn],
    *,
    label: str,
    total: int | None = None,
    picked: str | None = None,
    opens: str = "",
    sorting: Sorting | None = None,
    on_picked: Callable[[str], None] | None = None,
    on_sorted: Callable[[str], None] | None = None,
    chosen: Collection[str] = (),
    on_chosen: Callable[[list[str]], None] | None = None,
    chooses: str = "",
) -> None:
    """Draws the rows, as many columns as there is room for.

    Args:
        rows: the id of each, and its cells in the order of the columns.
        key: identifies these rows.
        columns: the most important first, since the last are left out where it is narrow.
        label: what the rows are, as a heading.
        total: how many rows there are beside those that are shown.
        picked: the id of the row that is picked.
        opens: what picking a row does, in a word before the row's name; empty where that does nothing.
        sorting: what the rows are sorted by, if by a column.
        on_picked: called with the id of the row that was picked.
        on_sorted: called with the name of the column to sort by.
        chosen: the ids of the rows that are chosen, where any may be.
        on_chosen: called with their ids whenever these change.
        chooses: empty where no row is to be chosen; another text has the browser forget its choice.
    """
    table = st.components.v2.component("rows", html=_HTML, css=_STYLE, js=_SCRIPT)
    table(
        data={
            "label": label,
            "columns": [
                {
                    "name": column.name,
                    "heading": column.heading,
                    "kind": column.kind,
                    "width": column.width,
                    "explanation": column.explanation,
                    "phone": column.on_phone,
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
            "sort": {"column": sorting.column, "descending": sorting.descending} if sorting else None,
        },
        key=key,
        on_picked_change=_tell(key, "picked", on_picked),
        on_sorted_change=_tell(key, "sorted", on_sorted),
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
