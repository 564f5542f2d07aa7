"""What the theme cannot say of how pages look."""

from pathlib import Path
from typing import Final

import streamlit as st

_STYLE: Final = Path(__file__).with_name("style.css")


def draw_style() -> None:
    """Gives the page its style sheet."""
    st.html(_STYLE)
