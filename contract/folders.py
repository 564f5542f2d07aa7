"""What makes two spellings of a path one folder, and which folders lie beside each other."""

import re
from typing import Final

_WINDOWS: Final = re.compile(r"[A-Za-z]:(?:[\\/]|$)|[\\/]{2}[^\\/]")
"""A drive, or two separators and a server."""


def folder_key(path: str) -> str:
    r"""A drive or UNC path in lower case with `\` and no separator at its end; any other path as it is.

    The root of a drive keeps none either: `C:\` and `C:` are one key.
    """
    return fold_path(path) if is_windows_path(path) else path


def is_windows_path(path: str) -> bool:
    """Whether a path begins with a drive or a server: such a path has several spellings."""
    return _WINDOWS.match(path) is not None


def fold_path(path: str) -> str:
    """What all spellings of a drive or UNC path have in common."""
    return path.lower().replace("/", "\\").rstrip("\\")


def set_key(folder: str) -> str:
    r"""The parent path of a folder, given as its key. A folder without one is in the set "".

    >>> set_key("d:\\data\\in"), set_key("/srv/in"), set_key("in")
    ('d:\\data', '/srv', '')
    """
    if is_windows_path(folder):
        return folder.rpartition("\\")[0]
    return folder.rstrip("/").rpartition("/")[0]
