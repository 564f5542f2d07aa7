import csv
import re
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.browser.conftest import Report, expect_projected, open_page
from tests.stands.analyst import cell, pick_first_row, sign_in, table
from tests.stands.running_stack import RunningStack

FORMULA = "=1+1.csv"


def test_an_open_incident_is_picked_by_mouse_or_keyboard_and_leads_to_its_sender(
    page: Page, stack: RunningStack, folder: str, report: Report
) -> None:
    sender = f"FILES-{folder[-8:]}"
    report("stuck.csv", sender=sender)
    open_page(page, stack, f"/?q={folder.rsplit(chr(92))[-1]}")
    incidents = table(page, "Incidents")
    expect_projected(page, incidents, f"{stack.reporter['username']}/{sender}")
    expect(page.get_by_test_id("stApp")).to_have_attribute("data-test-script-state", "notRunning")
    incidents.get_by_role("button", name=re.compile("^Details:")).first.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("incident="))
    expect(page.get_by_test_id("stCode").get_by_text(folder)).to_be_visible()
    expect(cell(table(page, "Files"), "stuck.csv")).to_be_attached()
    pick_first_row(incidents)
    expect(page).not_to_have_url(re.compile("incident="))
    pick_first_row(incidents)
    expect(page).to_have_url(re.compile("incident="))
    page.get_by_role("main").get_by_role("link", name="Sender", exact=True).click()
    expect(page.get_by_role("heading", name=sender)).to_be_visible()
    expect(page).to_have_url(re.compile("/senders.*sender="))


def test_the_download_holds_what_the_filter_shows(
    page: Page, stack: RunningStack, folder: str, report: Report, tmp_path: Path
) -> None:
    report("kept.csv", "left out.txt", FORMULA)
    page.goto(f"/by-folder?folder={quote(folder)}&q=.csv&zone=Europe/Berlin")
    sign_in(page, stack.analyst)
    expect_projected(page, table(page, "Stuck files"), "▲ Open")
    expect(page.get_by_text("2 stuck files.")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name=re.compile("CSV")).click()
    assert re.fullmatch(
        r"file-sla_stuck-files_\d{8}-\d{4}_\d{8}-\d{4}_Europe-Berlin_csv\.csv",
        download.value.suggested_filename,
    )
    path = tmp_path / "stuck-files.csv"
    download.value.save_as(path)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["File"] for row in rows) == [f"'{FORMULA}", "kept.csv"]
    assert {row["Status"] for row in rows} == {"open"}
    assert {datetime.fromisoformat(row["Last reported"]).utcoffset() is not None for row in rows} == {True}


@pytest.mark.parametrize(("width", "scheme"), [(1280, "dark"), (390, "light")])
def test_no_view_is_wider_than_the_screen(
    page: Page, stack: RunningStack, report: Report, width: int, scheme: str
) -> None:
    report("stuck.csv")
    page.set_viewport_size({"width": width, "height": 844})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    open_page(page, stack, "/")
    for path, heading in (
        ("/", "Overview"),
        ("/incidents", "Incidents"),
        ("/senders", "Senders"),
        ("/week", "Week"),
        ("/by-date", "By date"),
        ("/by-folder", "By folder"),
    ):
        page.goto(path)
        expect(page.get_by_role("heading", name=heading)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
