"""Markdown pages as they are read: where their links lead, and which anchors their headings get where."""

import re
from collections.abc import Iterator
from functools import cached_property
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from contract.names import ROOT

_PARSER: Final = MarkdownIt("gfm-like", {"linkify": False})
_ADDRESSES: Final = {"href", "src", "srcset"}
_NAMES: Final = {"id", "name"}


def find_blocks(text: str, language: str) -> list[str]:
    """The blocks of code in a language, as they are written in a page."""
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def run_blocks(text: str, where: str) -> dict[str, Any]:
    """What a page's Python leaves behind, block after block."""
    namespace: dict[str, Any] = {}
    for block in find_blocks(text, "python"):
        exec(compile(block, where, "exec"), namespace)  # noqa: S102 - the page is ours
    return namespace


class Page:
    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tokens = list(_flatten(_PARSER.parse(path.read_text(encoding="utf-8"))))

    @cached_property
    def links(self) -> list[str]:
        """Where its links and pictures lead, those in HTML too; not those in code, which are none."""
        written = [
            str(token.attrs.get("href") or token.attrs.get("src"))
            for token in self._tokens
            if token.type in {"link_open", "image"}
        ]
        return written + [value for name, value in self._html() if name in _ADDRESSES]

    @cached_property
    def headings(self) -> list[str]:
        """What its headings say, without markup."""
        following = zip(self._tokens, self._tokens[1:], strict=False)
        return [_say(inline) for heading, inline in following if heading.type == "heading_open"]

    @cached_property
    def github_anchors(self) -> set[str]:
        """The fragments that lead to a place of the page on GitHub and in most editors."""
        anchors: list[str] = []
        for heading in self.headings:
            slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
            again = sum(re.fullmatch(rf"{re.escape(slug)}(-\d+)?", anchor) is not None for anchor in anchors)
            anchors.append(f"{slug}-{again}" if again else slug)
        return {*anchors, *(value for name, value in self._html() if name in _NAMES)}

    @cached_property
    def streamlit_anchors(self) -> set[str]:
        """The same where the dashboard shows the page; a heading said twice has one anchor there."""
        return {_slug_as_streamlit(heading) for heading in self.headings}

    @cached_property
    def code(self) -> list[str]:
        """Each line of its blocks of code, and each piece of code within a sentence."""
        pieces = [token.content for token in self._tokens if token.type in {"fence", "code_inline"}]
        return [line.strip() for piece in pieces for line in piece.splitlines()]

    def _html(self) -> Iterator[tuple[str, str]]:
        """The attributes of all HTML in the page."""
        reader = _Attributes()
        for token in self._tokens:
            if token.type in {"html_block", "html_inline"}:
                reader.feed(token.content)
        return iter(reader.found)


class _Attributes(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [(name, value) for name, value in attrs if value]


def _flatten(tokens: list[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flatten(token.children or [])


def _say(inline: Token) -> str:
    return "".join(
        child.content for child in _flatten(inline.children or []) if child.type in {"text", "code_inline"}
    )


def _slug_as_streamlit(heading: str) -> str:
    """What @sindresorhus/slugify makes of a heading, with which Streamlit's pages name them.

    It parts words where lower case or a digit meets upper case. Letters outside ASCII it spells by tables
    that are not repeated here.
    """
    assert heading.isascii(), f"spell the heading with ASCII: {heading}"
    text = heading.replace("&", " and ")
    text = re.sub(r"([A-Z]{2})(\d+)", r"\1 \2", text)
    text = re.sub(r"([a-z\d])([A-Z])", r"\1 \2", text)
    text = re.sub(r"([A-Z])([A-Z](?!s(?![a-z]))[a-z\d]+)", r"\1 \2", text)
    text = re.sub(r"([a-z\d])'([ts])(?![a-z\d])", r"\1\2", text.lower())
    return re.sub(r"[^a-z\d]+", "-", text).strip("-")


PAGES: Final = [
    Page(path)
    for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "tests").rglob("*.md")])
]
"""Every page that there is."""
