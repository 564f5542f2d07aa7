"""Where the keyboard's focus is, and what a screen reader is told, when a page has changed by itself.

Streamlit exchanges a page's parts without a word: whoever does not see them would not know that something was
loaded, and the focus is lost with the button that has gone.
"""

from pathlib import Path
from typing import Final
from uuid import uuid4

import streamlit as st

TITLE: Final = "title"
"""The focus on the page's title."""
_SCRIPT: Final = Path(__file__).with_name("attention.js").read_text(encoding="utf-8")
_FOCUS: Final = "attention_focus"
_TOLD: Final = "attention_told"
_ADDED: Final = "attention_added"
_PAGE: Final = "attention_page"


def move_focus(anchor: str) -> None:
    """Moves the focus, once this run has drawn it, to the heading of this anchor, or to the `TITLE`."""
    st.session_state[_FOCUS] = {"anchor": anchor, "token": uuid4().hex}


def tell(text: str) -> None:
    """What a screen reader is told of the page once this run ends, unless it was told the same before."""
    st.session_state[_TOLD] = text


def add_to_told(text: str) -> None:
    """What a screen reader is told before all that this run tells, whatever the page tells later."""
    st.session_state[_ADDED] = text


def begin_page(title: str, section: str = "") -> None:
    """Moves the focus to the title of another page than the last one, as following a link does.

    Args:
        title: of the page.
        section: the anchor that the address names instead, also where the page is the first one.
    """
    last = st.session_state.get(_PAGE)
    if last != (title, section) and (last or section):
        move_focus(section or TITLE)
    st.session_state[_PAGE] = title, section
    tell(title)


def draw_attention() -> None:
    """Does both. Draw it last: what the focus goes to has to be there."""
    attention = st.components.v2.component("attention", js=_SCRIPT)
    told = " ".join(filter(None, [st.session_state.pop(_ADDED, ""), st.session_state.get(_TOLD, "")]))
    attention(data={"told": told, "focus": st.session_state.get(_FOCUS)}, key="attention")
