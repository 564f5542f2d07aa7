"""The pages of decisions are all in the index, and have one form."""

import re
from pathlib import Path

import pytest

from contract.names import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))


def test_index_lists_every_page_in_order() -> None:
    listed = re.findall(r"^\| \[(\d+)\]\((.+?)\) \|", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [(str(int(page.name[:4])), page.name) for page in PAGES]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_the_same_parts(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]
