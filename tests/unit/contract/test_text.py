"""Names on their way to a reader: all of them can be seen, and none moves what is beside it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.text import shorten, show
from tests.unit.handlers.notifications.hostile import names


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("a\r\nb", "a[U+000D][U+000A]b"),
        ("invoice\u202efdp.exe", "invoice[U+202E]fdp.exe"),
        ("\ud800", "[U+D800]"),
        ("👩\u200d👧", "👩\u200d👧"),  # spelt with a joiner
        ("a\u200db", "a[U+200D]b"),
        ("שלם", "\u2068שלם\u2069"),
        ("a\ufffeb\U0001ffffc\ufdd0", "a[U+FFFE]b[U+1FFFF]c[U+FDD0]"),
        ("a\ufe0f.xml", "a[U+FE0F].xml"),
        ("葛\U000e0100", "葛[U+E0100]"),
        ("a\u00a0b\u2009c", "a[U+00A0]b[U+2009]c"),
        (" a b ", "[U+0020]a b[U+0020]"),
        ("e" + "\u0301" * 6, "e" + "\u0301" * 4 + "[U+0301]" * 2),
    ],
)
def test_what_cannot_be_seen_is_named(name: str, shown: str) -> None:
    assert show(name) == shown


@given(names, st.integers(12, 400))
def test_nothing_unseen_is_left(name: str, width: int) -> None:
    shown = show(name, width)
    inner = shown.removeprefix("\u2068").removesuffix("\u2069")
    assert len(inner) <= width
    assert inner.strip("\u2068\u2069") == inner
    assert all(
        letter in "\u200c\u200d" or unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
        for letter in inner
    )


@pytest.mark.parametrize(
    ("path", "width", "short"),
    [
        ("D:\\Inbound", 24, "D:\\Inbound"),
        ("D:\\Transfer\\Partners\\Northwind\\Inbound\\Orders", 31, "D:\\...\\Northwind\\Inbound\\Orders"),
        ("\\\\nas02\\exchange\\partners\\orders\\in", 24, "\\\\nas02\\...\\orders\\in"),
        ("x" * 100, 20, "xxxxx..." + "x" * 12),
    ],
)
def test_a_path_is_cut_in_the_middle(path: str, width: int, short: str) -> None:
    assert shorten(path, width) == short
