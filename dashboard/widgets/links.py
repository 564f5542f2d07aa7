"""Ways to folders, senders, incidents and the runbook; paths, and names that lost letters."""

import re
from collections.abc import Iterable, Mapping
from typing import Final

import streamlit as st

from contract.answers import LOST_LETTER, UTF8_HINT
from contract.limits import MAX_FOLDER_BYTES
from contract.names import RunbookSection
from contract.text import show
from dashboard.figures.text import escape_markdown
from dashboard.frame.choices import Parameter, parse_choice, parse_name
from dashboard.frame.page import draw_link

FOLDER: Final = Parameter("folder", lambda text: text if 0 < len(text.encode()) <= MAX_FOLDER_BYTES else None)


def draw_folder_link(folder: str) -> None:
    """A link to the folder's history, the range and zone kept."""
    draw_link("views/by_folder.py", "Folder history", ":material/folder_open:", {FOLDER.name: folder})


SENDER: Final = Parameter("sender", parse_name(300))
"""A sender's key, or its name where the page has only records."""


FOR_SENDER: Final = Parameter("for_sender", parse_name(300))
"""The name of the sender for which maintenance is to be planned."""
HOURS: Final = Parameter("hours", parse_name(64))
"""Its working hours: days, start and end, such as `mon,tue 07:00 19:00`."""
INCIDENT: Final = Parameter("incident", lambda text: text if text.isalnum() and len(text) <= 64 else None)


def draw_incident_link(incident_id: str) -> None:
    """A link to the incident on its page."""
    draw_incidents_link("Incident", {INCIDENT.name: incident_id})


def draw_incidents_link(label: str, parameters: Mapping[str, str]) -> None:
    """A link to the incidents with these parameters, the range and zone kept."""
    draw_link("views/incidents.py", label, ":material/list_alt:", parameters)


SECTION: Final = Parameter("section", parse_choice(*RunbookSection))
_ICON: Final = ":material/menu_book:"
_TEXT: Final = "What to do"
_PUBLISHED: Final = "https://"


def draw_runbook_link(runbook: str, about: str) -> None:
    """A link to the published section, or to the dashboard's own copy of it.

    Args:
        runbook: the address of an alarm.
        about: the alarm, for those who hear the link without what stands beside it.
    """
    label = f"{_TEXT} about {escape_markdown(about)}"
    if runbook.startswith(_PUBLISHED):
        st.link_button(label, runbook, icon=_ICON)
    else:
        draw_link("views/runbook.py", label, _ICON, {SECTION.name: runbook.partition("#")[2]})


def build_runbook_cell(runbook: str, about: str) -> tuple[str, str, str]:
    """The same as a cell of rows: its text, its address, and its name for screen readers."""
    own = f"runbook?{SECTION.name}={runbook.partition('#')[2]}"
    return _TEXT, runbook if runbook.startswith(_PUBLISHED) else own, f"{_TEXT} about {about}"


def name_last(path: str) -> str:
    """The last name of a path, which people call the folder by."""
    return re.split(r"[\\/]+", path.rstrip("\\/"))[-1] or path


def draw_path(folder: str, filename: str | None = None) -> None:
    """A path as it is, to read and to copy. Not as Markdown, which would turn names into links."""
    separator = "\\" if "\\" in folder else "/"
    path = folder if filename is None else f"{folder.rstrip(separator)}{separator}{filename}"
    st.code(show(path), language=None, wrap_lines=True)


_REMEDY: Final = (
    f"Each {LOST_LETTER} stands for a letter that was lost in transmission. To fix the script: "
    f"{escape_markdown(UTF8_HINT)}."
)


def draw_lost_letters(names: Iterable[str]) -> None:
    """Says so where any of the names lost letters, with the remedy."""
    if any(LOST_LETTER in name for name in names):
        st.warning(_REMEDY, icon=":material/font_download_off:")
