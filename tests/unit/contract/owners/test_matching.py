"""Patterns, against a slow reading of what they mean."""

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.folders import folder_key
from contract.owners.matching import covers, find_owner, find_sender_owner, fits, list_unreachable
from contract.owners.model import Owner, Owners, Rule

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


def test_a_hostile_name_costs_no_more_than_others() -> None:
    # With a step back for each `*`, this would take longer than the universe is old.
    assert not fits("*a" * 500 + "b", "a" * 1024)


NAMES = ("default", "one", "two")
SENDERS = ("files-01", "FILES-01/nas", "bank")
FOLDERS = ("D:\\In", "d:/in/A", "D:\\IN\\", "\\\\NAS\\out", "/srv/In", "/srv/in", "In")
FOLDER_PATTERNS = (
    "*", "D:\\in*", "d:/IN/*", "d:\\in\\", "?:\\in", "*in", "*In", "/srv/*", "\\\\nas\\*", "D:\\in",
)  # fmt: skip
SENDER_PATTERNS = ("*", "files-*", "FILES-??", "*/nas", "bank")


def build(*rules: tuple[str | None, str | None, str]) -> Owners:
    return Owners(
        owners={name: Owner(name=name, channels=()) for name in NAMES},
        rules=tuple(
            Rule(folder=folder, sender=sender, owner=owner, line=line)
            for line, (folder, sender, owner) in enumerate(rules, start=1)
        ),
        default="default",
    )


RULES = st.lists(
    st.tuples(
        st.none() | st.sampled_from(FOLDER_PATTERNS),
        st.none() | st.sampled_from(SENDER_PATTERNS),
        st.sampled_from(NAMES),
    ),
    max_size=6,
)


def slowly_find(owners: Owners, folder: str | None, sender: str) -> Rule | None:
    """The first rule that fits; `folder` is None for the sender itself."""
    for rule in owners.rules:
        if rule.sender is not None and not slowly_fits(rule.sender.lower(), sender.lower()):
            continue
        if rule.folder is None:
            return rule
        if folder is None:
            continue
        key = folder_key(folder)
        folded = folder[1:2] == ":" or folder.startswith("\\\\")
        pattern = rule.folder.lower().replace("/", "\\").rstrip("\\") if folded else rule.folder
        if slowly_fits(pattern, key):
            return rule
    return None


@given(RULES, st.sampled_from(FOLDERS), st.sampled_from(SENDERS))
def test_the_first_rule_that_fits_wins(
    rules: list[tuple[str | None, str | None, str]], folder: str, sender: str
) -> None:
    owners = build(*rules)
    for found, rule in (
        (find_owner(owners, folder, sender), slowly_find(owners, folder, sender)),
        (find_sender_owner(owners, sender), slowly_find(owners, None, sender)),
    ):
        assert found.rule == rule
        assert found.owner.name == (rule.owner if rule else "default")


@given(RULES, st.sampled_from(FOLDERS), st.sampled_from(SENDERS))
def test_nothing_comes_to_an_unreachable_rule(
    rules: list[tuple[str | None, str | None, str]], folder: str, sender: str
) -> None:
    owners = build(*rules)
    unreachable = [rule for rule, _ in list_unreachable(owners.rules)]
    assert find_owner(owners, folder, sender).rule not in unreachable
    assert find_sender_owner(owners, sender).rule not in unreachable


@pytest.mark.parametrize(
    ("before", "rule", "hidden"),
    [
        ((None, None), ("D:\\in", None), True),
        ((None, None), (None, "bank"), True),
        (("*", None), (None, "bank"), False),  # that one is of silence too
        (("D:\\in*", None), ("d:/IN/a", "bank"), True),
        (("/srv/in", None), ("/srv/IN", None), False),
        (("*in", None), ("*IN", None), False),
        ((None, "files-0?"), ("*", "files-*"), False),
    ],
)
def test_unreachable_rules(
    before: tuple[str | None, str | None], rule: tuple[str | None, str | None], hidden: bool
) -> None:
    owners = build((*before, "one"), (*rule, "two"))
    first, second = owners.rules
    assert list(list_unreachable(owners.rules)) == ([(second, first)] if hidden else [])


def test_a_letter_whose_lower_case_depends_on_its_neighbours() -> None:
    owners = build(("D:\\ΟΔΟΣ*", None, "one"))
    assert find_owner(owners, "D:\\ΟΔΟΣΑ", "x").owner.name == "one"
    assert find_owner(owners, "D:\\ΟΔΟΣ", "x").owner.name == "one"
