"""The ways from page to page, which keep the choices that all pages share."""

from collections.abc import Mapping, Sequence
from typing import Final

import streamlit as st
from streamlit.navigation.page import Page as StreamlitPage

from dashboard.frame.period import DAYS, RANGE
from dashboard.frame.refresh import REFRESH
from dashboard.frame.zone import ZONE

_CARRIED: Final = (ZONE.name, RANGE.name, DAYS.name, REFRESH.name)


def draw_navigation(pages: Sequence[StreamlitPage]) -> None:
    """Links to the pages.

    Streamlit's own would drop the choices; put back into the address afterwards, they would cost the back
    button a second press.
    """
    with st.container(key="navigation", gap="xxsmall"):
        for page in pages:
            if page.visibility != "hidden":
                st.page_link(page, query_params=list_carried(), width="stretch")


def draw_link(view: str, label: str, icon: str, parameters: Mapping[str, str]) -> None:
    """A link to the page of a view with these parameters beside the choices that all pages share.

    Not a button that switches pages: the back button would need two presses, one of them to an address that
    nobody was at.
    """
    st.page_link(view, label=label, icon=icon, query_params={**list_carried(), **parameters})


def list_carried() -> dict[str, str]:
    """What the address holds of the choices that all pages share."""
    return {name: st.query_params[name] for name in _CARRIED if name in st.query_params}
