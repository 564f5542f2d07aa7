"""What the pages name is there: files, links, commands and targets; and the short pages say what is so."""

import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest

from contract import names
from contract.names import ROOT
from contract.report import ReportedRun
from handlers.ingest.parsing import parse_report
from local.provider import as_api_values
from tests.infra.conftest import declare
from tests.stands.pages import PAGES, Page

DOCS = ROOT / "docs"
ON_THE_SCREEN = DOCS / names.RUNBOOK_FILE
"""The page that the dashboard shows too."""
FILES = {str(path.relative_to(ROOT)) for folder in ROOT.glob("[a-z]*/") for path in folder.rglob("*.py")}
MOST_LINES = 150


@pytest.mark.parametrize(
    "page", [Page(DOCS / "development" / "architecture.md"), Page(ROOT / "CONTRIBUTING.md")], ids=str
)
def test_every_file_that_is_named_is_there(page: Page) -> None:
    named = {
        code for code in page.code if re.fullmatch(r"[a-z_/]*[a-z]\.py", code) and "__main__" not in code
    }
    assert len(named) > 10
    assert [
        name for name in sorted(named) if not any(f"/{file}".endswith(f"/{name}") for file in FILES)
    ] == []


def _find_dead_links(page: Page) -> list[str]:
    here = [link for link in page.links if urlsplit(link).scheme not in {"https", "mailto"}]
    return [link for link in here if not _leads_to(page, link)]


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


def test_readme_is_short_and_describes_passwords_as_the_user_pool_wants_them() -> None:
    readme = (ROOT / "README.md").read_text()
    assert len(readme.splitlines()) <= MOST_LINES
    policy = as_api_values(declare().one("UserPool")["passwordPolicy"])
    assert f"{policy['minimumLength']} characters or more" in readme
    assert f"good for {policy['temporaryPasswordValidityDays']} days" in readme
    assert all(policy[f"require{kind}"] for kind in ("Lowercase", "Numbers", "Symbols", "Uppercase"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_target_and_test_that_is_named_is_there(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {target for code in page.code for target in re.findall(r"^make ([a-z-]+)", code)} <= targets
    named = {path for code in page.code for path in re.findall(r"\btests/[\w/]++(?:\.py)?(?![-.\w*])", code)}
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


def test_every_command_of_the_local_stack_that_is_documented_of_exists() -> None:
    documented = {
        command for page in PAGES for code in page.code for command in re.findall(r"-m local ([a-z]+)", code)
    }
    assert {"up", "report"} <= documented
    # In a process of its own: the module listens for signals once it is imported.
    asked = subprocess.run(
        [sys.executable, "-m", "local", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    [commands] = re.findall(r"\{([a-z,]+)\}", asked.stdout.split("positional arguments")[0])
    assert documented <= set(commands.split(","))


def test_report_of_the_scripts_page_is_taken_and_every_key_of_a_run_documented() -> None:
    page = (DOCS / "script.md").read_text()
    [example] = re.findall(r"^```json\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    report = parse_report(example.encode()).report
    assert report.run is not None
    assert [folder.error for folder in report.run.folders or ()] == [None, "Access is denied."]
    assert all(f'"{key}"' in example or f"`{key}`" in page for key in ReportedRun.model_fields)
