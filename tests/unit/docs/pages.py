"""The pages that people read."""

import re
from collections.abc import Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from local.stack_config import ROOT

_FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Page:
    """A page of Markdown."""

    path: Path

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def code(self) -> list[str]:
        """Each line of its blocks of code, and each piece of code within a sentence."""
        blocks = [line for block in _FENCED.findall(self.text) for line in block.splitlines()[1:-1]]
        return [line.strip() for line in blocks] + re.findall(r"`([^`\n]+)`", _FENCED.sub("", self.text))

    @property
    def links(self) -> Iterator[tuple[str, str]]:
        """Path and anchor of each link and picture that leads to a file of ours."""
        prose = _FENCED.sub("", self.text)
        for link in re.findall(r"\]\(([^)\s]+)\)|(?:src|srcset)=\"([^\"]+)\"", prose):
            target = link[0] or link[1]
            if not re.match(r"[a-z]+:", target):
                path, _, anchor = target.partition("#")
                yield path, anchor

    @property
    def anchors(self) -> Set[str]:
        """What its headings get where Markdown is shown."""
        return {
            re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            for heading in re.findall(r"^#+ (.+)$", _FENCED.sub("", self.text), re.MULTILINE)
        }


PAGES = [
    Page(path)
    for path in (
        *sorted(ROOT.glob("*.md")),
        *sorted((ROOT / "docs").rglob("*.md")),
        *sorted((ROOT / "tests").rglob("*.md")),
    )
]
