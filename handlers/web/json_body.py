"""What a body in JSON may hide, and what both routes say about it."""

from collections.abc import Sequence
from typing import Any, Final

LOST_LETTER: Final = "\ufffd"
"""What a gateway puts in place of each byte that is not UTF-8; which letter it was is lost."""
UTF8_HINT: Final = (
    "encode it as UTF-8; Windows PowerShell 5.1 sends text as Latin-1, so give it the bytes: "
    "-Body ([Text.Encoding]::UTF8.GetBytes($json))"
)


class DuplicateKey(ValueError):
    """An object has a key more than once, so that what it says depends on the reader."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; made for `json.loads(object_pairs_hook=…)`.

    Raises:
        DuplicateKey: two pairs have the same key.
    """
    given: dict[str, Any] = {}
    for key, value in pairs:
        if key in given:
            raise DuplicateKey(key)
        given[key] = value
    return given
