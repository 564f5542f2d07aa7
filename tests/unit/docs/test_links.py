"""No link of a page leads to a file that is not there, or to a heading that has another name."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from contract import names
from contract.names import ROOT
from tests.stands.pages import PAGES, Page

ON_THE_SCREEN = ROOT / "docs" / names.RUNBOOK_FILE
"""The page that the dashboard shows too."""
ELSEWHERE = {"https", "mailto"}


def _find_dead_links(page: Page) -> list[str]:
    return [
        link for link in page.links if urlsplit(link).scheme not in ELSEWHERE and not _leads_to(page, link)
    ]


def _leads_to(page: Page, link: str) -> bool:
    path, _, anchor = unquote(link).partition("#")
    target = (page.path.parent / path).resolve() if path else page.path
    if not target.exists() or not target.is_relative_to(ROOT):
        return False
    if not anchor:
        return True
    if target.suffix != ".md":
        return False
    shown = Page(target)
    anchors = shown.github_anchors
    return anchor in (anchors & shown.streamlit_anchors if target == ON_THE_SCREEN else anchors)


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Page) -> None:
    assert _find_dead_links(page) == []


def test_the_page_on_the_screen_has_no_neighbours_there() -> None:
    links = Page(ON_THE_SCREEN).links
    assert [link for link in links if not link.startswith(("#", "https://"))] == []


@pytest.mark.parametrize(
    "link",
    ["missing.md", "#missing", "there.md#missing", "there.md#5-xx-of-us", "/there.md", "../../../etc/hosts"],
)
def test_a_dead_link_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, link: str) -> None:
    monkeypatch.setattr(f"{__name__}.ROOT", tmp_path)
    (tmp_path / "there.md").write_text("# There\n\n## 5XX of us\n")
    page = tmp_path / "page.md"
    page.write_text("[alive](there.md), [too](there.md#5xx-of-us) and `[code](is-none.md)`")
    assert _find_dead_links(Page(page)) == []
    page.write_text(f"[dead]({link})\n\n<img src='{link}'>\n")
    assert _find_dead_links(Page(page)) == [link, link]


@pytest.mark.parametrize(
    ("heading", "on_github", "in_streamlit"),
    [
        ("Failed sign-ins", "failed-sign-ins", "failed-sign-ins"),
        ("5XX of `the` API & more", "5xx-of-the-api--more", "5-xx-of-the-api-and-more"),
        ("What's an SLA20, or fileSla?", "whats-an-sla20-or-filesla", "whats-an-sla-20-or-file-sla"),
        ("JSONBody and APIs", "jsonbody-and-apis", "json-body-and-apis"),
    ],
)
def test_both_name_a_heading_by_rules_of_their_own(
    tmp_path: Path, heading: str, on_github: str, in_streamlit: str
) -> None:
    (tmp_path / "page.md").write_text(f"# {heading}\n\n# {heading}\n")
    page = Page(tmp_path / "page.md")
    assert page.github_anchors == {on_github, f"{on_github}-1"}
    assert page.streamlit_anchors == {in_streamlit}
