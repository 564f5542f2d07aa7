"""What became of the last thing that an analyst did."""

import streamlit as st

from dashboard.frame.deeds import find_outcome
from dashboard.services.markdown import escape_markdown


def draw_outcome(place: str) -> None:
    """Says it at the place where it was done; nothing where that was elsewhere, or long ago."""
    outcome = find_outcome(place)
    if outcome is None:
        return
    if outcome.failed:
        st.error(escape_markdown(outcome.text), icon=":material/error:")
    else:
        st.success(escape_markdown(outcome.text), icon=":material/check_circle:")
