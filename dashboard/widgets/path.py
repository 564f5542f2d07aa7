"""Paths of folders and files, on their way to the screen."""

from typing import Final

import streamlit as st

_TAIL_CHARACTERS: Final = 42


def shorten_path(path: str) -> str:
    """A path short enough for a table, cut at its beginning: folders differ at their end."""
    return path if len(path) <= _TAIL_CHARACTERS else f"…{path[1 - _TAIL_CHARACTERS :]}"


def draw_path(folder: str, filename: str | None = None) -> None:
    """A path as it is, to read and to copy. Not as Markdown, which would turn names into links."""
    separator = "\\" if "\\" in folder else "/"
    path = folder if filename is None else f"{folder.rstrip(separator)}{separator}{filename}"
    st.code(path, language=None, wrap_lines=True)
