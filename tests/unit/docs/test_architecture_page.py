"""docs/development/architecture.md and the recipes name files that are there."""

import re

import pytest

from contract.names import ROOT
from tests.stands.pages import Page

PAGES = [Page(ROOT / "docs" / "development" / "architecture.md"), Page(ROOT / "CONTRIBUTING.md")]
FILES = {
    str(path.relative_to(ROOT))
    for folder in (
        "bench",
        "components",
        "contract",
        "dashboard",
        "docs",
        "handlers",
        "local",
        "ops",
        "store",
        "tests",
    )
    for path in (ROOT / folder).rglob("*.py")
}


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_file_that_is_named_is_there(page: Page) -> None:
    named = {
        code for code in page.code if re.fullmatch(r"[a-z_/]*[a-z]\.py", code) and "__main__" not in code
    }
    assert len(named) > 10
    assert [
        name for name in sorted(named) if not any(f"/{file}".endswith(f"/{name}") for file in FILES)
    ] == []
