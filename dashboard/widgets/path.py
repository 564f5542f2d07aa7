"""Paths of folders and files, on their way to the screen."""

import re
from typing import Final

import streamlit as st

_LONGEST_END: Final = 26
"""Characters of a path's end that stay in sight in the narrowest place."""


def split_path(path: str) -> tuple[str, str]:
    """A path in two parts, between which a narrow place cuts it.

    Its beginning tells the server's share, its end the folder: what lies between is missed least.
    """
    last = max(path.rstrip("\\/").rfind("\\"), path.rstrip("\\/").rfind("/"), 0)
    cut = max(last, len(path) - _LONGEST_END)
    return path[:cut], path[cut:]


def name_last(path: str) -> str:
    """The last name of a path, which people call the folder by."""
    return re.split(r"[\\/]+", path.rstrip("\\/"))[-1] or path


def draw_path(folder: str, filename: str | None = None) -> None:
    """A path as it is, to read and to copy. Not as Markdown, which would turn names into links."""
    separator = "\\" if "\\" in folder else "/"
    path = folder if filename is None else f"{folder.rstrip(separator)}{separator}{filename}"
    st.code(path, language=None, wrap_lines=True)
