"""Pieces of a page, in which whatever came from outside is escaped."""

from collections.abc import Iterable
from typing import Final

from markupsafe import Markup

_SCHEMES: Final = ("https://", "http://", "mailto:")


def wrap(tag: str, *inside: str | Markup, css: str = "") -> Markup:
    """An element; `tag` is one of ours, and text inside is escaped unless it is a piece itself."""
    attributes = Markup(' class="{}"').format(css) if css else ""
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(tag), attributes, join(inside))  # noqa: S704 - one of ours


def join(pieces: Iterable[str | Markup], between: str = "") -> Markup:
    """Pieces one after the other."""
    return Markup(between).join(pieces)  # noqa: S704 - one of ours


def draw_link(url: str, label: str, css: str = "") -> Markup:
    """A link that opens beside this page, or the label alone where it leads nowhere that a browser goes."""
    if not url.startswith(_SCHEMES):
        return wrap("span", label, css=css)
    return Markup('<a class="{}" href="{}" rel="noreferrer noopener" target="_blank">{}</a>').format(
        css, url, label
    )
