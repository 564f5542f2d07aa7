from playwright.sync_api import Page, expect

from contract import names
from contract.names import ROOT, RunbookSection
from tests.dashboard.browser.conftest import open_page
from tests.stands import pages
from tests.stands.running_stack import RunningStack


def test_every_link_into_the_runbook_brings_its_section_into_view(page: Page, stack: RunningStack) -> None:
    # As an alarm's link does: opened anew, and the section is far down.
    open_page(page, stack, f"/runbook#{RunbookSection.SILENT_SENDERS}")
    expect(page.get_by_role("heading", name="Silent senders")).to_be_in_viewport()
    expect(page.get_by_role("heading", name="Runbook")).not_to_be_in_viewport()
    for section in RunbookSection:
        page.goto(f"/runbook#{section}")
        expect(page.locator(f"#{section}")).to_be_in_viewport()
    # The headings are called what the links are checked against.
    shown = page.get_by_role("heading").evaluate_all("headings => headings.map(heading => heading.id)")
    assert set(shown) == pages.Page(ROOT / "docs" / names.RUNBOOK_FILE).streamlit_anchors
