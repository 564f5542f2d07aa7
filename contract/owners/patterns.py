"""Patterns: `*` is any text, `?` one character, and nothing else is special, for paths hold brackets."""

import re
from functools import lru_cache
from typing import Final

ANY: Final = "*"
ONE: Final = "?"
MAX_PATTERN_CHARACTERS: Final = 1024
"""A folder has at most as many bytes (`contract.limits.MAX_FOLDER_BYTES`)."""


def fits(pattern: str, text: str) -> bool:
    """Whether a pattern describes the whole of a text.

    The time it takes is at worst proportional to the product of the two lengths: names come from outside.
    """
    return _compile(pattern, one=".").fullmatch(text) is not None


def covers(wide: str, narrow: str) -> bool:
    """Whether whatever `narrow` fits, `wide` fits too. It may overlook that, and never claims it wrongly."""
    # Read as a text, a `*` of the narrow one may stand for anything, so that only a `*` takes it.
    return _compile(wide, one=r"[^*]").fullmatch(narrow) is not None


@lru_cache(maxsize=8192)
def _compile(pattern: str, *, one: str) -> re.Pattern[str]:
    first, *others = (
        "".join(one if char == ONE else re.escape(char) for char in part) for part in _split(pattern)
    )
    if not others:
        return re.compile(first, re.DOTALL)
    # The first place at which a part between two `*` occurs leaves most to the rest: none is tried again.
    between = "".join(f"(?>.*?{part})" for part in others[:-1])
    return re.compile(f"{first}{between}.*{others[-1]}", re.DOTALL)


def _split(pattern: str) -> list[str]:
    """The parts between the `*` of a pattern; several `*` in a row are one."""
    parts = pattern.split(ANY)
    return [part for index, part in enumerate(parts) if part or index in (0, len(parts) - 1)]
