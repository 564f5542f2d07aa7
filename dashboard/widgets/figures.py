"""Key figures in a row, or in several where the screen is narrow."""

from collections.abc import Mapping

import streamlit as st


def draw_figures(figures: Mapping[str, str]) -> None:
    """Draws each figure under its label."""
    with st.container(horizontal=True, gap="small"):
        for label, value in figures.items():
            st.metric(label, value, border=True, width="stretch")
