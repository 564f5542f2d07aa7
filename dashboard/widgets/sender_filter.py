"""Narrowing down to one sender, and since when senders are known."""

from typing import Final

import pandas as pd
import streamlit as st

from dashboard.frame.address import Parameter
from dashboard.frame.page import Page
from dashboard.services.since import all_tell_senders, find_first_told
from dashboard.widgets.choice import draw_choice

_LONGEST: Final = 256
SENDER: Final = Parameter("sender", lambda text: text if 0 < len(text) <= _LONGEST else None)
"""A sender's name or its key."""


def pick_sender(records: pd.DataFrame) -> str:
    """Draws the choice among those of these records, and returns the sender's name or key; "" for all."""
    known = sorted(records["sender_name"].unique())
    chosen = SENDER.value("")
    # A link may name it by its key.
    names = records.loc[records["sender"] == chosen, "sender_name"]
    shown = str(names.iloc[-1]) if chosen and len(names) else chosen
    draw_choice("Sender", SENDER, known, shown, "All senders")
    return chosen


def tell_since(records: pd.DataFrame, page: Page) -> None:
    """Says since when senders are known, where some of these records do not tell theirs."""
    if all_tell_senders(records):
        return
    first = find_first_told(records)
    if first is None:
        st.caption("These reports do not tell their sender: their account stands for it.")
        return
    local = first.astimezone(page.zone)
    st.caption(f"Senders are known since {local:%Y-%m-%d %H:%M}. Before, the account stands for its senders.")
