"""Text as ASCII, for a subject: SNS takes nothing else, and a phone shows it as it is."""

import re
import unicodedata
from typing import Final

from handlers.messages.rendering.shown import reveal

_SPELT: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "€": "EUR",
    }
)  # fmt: skip
"""What is spelt otherwise where it cannot be taken apart into a letter and its mark."""
_OTHER: Final = re.compile(r"[^ -~]+")
"""A stretch of what has no like in ASCII. A `?` stands for it: no name on Windows has one."""


def to_ascii(text: str) -> str:
    r"""The nearest printable ASCII.

    >>> to_ascii("D:\\Aufträge\\数据\\in")
    'D:\\Auftrage\\?\\in'
    """
    if text.isascii() and text.isprintable():
        return _disarm(text)
    apart = unicodedata.normalize("NFKD", reveal(text).translate(_SPELT))
    # A mark on a letter that is left behind without it.
    bare = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _disarm(_OTHER.sub("?", bare))


def _disarm(text: str) -> str:
    """Takes `=?` apart: in a header of a mail it begins a word of another alphabet (RFC 2047)."""
    return text.replace("=?", "= ?")
