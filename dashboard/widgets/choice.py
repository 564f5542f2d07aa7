"""Choosing one of many names, which the address holds."""

from collections.abc import Sequence

import streamlit as st

from dashboard.frame.address import Parameter, show_in_widget


def draw_choice(
    label: str, parameter: Parameter[str], known: Sequence[str], shown: str, placeholder: str
) -> None:
    """Draws a list in which a part of a name finds the first that contains it.

    Args:
        label: for screen readers.
        parameter: holds the choice in the address.
        known: the names to choose from.
        shown: the chosen one, which only a link may name where it is not known; "" for none.
        placeholder: what stands there where none is chosen.
    """
    options = known if shown in known or not shown else [shown, *known]
    show_in_widget(parameter.key, shown or None)
    st.selectbox(
        label,
        options,
        index=options.index(shown) if shown else None,
        key=parameter.key,
        on_change=parameter.write_from_widget,
        filter_mode="contains",
        placeholder=placeholder,
        label_visibility="collapsed",
    )
