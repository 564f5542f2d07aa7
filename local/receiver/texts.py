"""The text of a drawn message, for whoever searches it."""

from html.parser import HTMLParser
from typing import Final

from markupsafe import Markup

_ENDS_A_LINE: Final = frozenset(
    {"br", "hr", "p", "h2", "li", "pre", "blockquote", "div", "dt", "dd", "tr", "td", "th"}
)


def read_text(drawn: Markup) -> str:
    """What it says, a line for each of its blocks."""
    reader = _Reader(convert_charrefs=True)
    reader.feed(str(drawn))
    reader.close()
    lines = (line.strip() for line in "".join(reader.pieces).split("\n"))
    return "\n".join(line for line in lines if line)


class _Reader(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.pieces: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser calls it so
        if tag in {"br", "hr"}:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _ENDS_A_LINE:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        self.pieces.append(data)
