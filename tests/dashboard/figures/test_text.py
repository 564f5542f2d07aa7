"""Text in files and on the screen: to the letter, and never obeyed."""

import csv
import io
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from contract.text import reveal_inside
from dashboard.columns import Column
from dashboard.figures.series import Period
from dashboard.figures.text import build_file_name, escape_markdown, filter_by_text, format_csv

BERLIN = ZoneInfo("Europe/Berlin")
AT = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
HEADINGS = [
    Column("filename", "text", "File"),
    Column("at", "moment", "Reported"),
    Column("minutes", "minutes", "Wait"),
]


def frame(*names: str) -> pd.DataFrame:
    times = pd.Series([AT] * len(names), dtype="datetime64[us, UTC]")
    return pd.DataFrame(
        {"filename": pd.Series(names, dtype="str"), "at": times, "minutes": 580.9917406666666, "secret": "x"}
    )


def read(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_the_file_holds_the_columns_asked_for_under_their_headings() -> None:
    content = format_csv(frame("relatório março.csv"), HEADINGS, BERLIN)
    assert content.startswith(b"\xef\xbb\xbf")
    assert read(content) == [
        ["File", "Reported", "Wait (min)"],
        ["relatório março.csv", "2026-11-24T00:30:00+01:00", "580"],
    ]
    table = frame("a")
    table.loc[0, "at"] = pd.NaT
    assert read(format_csv(table, HEADINGS, BERLIN))[1] == ["a", "", "580"]
    status = [Column("filename", "status", "Status")]
    assert read(format_csv(frame("▲ Open\n☾ snoozed"), status, BERLIN))[1] == ["▲ Open, ☾ snoozed"]


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "\n=1"])
def test_a_name_that_looks_like_a_formula_is_defused(name: str) -> None:
    assert read(format_csv(frame(name), HEADINGS, BERLIN))[1][0].startswith("'")


@pytest.mark.parametrize("name", ["a=b", "a-1.csv", 'say "hi", you', "line\nbreak", "C:\\Jobs\\F"])
def test_other_names_are_kept_to_the_letter(name: str) -> None:
    assert read(format_csv(frame(name), HEADINGS, BERLIN))[1][0] == name


def test_the_file_is_named_after_what_it_holds() -> None:
    period = Period(datetime(2026, 11, 22, 23, tzinfo=UTC), datetime(2026, 11, 23, 23, tzinfo=UTC))
    assert build_file_name("stuck-files", period, BERLIN, "open", "") == (
        "file-sla_stuck-files_20261123-0000_20261124-0000_Europe-Berlin_open.csv"
    )


def test_a_file_name_has_nothing_that_a_path_could_use() -> None:
    name = build_file_name("stuck-files", Period(AT, AT), BERLIN, "../../etc\\passwd\x00", "x" * 500)
    assert not set(name) & set('/\\\x00:*?"<>|')
    assert ".." not in name
    assert name.endswith(f"_{'x' * 60}.csv")


def test_search_finds_text_to_the_letter_in_any_case_and_any_column() -> None:
    table = pd.DataFrame({"filename": ["A.csv", "b(1).csv", "c"], "folder": ["F", "F", "STRASSE"]}).astype(
        "str"
    )
    found = {
        text: list(filter_by_text(table, text, ["filename", "folder"])["filename"])
        for text in ("", "a.C", "(1)", ".*", "straße", "  c ")
    }
    assert found == {
        "": ["A.csv", "b(1).csv", "c"],
        "a.C": ["A.csv"],
        "(1)": ["b(1).csv"],
        ".*": [],
        "straße": ["c"],
        "  c ": ["A.csv", "b(1).csv", "c"],
    }


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
@example("*bold* _it_ `code` [link](javascript:alert(1)) <img src=x onerror=alert(1)>")
@example("- item")
@example("1. item")
@example("# heading")
@example("&lt;b&gt;")
@example("\\\\server\\share")
def test_a_name_is_shown_as_exactly_itself(name: str) -> None:
    (paragraph, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(
        # Streamlit's own, which shows nothing.
        escape_markdown(name).replace(":small[]", "")
    )
    assert paragraph.type == "paragraph_open"
    texts = inline.children or []
    assert {child.type for child in texts} <= {"text", "text_special"}
    assert "".join(child.content for child in texts) == reveal_inside(name)


def test_a_name_stays_on_one_line_and_what_streamlit_adds_to_markdown_is_escaped_too() -> None:
    assert escape_markdown("a\n# b\n\n    c") == "a \\# b c"
    for markup in (":red[x]", ":material/home:", "$x$", ":smile:"):
        assert escape_markdown(markup).count("\\") >= 2
