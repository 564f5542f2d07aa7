"""Every link and picture of every page leads to something that is there."""

import pytest

from tests.unit.docs.pages import PAGES, Page


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_link_leads_somewhere(page: Page) -> None:
    for path, anchor in page.links:
        target = page.path.parent / path if path else page.path
        assert target.exists(), path
        if anchor:
            assert anchor in Page(target).anchors, f"{path}#{anchor}"


def test_links_are_found() -> None:
    readme = next(page for page in PAGES if str(page) == "README.md")
    assert ("docs/dashboard.md", "running-it") in set(readme.links)
    assert ("docs/images/overview-dark.png", "") in set(readme.links)
