"""Where links to the runbook lead."""

import re

from streamlit.testing.v1 import AppTest

from contract import names
from contract.names import ROOT, RunbookSection
from dashboard.widgets.links import build_runbook_cell
from tests.stands.pages import Page


def test_every_section_of_the_runbook_is_linked_on_the_runbook_page() -> None:
    navigation = (ROOT / "dashboard" / "app.py").read_text()
    [address] = re.findall(r'st\.Page\("views/runbook\.py"[^)]*url_path="([\w-]+)"', navigation)
    for section in RunbookSection:
        _, link, _ = build_runbook_cell(f"docs/{names.RUNBOOK_FILE}#{section}", "alarm")
        assert link == f"{address}?section={section}"
    assert set(RunbookSection) <= Page(ROOT / "docs" / names.RUNBOOK_FILE).streamlit_anchors


def _draw_published() -> None:
    from dashboard.widgets.links import draw_runbook_link

    draw_runbook_link("https://example.com/docs/runbook.md#latency", "slow *things*")


def test_a_published_runbook_is_linked_where_it_is_published() -> None:
    address = "https://example.com/docs/runbook.md#latency"
    assert build_runbook_cell(address, "latency") == ("What to do", address, "What to do about latency")
    [link] = AppTest.from_function(_draw_published).run().get("link_button")
    assert link.proto.url == address
    assert link.proto.label.replace("\\", "") == "What to do about slow *things*"
