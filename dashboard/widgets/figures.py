"""Key figures in a row, or in several where the screen is narrow."""

from collections.abc import Mapping

import streamlit as st


def draw_figures(figures: Mapping[str, str], explanations: Mapping[str, str]) -> None:
    """Draws each figure under its label.

    Args:
        figures: by their labels.
        explanations: what those say exactly that a label alone does not.
    """
    with st.container(horizontal=True, gap="xsmall", key="figures"):
        for label, value in figures.items():
            st.metric(label, value, border=True, width="stretch", help=explanations.get(label))
