"""Reading JSON so that no key is lost."""

import json
from collections.abc import Sequence
from typing import Any

from contract.answers import FieldProblem
from handlers.web.broken_json import describe_broken_json, describe_no_object, find_broken_json
from handlers.web.errors import InvalidBodyError


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


def read_object(body: bytes) -> dict[str, Any]:
    """The object in a body of JSON encoded as UTF-8.

    Raises:
        InvalidBodyError: it is none, or has a key twice. Values are never quoted.
    """
    # Without the causes: their messages quote what was read.
    try:
        given = json.loads(body.decode("utf-8-sig"), object_pairs_hook=unique_keys)
    except DuplicateKeyError:
        raise InvalidBodyError(
            [FieldProblem("body", "has a key more than once", "send each key once")]
        ) from None
    except (ValueError, RecursionError):
        problem = find_broken_json(body) or describe_broken_json("it cannot be read")
        raise InvalidBodyError([problem]) from None
    if not isinstance(given, dict):
        raise InvalidBodyError([describe_no_object(given)])
    return given
