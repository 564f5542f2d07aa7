from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from dashboard.services.markdown import escape_markdown


@given(st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=40))
@example("*bold* _it_ `code` [link](javascript:alert(1)) <img src=x onerror=alert(1)>")
@example("- item")
@example("1. item")
@example("# heading")
@example("&lt;b&gt;")
@example("\\\\server\\share")
def test_a_name_is_shown_as_exactly_itself(name: str) -> None:
    (paragraph, inline, _) = MarkdownIt("gfm-like", {"linkify": False}).parse(escape_markdown(name))
    assert paragraph.type == "paragraph_open"
    texts = inline.children or []
    assert {child.type for child in texts} <= {"text", "text_special"}
    assert "".join(child.content for child in texts) == name


def test_a_name_of_several_lines_stays_on_one() -> None:
    assert escape_markdown("a\n# b\n\n    c") == "a \\# b c"


def test_what_streamlit_adds_to_markdown_is_escaped_too() -> None:
    for markup in (":red[x]", ":material/home:", "$x$", ":smile:"):
        assert escape_markdown(markup).count("\\") >= 2
