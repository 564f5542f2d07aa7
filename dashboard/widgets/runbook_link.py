"""The ways to a section of the runbook."""

from typing import Final

import streamlit as st

from contract.runbook import Section
from dashboard.frame.address import Parameter, parse_choice
from dashboard.frame.navigation import go_to, list_carried

SECTION: Final = Parameter("section", parse_choice(*Section))
_VIEW: Final = "views/runbook.py"
_TEXT: Final = "What to do"


def draw_runbook_link(runbook: str, about: str) -> None:
    """A link to the published section, or to the dashboard's own copy of it.

    Args:
        runbook: the address of an alarm.
        about: the alarm, for those who hear the link without what stands beside it.
    """
    if _is_published(runbook):
        st.link_button(_TEXT, runbook, icon=":material/menu_book:", help=f"The runbook about {about}")
    else:
        section = {**list_carried(), SECTION.name: _name_section(runbook)}
        label = f"{_TEXT} about {about}"
        st.page_link(_VIEW, label=label, icon=":material/menu_book:", query_params=section)


def build_runbook_cell(runbook: str, about: str) -> tuple[str, str, str]:
    """The same as a cell of rows: its text, its address, and its name for screen readers."""
    address = runbook if _is_published(runbook) else f"runbook?{SECTION.name}={_name_section(runbook)}"
    return _TEXT, address, f"{_TEXT} about {about}"


def follow(address: str) -> None:
    """Opens the dashboard's own copy at the section that such a cell links to."""
    go_to(_VIEW, {SECTION.name: _name_section(address.replace("=", "#"))})


def _is_published(runbook: str) -> bool:
    return runbook.startswith("https://")


def _name_section(runbook: str) -> str:
    return runbook.partition("#")[2]
