"""Slack's mrkdwn as HTML: it obeys what Slack would, so that whoever reads sees what got through.

After https://docs.slack.dev/messaging/formatting-message-text: `&amp;`, `&lt;` and `&gt;` are the only
escapes, what stands between `<` and `>` is a link or calls somebody, and marks work at the edges of words.
"""

import re
from collections.abc import Callable
from typing import Final

from markupsafe import Markup, escape

from local.receiver.pieces import draw_link, wrap

_PREFORMATTED: Final = re.compile(r"```(.+?)```", re.DOTALL)
_QUOTE: Final = re.compile(r"^(?:&gt;|>) ?(.*)$", re.MULTILINE)
_CODE: Final = re.compile(r"`([^`\n]+)`")
_SEQUENCE: Final = re.compile(r"<(?P<what>[^<>|\n]+)(?:\|(?P<label>[^<>\n]*))?>")
_BARE_LINK: Final = re.compile(r"https?://[^\s<>|]+")
_EMOJI: Final = re.compile(r":[a-z0-9_+-]{1,40}:")
_MARKS: Final = {
    tag: re.compile(rf"(?<![\w{mark}]){re.escape(mark)}(?=\S)([^\n]*?\S){re.escape(mark)}(?![\w{mark}])")
    for mark, tag in (("*", "strong"), ("_", "em"), ("~", "s"))
}
_ASIDE: Final = re.compile("\ue000(\\d+)\ue001")
"""Where a piece was that is drawn already: two characters that are nobody's."""


def draw_mrkdwn(text: str) -> Markup:
    """Text of a mrkdwn object."""
    return _split(_PREFORMATTED, text, lambda found: wrap("pre", unescape(found[1])), _draw_lines)


def _draw_lines(text: str) -> Markup:
    return _split(_QUOTE, text, lambda found: wrap("blockquote", _draw_line(found[1])), _draw_line)


def _draw_line(text: str) -> Markup:
    return _split(_CODE, text, lambda found: wrap("code", unescape(found[1])), _draw_words)


def _draw_words(text: str) -> Markup:
    """Marks may stand around links: these are set aside, marks are drawn, and the links put back."""
    aside: list[Markup] = []

    def set_aside(drawn: Markup) -> str:
        aside.append(drawn)
        return f"\ue000{len(aside) - 1}\ue001"

    text = text.replace("\ue000", "").replace("\ue001", "")
    text = _SEQUENCE.sub(lambda found: set_aside(_draw_sequence(found["what"], found["label"])), text)
    text = _BARE_LINK.sub(lambda found: set_aside(draw_link(unescape(found[0]), unescape(found[0]))), text)
    text = _EMOJI.sub(lambda found: set_aside(wrap("span", found[0], css="emoji")), text)
    return _split(_ASIDE, _draw_marks(text), lambda found: aside[int(found[1])], Markup)


def _draw_marks(text: str) -> Markup:
    for tag, pattern in _MARKS.items():
        if (found := pattern.search(text)) is not None:
            before, after = text[: found.start()], text[found.end() :]
            return _draw_marks(before) + wrap(tag, _draw_marks(found[1])) + _draw_marks(after)
    return escape(unescape(text))


def _draw_sequence(what: str, label: str | None) -> Markup:
    if what.startswith("!date^"):
        return escape(unescape(label or ""))
    if what[0] in "!@#":
        # It would call people.
        return wrap("span", unescape(label or what.lstrip("!")), css="mention")
    return draw_link(unescape(what), unescape(what if label is None else label))


def unescape(text: str) -> str:
    """Text without Slack's escapes."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _split(
    pattern: re.Pattern[str],
    text: str,
    draw_match: Callable[[re.Match[str]], Markup],
    draw_rest: Callable[[str], Markup],
) -> Markup:
    drawn, end = Markup(), 0
    for found in pattern.finditer(text):
        drawn += draw_rest(text[end : found.start()]) + draw_match(found)
        end = found.end()
    return drawn + draw_rest(text[end:])
