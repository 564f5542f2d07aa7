"""The pages of decisions are all in the index, have one form, and link to what exists."""

import re
from pathlib import Path

import pytest

from local.stack_config import ROOT

FOLDER = ROOT / "docs" / "decisions"
PAGES = sorted(FOLDER.glob("[0-9]*.md"))


def _slug(heading: str) -> str:
    """The anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_index_lists_every_page_in_order() -> None:
    listed = re.findall(r"^\| \[(\d+)\]\((.+?)\) \|", (FOLDER / "README.md").read_text(), re.MULTILINE)
    assert listed == [(str(number), page.name) for number, page in enumerate(PAGES, start=1)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_page_has_the_same_parts(page: Path) -> None:
    text = page.read_text()
    assert text.startswith(f"# {int(page.name[:4])}. ")
    assert re.findall(r"^## (.+)$", text, re.MULTILINE) == ["Context", "Decision", "Consequences"]


@pytest.mark.parametrize("page", [FOLDER / "README.md", *PAGES], ids=lambda page: page.stem)
def test_every_link_leads_somewhere(page: Path) -> None:
    for path, _, anchor in (link.partition("#") for link in re.findall(r"\]\((.+?)\)", page.read_text())):
        target = page.parent / path
        assert target.is_file(), path
        if anchor:
            headings = re.findall(r"^#+ (.+)$", target.read_text(), re.MULTILINE)
            assert anchor in {_slug(heading) for heading in headings}, anchor
