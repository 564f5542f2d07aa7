"""The picked row of a table: what the address calls it, and where it is."""

import hashlib
from collections.abc import Sequence
from itertools import chain
from typing import Final

import numpy as np
import pandas as pd
import streamlit as st

from dashboard.frame.address import Parameter

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
    former: Sequence[Sequence[str]],
    picked_in: object,
) -> int | None:
    """The place of the picked row, which a link may name that is further down than what is shown.

    Args:
        frame: all rows.
        shown: what the address calls the first of them.
        picked: what it calls the one that is looked for; "" for none.
        identity: the columns that make a row what it is.
        former: those that did so in older links.
        picked_in: what holds it in the address, where that is not a hash.
    """
    if not picked:
        return None
    place = shown.index(picked) if picked in shown else _find_known(frame, picked, identity)
    if place is None and not _is_known(picked, identity):
        place = _find_hashed(frame, picked, identity, former, picked_in)
    if place is not None and not picked_in:
        st.session_state[_KNOWN] = (picked, tuple(identity), [frame[name].iloc[place] for name in identity])
    return place


def hash_identities(frame: pd.DataFrame, identity: Sequence[str]) -> list[str]:
    """What the address calls each row."""
    # Column by column: row by row, pandas would make a series of each.
    rows = zip(*(frame[name].astype("str") for name in identity), strict=True)
    return [hashlib.sha256("\x1f".join(row).encode()).hexdigest()[:_DIGITS] for row in rows]


def _is_known(picked: str, identity: Sequence[str]) -> bool:
    return bool(st.session_state.get(_KNOWN, ())[:2] == (picked, tuple(identity)))


def _find_known(frame: pd.DataFrame, picked: str, identity: Sequence[str]) -> int | None:
    """By the values that it had: hashing a month of rows takes a second, and a filter may hide it long."""
    if not _is_known(picked, identity):
        return None
    same = np.ones(len(frame), dtype=bool)
    for name, value in zip(identity, st.session_state[_KNOWN][2], strict=True):
        same &= frame[name].eq(value).to_numpy(dtype=bool)
    places = np.flatnonzero(same)
    return int(places[0]) if places.size else None


def _find_hashed(
    frame: pd.DataFrame,
    picked: str,
    identity: Sequence[str],
    former: Sequence[Sequence[str]],
    picked_in: object,
) -> int | None:
    names = name_rows(frame, identity, picked_in)
    for known in chain([names], (hash_identities(frame, older) for older in former)):
        if picked in known:
            return known.index(picked)
    return None
