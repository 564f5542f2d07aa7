"""Reading JSON so that no key is lost."""

from collections.abc import Sequence
from typing import Any


class DuplicateKeyError(ValueError):
    """An object has a key more than once, so that what it says depends on the reader."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these pairs; made for `json.loads(object_pairs_hook=…)`.

    Raises:
        DuplicateKeyError: two pairs have the same key.
    """
    given: dict[str, Any] = {}
    for key, value in pairs:
        if key in given:
            raise DuplicateKeyError(key)
        given[key] = value
    return given
