"""Runbook: what to do about each alarm, as it is in the documentation."""

from typing import Final

import streamlit as st

from contract import names
from contract.names import ROOT
from dashboard.frame.waiting import begin_page
from dashboard.widgets.links import SECTION

_FILE: Final = ROOT / "docs" / names.RUNBOOK_FILE


def draw() -> None:
    """Draws the page."""
    begin_page("Runbook", SECTION.value(""))
    try:
        st.markdown(_FILE.read_text(encoding="utf-8"))
    except OSError:
        st.info(
            f"The runbook is not here: docs/{names.RUNBOOK_FILE} of the repository.",
            icon=":material/menu_book:",
        )


draw()
