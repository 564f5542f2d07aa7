"""The choice of a folder among those that were reported."""

import streamlit as st

from dashboard.frame.address import show_in_widget
from dashboard.services.spellings import Spellings
from dashboard.widgets.folder_link import FOLDER


def pick_folder(spellings: Spellings) -> str:
    """Draws the choice, and returns the folder as the address spells it; "" for none.

    A part of a path picks the first folder that contains it. Only a link may name one that is not listed.
    """
    given = FOLDER.value("")
    # A link may spell it in another way than the list does.
    folder = spellings.find(given)[0] if given else ""
    show_in_widget(FOLDER.key, folder or None)
    known = spellings.folders
    options = known if folder in known or not folder else [folder, *known]
    st.selectbox(
        "Folder",
        options,
        index=options.index(folder) if folder else None,
        key=FOLDER.key,
        on_change=FOLDER.write_from_widget,
        filter_mode="contains",
        placeholder="All folders: pick one, or type a part of its path",
        label_visibility="collapsed",
    )
    return given
