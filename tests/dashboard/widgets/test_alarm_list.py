"""What an alarm's link leads to, in the dashboard itself."""

import re

from streamlit.testing.v1 import AppTest

from contract import names
from contract.names import ROOT, RunbookSection
from dashboard.widgets.runbook_link import build_runbook_cell
from tests.dashboard.views.reading import column
from tests.pages import Page


def _draw_every_section() -> None:
    """A page with one alarm for each section of the runbook."""
    from datetime import UTC, datetime
    from zoneinfo import ZoneInfo

    from contract import names
    from contract.names import RunbookSection
    from dashboard.data.metrics import Alarm
    from dashboard.widgets.alarm_list import draw_alarms

    since = datetime(2026, 11, 24, tzinfo=UTC)
    draw_alarms(
        [
            Alarm(section, "OK", since, "It is on.", f"docs/{names.RUNBOOK_FILE}#{section}")
            for section in RunbookSection
        ],
        ZoneInfo("UTC"),
    )


def test_every_alarm_links_to_a_section_of_the_runbook_page() -> None:
    app = AppTest.from_function(_draw_every_section).run()
    assert not app.exception
    [address] = _find_addresses_of("runbook")
    assert [link.removeprefix(f"{address}?section=") for link in column(app, "runbook")] == list(
        RunbookSection
    )
    assert set(RunbookSection) <= Page(ROOT / "docs" / names.RUNBOOK_FILE).streamlit_anchors


def _find_addresses_of(view: str) -> list[str]:
    """The addresses under which the navigation has a view."""
    navigation = (ROOT / "dashboard" / "app.py").read_text()
    return re.findall(rf'st\.Page\("views/{view}\.py"[^)]*url_path="([\w-]+)"', navigation)


def _draw_published() -> None:
    from dashboard.widgets.runbook_link import draw_runbook_link

    draw_runbook_link("https://example.com/docs/runbook.md#latency", "slow *things*")


def test_a_published_runbook_is_linked_where_it_is_published() -> None:
    address = "https://example.com/docs/runbook.md#latency"
    assert build_runbook_cell(address, "latency") == ("What to do", address, "What to do about latency")
    app = AppTest.from_function(_draw_published).run()
    [link] = app.get("link_button")
    assert link.proto.url == address
    assert link.proto.label.replace("\\", "") == "What to do about slow *things*"
