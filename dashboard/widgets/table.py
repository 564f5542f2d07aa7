"""Tables with one row picked, which stays picked when rows come and go around it, and others chosen."""

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from contract.text import show
from dashboard.columns import Column
from dashboard.figures.text import spell_column
from dashboard.frame.choices import Parameter
from dashboard.frame.waiting import move_focus
from dashboard.widgets.rows import Cell, draw_rows


@dataclass(frozen=True)
class Choice:
    """Which rows of one table an analyst has chosen, kept from run to run."""

    key: str
    """Identifies the table."""

    @property
    def ids(self) -> Sequence[str]:
        """Those that are chosen, also such as are no longer shown."""
        ids: Sequence[str] = st.session_state.get(f"{self.key}_chosen", ())
        return ids

    @property
    def token(self) -> str:
        """Another one each time that the choice was taken back here, which the browser has to follow."""
        return f"choice {st.session_state.get(f'{self.key}_token', 0)}"

    def write(self, ids: Sequence[str]) -> None:
        """Has these chosen, as the browser says."""
        st.session_state[f"{self.key}_chosen"] = tuple(ids)

    def clear(self) -> None:
        """Has none chosen."""
        self.write(())
        st.session_state[f"{self.key}_token"] = st.session_state.get(f"{self.key}_token", 0) + 1


_LONGEST_END: Final = 26
"""Characters of a path's end that stay in sight in the narrowest place."""


def split_path(path: str) -> tuple[str, str]:
    """A path in two parts, between which a narrow place cuts it.

    Its beginning has the server's share, its end the folder: what lies between is missed least.
    """
    last = max(map(path.rstrip("\\/").rfind, "\\/"))
    cut = max(last, len(path) - _LONGEST_END, 0)
    return path[:cut], path[cut:]


PICK: Final = Parameter("pick", lambda text: text if re.fullmatch("[0-9a-f]{16}", text) else None)
"""The picked row, by a hash of what makes it what it is. The tables of a page have one between them."""


def hash_rows(frame: pd.DataFrame, identity: Sequence[str]) -> "pd.Series[Any]":
    """A number of 64 bits for each row, the same wherever its columns of `identity` hold the same."""
    return pd.util.hash_pandas_object(frame[list(identity)], index=False)


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
    limit = st.session_state.setdefault(f"{key}_limit", PAGE_ROWS)
    shown = ordered.head(limit)
    pick = picked_in or PICK
    picked = pick.value("")
    ids = shown[identity[0]].tolist() if picked_in else [f"{one:016x}" for one in hash_rows(shown, identity)]

    row = ids.index(picked) if picked in ids else None
    if picked and row is None:
        # A link may name a row that is further down than what is shown.
        same = (
            ordered[identity[0]] == picked if picked_in else hash_rows(ordered, identity) == int(picked, 16)
        )
        row = int(same.to_numpy().argmax()) if same.any() else None
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        text = _describe_count(len(shown), len(frame), noun, opens)
        if choice and ids:
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
        picked=None if row is None else picked,
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
    again = parameter.value("") == one
    parameter.write(None if again else one)
    if not again:
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
