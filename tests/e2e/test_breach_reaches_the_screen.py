"""What the whole system is for: a reported breach is on an analyst's screen, by folder and by date."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.stands.analyst import cell, expect_signed_in, pick_first_row, sign_in, table
from tests.stands.running_stack import RunningStack

FOLDER = r"C:\Jobs\sample_monitored_folders\Folder_A"
FILES = ("file_01.test", "file_02.test")


def test_posted_report_is_found_and_its_files_are_opened(
    page: Page, stack: RunningStack, samples: Path
) -> None:
    body = (samples / "report-powershell-5.1.json").read_bytes()
    assert stack.report(body, stack.token(stack.reporter)).status_code == 200

    page.goto("/by-date")
    sign_in(page, stack.analyst)
    expect_signed_in(page)
    expect(page.get_by_role("heading", name="By date")).to_be_visible()
    page.get_by_text("Records", exact=True).click()
    page.get_by_placeholder("Search folders").fill("Folder_A")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("q=Folder_A"))
    records = table(page, "Records")
    expect(cell(records, FOLDER)).to_be_attached()
    pick_first_row(records)
    expect(page.get_by_role("heading", name="Files in this report")).to_be_visible()
    files = page.get_by_role("region", name="Files", exact=True)
    for name in FILES:
        expect(cell(files, name)).to_be_attached()

    page.get_by_role("link", name="By folder").click()
    page.get_by_role("combobox", name="Folder").fill(FOLDER)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("folder=.*Folder_A"))
    files = table(page, "Stuck files")
    for name in FILES:
        expect(cell(files, name)).to_be_attached()
