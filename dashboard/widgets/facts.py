"""What is known of one thing, as a list."""

from collections.abc import Mapping

import streamlit as st

from dashboard.services.markdown import escape_markdown


def draw_facts(facts: Mapping[str, str]) -> None:
    """Draws each fact behind its name; those without a value are left out."""
    lines = [f"- {name}: **{escape_markdown(value)}**" for name, value in facts.items() if value]
    st.markdown("\n".join(lines))
