"""The ways to a section of the runbook."""

from typing import Final

import streamlit as st

from contract.names import RUNBOOK_FILE, RunbookSection
from dashboard.frame.address import Parameter, parse_choice
from dashboard.frame.navigation import draw_link
from dashboard.services.markdown import escape_markdown

SECTION: Final = Parameter("section", parse_choice(*RunbookSection))
_ICON: Final = ":material/menu_book:"
_TEXT: Final = "What to do"


def draw_runbook_link(runbook: str, about: str) -> None:
    """A link to the published section, or to the dashboard's own copy of it.

    Args:
        runbook: the address of an alarm.
        about: the alarm, for those who hear the link without what stands beside it.
    """
    label = f"{_TEXT} about {escape_markdown(about)}"
    if _is_published(runbook):
        st.link_button(label, runbook, icon=_ICON)
    else:
        draw_link("views/runbook.py", label, _ICON, {SECTION.name: _name_section(runbook)})


def draw_breach_link() -> None:
    """A link to what to do about folders in breach."""
    draw_runbook_link(f"{RUNBOOK_FILE}#{RunbookSection.OPEN_INCIDENTS}", "folders in breach")


def build_runbook_cell(runbook: str, about: str) -> tuple[str, str, str]:
    """The same as a cell of rows: its text, its address, and its name for screen readers."""
    address = runbook if _is_published(runbook) else f"runbook?{SECTION.name}={_name_section(runbook)}"
    return _TEXT, address, f"{_TEXT} about {about}"


def _is_published(runbook: str) -> bool:
    return runbook.startswith("https://")


def _name_section(runbook: str) -> str:
    return runbook.partition("#")[2]
