"""What to do about names that lost letters on the way here."""

from collections.abc import Iterable
from typing import Final

import streamlit as st

from contract.answers import LOST_LETTER, UTF8_HINT
from dashboard.services.markdown import escape_markdown

_REMEDY: Final = (
    f"Each {LOST_LETTER} stands for a letter that was lost on the way. Whoever looks after the script: "
    f"{escape_markdown(UTF8_HINT)}."
)


def draw_lost_letters(names: Iterable[str]) -> None:
    """Says so where any of the names lost letters, with the remedy."""
    if any(LOST_LETTER in name for name in names):
        st.warning(_REMEDY, icon=":material/font_download_off:")
