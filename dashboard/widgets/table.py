"""Tables with one row picked, which stays picked when rows come and go around it, and others chosen."""

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import streamlit as st

from contract.text import show
from dashboard.columns import Column
from dashboard.figures.text import spell_column
from dashboard.frame.choices import Parameter
from dashboard.frame.waiting import move_focus
from dashboard.widgets.rows import Cell, draw_rows


class Choice:
    """Keeps the ids of the chosen rows of one table for one analyst, from run to run.

    Args:
        key: identifies the table.
    """

    def __init__(self, key: str) -> None:
        self._key = f"{key}_chosen"

    @property
    def ids(self) -> Sequence[str]:
        """Those that are chosen, also such as are no longer shown."""
        ids: Sequence[str] = st.session_state.get(self._key, ())
        return ids

    @property
    def token(self) -> str:
        """Another one each time that the choice was taken back here, which the browser has to follow."""
        return f"choice {st.session_state.get(f'{self._key}_token', 0)}"

    def write(self, ids: Sequence[str]) -> None:
        """Has these chosen, as the browser says."""
        st.session_state[self._key] = tuple(ids)

    def clear(self) -> None:
        """Has none chosen."""
        self.write(())
        st.session_state[f"{self._key}_token"] = st.session_state.get(f"{self._key}_token", 0) + 1


_LONGEST_END: Final = 26
"""Characters of a path's end that stay in sight in the narrowest place."""


def split_path(path: str) -> tuple[str, str]:
    """A path in two parts, between which a narrow place cuts it.

    Its beginning has the server's share, its end the folder: what lies between is missed least.
    """
    last = max(path.rstrip("\\/").rfind("\\"), path.rstrip("\\/").rfind("/"), 0)
    cut = max(last, len(path) - _LONGEST_END)
    return path[:cut], path[cut:]


_DIGITS: Final = 12
PICK: Final = Parameter("pick", lambda text: text if text.isalnum() and len(text) == _DIGITS else None)
_KNOWN: Final = "picked_row"
"""What the session remembers of the row that was found last: the tables share one picked row."""


def name_rows(frame: pd.DataFrame, identity: Sequence[str], picked_in: object) -> list[str]:
    """What the address calls each row: its one column of `identity` where that has a parameter of its own."""
    return frame[identity[0]].tolist() if picked_in else hash_identities(frame, identity)


def find_picked(
    frame: pd.DataFrame,
    shown: Sequence[str],
    picked: str,
    identity: Sequence[str],
    picked_in: object,
) -> int | None:
    """The place of the picked row, which a link may name that is further down than what is shown.

    Args:
        frame: all rows.
        shown: what the address calls the first of them.
        picked: what it calls the one that is looked for; "" for none.
        identity: the columns that make a row what it is.
        picked_in: what holds it in the address, where that is not a hash.
    """
    if not picked:
        return None
    place = shown.index(picked) if picked in shown else None
    known = st.session_state.get(_KNOWN, ())
    if place is None and known[:2] == (picked, tuple(identity)):
        # By the values that it had: hashing a month of rows takes a second, and a filter may hide it long.
        same = np.ones(len(frame), dtype=bool)
        for name, value in zip(identity, known[2], strict=True):
            same &= frame[name].eq(value).to_numpy(dtype=bool)
        place = int(np.argmax(same)) if same.any() else None
    elif place is None:
        names = name_rows(frame, identity, picked_in)
        place = names.index(picked) if picked in names else None
    if place is not None and not picked_in:
        st.session_state[_KNOWN] = (picked, tuple(identity), [frame[name].iloc[place] for name in identity])
    return place


def hash_identities(frame: pd.DataFrame, identity: Sequence[str]) -> list[str]:
    """What the address calls each row."""
    # Column by column: row by row, pandas would make a series of each.
    rows = zip(*(frame[name].astype("str") for name in identity), strict=True)
    return [hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:_DIGITS] for row in rows]


PAGE_ROWS: Final = 100
"""Rows that a table shows at first, and how many more each time more are asked for."""


class Bar(Protocol):
    """What may be done about the rows that are chosen."""

    def draw_buttons(self) -> None:
        """Draws a button for each, beside the table's caption."""

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
    picked_in: Parameter[str] | None = None,
    rows: int = PAGE_ROWS,
    on_phone: Collection[Column] = (),
    opens: str = "Details",
    details: str = "",
    choice: Choice | None = None,
    bar: Bar | None = None,
    on_acted: Callable[[str], None] | None = None,
) -> "pd.Series[Any] | None":
    """Draws a table of the first rows, and more as asked; returns the picked row.

    A heading sorts all rows by its column, not only those that are shown.

    Args:
        frame: the rows, in the order to show them; with `plausible` where a creation date is shown.
        key: identifies this table.
        columns: the columns to show, the most important first: those for which there is no room are left out.
        zone: in which moments are shown.
        identity: the columns that make a row what it is, whatever else of it changes.
        noun: what the rows are, in the plural.
        picked_in: what holds the picked row in the address, by the one column of its `identity`. Without
            one, `PICK` holds a hash of it. Tables that share it have one row picked between them.
        rows: how many are shown at first.
        on_phone: the columns that a phone shows; the first four if none are given.
        opens: what picking a row does, before its name.
        details: the anchor where the focus goes then; `name_details` of the parameter if none is given.
        choice: keeps the rows that are chosen, where any may be; they are known by the ids of `picked_in`.
        bar: what may be done about them.
        on_acted: called with the id of the row whose button was clicked.
    """
    offered = {column.name for column in columns}
    sort = Parameter(f"{key}_sort", lambda text: text if text.removeprefix("-") in offered else None)
    sorting = sort.value("")
    ordered = _sort(frame, sorting) if sorting else frame
    limit = st.session_state.setdefault(f"{key}_limit", rows)
    shown = ordered.head(limit)
    pick = picked_in or PICK
    ids = name_rows(shown, identity, picked_in)
    row = find_picked(ordered, ids, pick.value(""), identity, picked_in)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        text = _describe_count(len(shown), len(frame), noun, opens)
        if choice:
            chosen = len(set(choice.ids) & set(ids))
            text += f" {chosen:,} chosen." if chosen else " Tick rows to act on them."
        st.caption(text, width="content")
        if bar:
            bar.draw_buttons()
    if bar:
        bar.draw_below()
    draw_rows(
        _list_rows(shown, ids, columns, zone),
        f"{key}_table",
        columns,
        label=noun.capitalize(),
        on_phone=on_phone,
        total=len(frame),
        picked=name_rows(ordered.iloc[[row]], identity, picked_in)[0] if row is not None else None,
        opens=opens,
        sort=sorting,
        on_picked=lambda one: _pick(pick, one, details or name_details(pick)),
        on_sorted=lambda column: _write_sorting(sort, column, sorting),
        chosen=choice.ids if choice else (),
        on_chosen=choice.write if choice else None,
        chooses=choice.token if choice else "",
        on_acted=on_acted,
    )
    if len(shown) < len(frame):
        more = {f"{key}_limit": limit + PAGE_ROWS}
        st.button(
            "Show more",
            icon=":material/expand_more:",
            key=f"{key}_more",
            on_click=st.session_state.update,
            args=(more,),
        )
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
    """Draws all rows of a frame, from which nothing is picked. See `draw_table`; `label` is their heading."""
    ids = [str(number) for number in range(len(frame))]
    draw_rows(_list_rows(frame, ids, columns, zone), key, columns, label=label, on_phone=on_phone)


def name_details(parameter: Parameter[str]) -> str:
    """The anchor of the heading over the details of what is picked in the parameter: there the focus goes."""
    return f"{parameter.name}-details"


def _list_rows(
    frame: pd.DataFrame, ids: Sequence[str], columns: Sequence[Column], zone: ZoneInfo
) -> list[tuple[str, list[Cell]]]:
    spelt: list[Sequence[Cell]] = [
        [split_path(show(path)) for path in frame[column.name]]
        if column.kind == "path"
        else spell_column(frame, column, zone)
        for column in columns
    ]
    return [(one, [values[number] for values in spelt]) for number, one in enumerate(ids)]


def _sort(frame: pd.DataFrame, sorting: str) -> pd.DataFrame:
    return frame.sort_values(
        sorting.removeprefix("-"),
        ascending=not sorting.startswith("-"),
        kind="stable",
        key=lambda values: values.str.casefold() if pd.api.types.is_string_dtype(values.dtype) else values,
        ignore_index=True,
    )


def _write_sorting(sort: Parameter[str], column: str, sorting: str) -> None:
    """Upwards first, then downwards, then as it was."""
    sort.write({column: f"-{column}", f"-{column}": None}.get(sorting, column))


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


_MOST: Final = 500


def draw_files(files: pd.DataFrame, columns: Sequence[Column], zone: ZoneInfo) -> None:
    """Draws these columns of the files in their order; with `plausible` beside their creation dates."""
    first = files.head(_MOST)
    if len(first) < len(files):
        st.caption(f"The first {len(first):,} of {len(files):,} files")
    draw_plain_table(first, "files", columns, zone, label="Files")
