"""Text from outside, on its way to a reader: shown, and never obeyed.

What a text means to a medium is that medium's business. What is wrong in any of them stands here: a character
that cannot be seen, or that moves what stands beside it; and what a spreadsheet takes for a formula.
"""

import re
import unicodedata
from typing import Final

FORMULA: Final = r"[=+\-@\t\r\n]|\s+[=+\-@]"
"""How such a text begins, as a regular expression. In files for people an apostrophe goes before it."""


_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of characters that show nothing by themselves: controls, those of writing direction among them,
noncharacters, private use, halves of a pair, and separators of lines."""
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and a symbol that show nothing either."""
_WIDE_SPACE: Final = "\u3000"
"""That of Chinese and Japanese, wider than the common one. Any other space looks like the common one."""
_VARIATIONS: Final = re.compile("[\u180b-\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""They choose a form of the character before them, of which most have one form only."""
_MARKS: Final = frozenset({"Mn", "Me"})
_MAX_MARKS: Final = 4
"""Combining marks in a row that scripts are spelt with; more of them cover the lines around."""
_JOINERS: Final = frozenset("\u200c\u200d")
"""Unseen, but scripts and emoji are spelt with them."""
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN"})
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_CUT: Final = "..."
_ROOT: Final = re.compile(r"[A-Za-z]:[\\/]|[\\/]{2}[^\\/]+[\\/]|[\\/][^\\/]+[\\/]|")
"""The beginning of a path that tells where it is: a drive, a server, or the first name."""


def show(text: str, width: int | None = None) -> str:
    """One line of text in which every character can be seen, and none moves what is beside it.

    Args:
        text: anything that a file system or a script can yield.
        width: characters at most, but for the two that isolate a script written from right to left; None for
            all. What is too long is cut in the middle.
    """
    shown = reveal(text)
    if width is not None:
        shown = shorten(shown, width)
    if any(unicodedata.bidirectional(letter) in _RIGHT_TO_LEFT for letter in shown):
        return f"{_ISOLATE}{shown}{_END_ISOLATE}"
    return shown


def reveal(text: str) -> str:
    r"""A name with every unseen character as its number, and with the spaces around it.

    >>> reveal("invoice\u202efdp.exe")
    'invoice[U+202E]fdp.exe'
    >>> reveal("order ")
    'order[U+0020]'
    """
    inner = text.strip(" ")
    before = len(text) - len(text.lstrip(" ")) if inner else 0
    after = len(text) - before - len(inner)
    return f"{_name(' ') * before}{reveal_inside(inner)}{_name(' ') * after}"


def reveal_inside(text: str) -> str:
    """The same of any text, whose spaces around it mean nothing."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_name(letter) if _is_unseen(text, index) else letter for index, letter in enumerate(text))


def _name(letter: str) -> str:
    return f"[U+{ord(letter):04X}]"


def shorten(text: str, width: int) -> str:
    r"""Cuts the middle out of what is too long: a path begins with where it is, and ends with what it is.

    >>> shorten("D:\\Transfer\\Partners\\Northwind\\Inbound\\Orders", 31)
    'D:\\...\\Northwind\\Inbound\\Orders'
    """
    if len(text) <= width:
        return text
    root = _ROOT.match(text)
    head = (root.group() if root else "")[: width // 3] or text[: width // 4]
    tail = text[len(text) - (width - len(head) - len(_CUT)) :]
    # Begin at a whole name, unless that costs most of what there is.
    separator = re.search(r"[\\/]", tail)
    if separator and separator.start() < len(tail) // 2:
        tail = tail[separator.start() :]
    return f"{head}{_CUT}{tail}"


def _is_unseen(text: str, index: int) -> bool:
    letter = text[index]
    if letter in _JOINERS:
        return not (0 < index < len(text) - 1 and ord(text[index - 1]) > 0x7F < ord(text[index + 1]))
    category = unicodedata.category(letter)
    if _VARIATIONS.match(letter):
        return index == 0 or unicodedata.category(text[index - 1]) != "So"  # as emoji are spelt
    if category == "Zs":
        return letter not in (" ", _WIDE_SPACE)
    if category in _MARKS:
        before = text[max(0, index - _MAX_MARKS) : index]
        return len(before) == _MAX_MARKS and all(unicodedata.category(one) in _MARKS for one in before)
    return letter in _BLANK or category in _UNSEEN


_SPELT: Final = str.maketrans(
    {
        "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L",
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i",
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
        "\u2192": "->", "\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"', "\u201e": '"', "€": "EUR",
    }
)  # fmt: skip
"""Letters that cannot be taken apart into an ASCII letter and its mark."""
_OTHER: Final = re.compile(r"[^ -~]+")
"""Characters without anything like them in ASCII become a `?`, which no name on Windows has."""


def to_ascii(text: str) -> str:
    r"""The nearest printable ASCII.

    >>> to_ascii("D:\\Aufträge\\数据\\in")
    'D:\\Auftrage\\?\\in'
    """
    if not (text.isascii() and text.isprintable()):
        apart = unicodedata.normalize("NFKD", reveal(text).translate(_SPELT))
        without_marks = "".join(letter for letter in apart if not unicodedata.combining(letter))
        text = _OTHER.sub("?", without_marks)
    # In the header of a mail, `=?` begins a word in another character set (RFC 2047).
    return text.replace("=?", "= ?").strip() or "?"
