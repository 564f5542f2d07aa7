"""Text that comes from elsewhere, on its way to the screen."""

import re
from typing import Final

import streamlit as st

_TAIL_CHARACTERS: Final = 42
_MARKUP: Final = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:&=^\"'])")


def escape_markdown(text: str) -> str:
    """`text` as one line of Markdown that shows exactly it, without emphasis, HTML, formulas or icons."""
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def shorten_path(path: str) -> str:
    """A path short enough for a table, cut at its beginning: folders differ at their end."""
    return path if len(path) <= _TAIL_CHARACTERS else f"…{path[1 - _TAIL_CHARACTERS :]}"


def draw_path(folder: str, filename: str | None = None) -> None:
    """A path as it is, to read and to copy. Not as Markdown, which would turn names into links."""
    separator = "\\" if "\\" in folder else "/"
    path = folder if filename is None else f"{folder.rstrip(separator)}{separator}{filename}"
    st.code(path, language=None, wrap_lines=True)
