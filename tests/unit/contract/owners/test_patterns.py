"""Patterns, against a slow reading of what they mean."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.owners.patterns import covers, fits

TEXTS = st.text("aB[.\n", max_size=7)
PATTERNS = st.text("aB[.\n*?", max_size=7)


@cache
def slowly_fits(pattern: str, text: str) -> bool:
    if not pattern:
        return not text
    first, rest = pattern[0], pattern[1:]
    if first == "*":
        return any(slowly_fits(rest, text[taken:]) for taken in range(len(text) + 1))
    return bool(text) and first in ("?", text[0]) and slowly_fits(rest, text[1:])


@given(PATTERNS, TEXTS)
def test_fits_what_it_means(pattern: str, text: str) -> None:
    assert fits(pattern, text) == slowly_fits(pattern, text)


@given(PATTERNS, PATTERNS, TEXTS)
def test_what_covers_fits_whatever_is_covered(wide: str, narrow: str, text: str) -> None:
    if covers(wide, narrow) and slowly_fits(narrow, text):
        assert slowly_fits(wide, text)


@given(PATTERNS)
def test_anything_and_itself_cover_a_pattern(pattern: str) -> None:
    assert covers("*", pattern)
    assert covers(pattern, pattern)


@pytest.mark.parametrize(
    ("wide", "narrow", "covered"),
    [
        ("?", "*", False),
        ("a?c", "a*c", False),
        ("a*c", "a?c", True),
        ("??*", "ab*", True),
        ("ab", "a?", False),
    ],
)
def test_one_pattern_covers_another(wide: str, narrow: str, covered: bool) -> None:
    assert covers(wide, narrow) is covered


def test_a_hostile_name_costs_no_more_than_others() -> None:
    # With a step back for each `*`, this would take longer than the universe is old.
    assert not fits("*a" * 500 + "b", "a" * 1024)
