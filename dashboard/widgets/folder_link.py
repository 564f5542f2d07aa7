"""The folder that the folder view shows, and the way there from elsewhere."""

from typing import Final

import streamlit as st

from contract.limits import MAX_FOLDER_BYTES
from dashboard.frame.address import Parameter
from dashboard.frame.navigation import go_to

FOLDER: Final = Parameter("folder", lambda text: text if 0 < len(text.encode()) <= MAX_FOLDER_BYTES else None)


def draw_folder_link(folder: str) -> None:
    """A button that opens the folder's history, the range and zone kept."""
    if st.button("Folder history", icon=":material/folder_open:"):
        go_to("views/by_folder.py", {FOLDER.name: folder})
