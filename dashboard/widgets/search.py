"""A search box whose text is in the address."""

from typing import Final

import streamlit as st

from dashboard.frame.address import Parameter

_LONGEST: Final = 200
TEXT: Final = Parameter("q", lambda text: text[:_LONGEST])


def pick_text(label: str) -> str:
    """Draws the box and returns what it holds."""
    text = TEXT.read("")
    st.text_input(
        label,
        text,
        type="search",
        max_chars=_LONGEST,
        key=TEXT.key,
        on_change=_write,
        placeholder=label,
        label_visibility="collapsed",
    )
    return text


def _write() -> None:
    TEXT.write(st.session_state[TEXT.key] or None)
