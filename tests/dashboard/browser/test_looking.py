import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.browser.conftest import Report, open_page
from tests.stands.running_stack import RunningStack


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
