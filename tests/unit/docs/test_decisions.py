"""Decisions are numbered in order and have one form."""

import re

from contract.names import ROOT

PAGE = (ROOT / "docs" / "development" / "decisions.md").read_text()
SECTIONS = re.split(r"^## ", PAGE, flags=re.MULTILINE)[1:]


def test_decisions_are_numbered_in_order() -> None:
    numbers = [int(section.partition(".")[0]) for section in SECTIONS]
    assert numbers == list(range(1, len(SECTIONS) + 1))


def test_every_decision_has_the_same_parts() -> None:
    for section in SECTIONS:
        assert re.findall(r"^- \*\*(\w+)\.\*\*", section, re.MULTILINE) == ["Why", "Decided", "Follows"]
