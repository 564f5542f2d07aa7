"""Paths of folders and files, on their way to the screen."""

from typing import Final

import streamlit as st

PATH_PIXELS: Final = 305
"""The width of a column of paths that says nothing else."""
_CHARACTER_PIXELS: Final = 7.2


def shorten_path(path: str, pixels: int = PATH_PIXELS) -> str:
    """A path short enough for a table's column, cut at its beginning: folders differ at their end."""
    most = int(pixels / _CHARACTER_PIXELS)
    return path if len(path) <= most else f"…{path[1 - most :]}"


def draw_path(folder: str, filename: str | None = None) -> None:
    """A path as it is, to read and to copy. Not as Markdown, which would turn names into links."""
    separator = "\\" if "\\" in folder else "/"
    path = folder if filename is None else f"{folder.rstrip(separator)}{separator}{filename}"
    st.code(path, language=None, wrap_lines=True)
