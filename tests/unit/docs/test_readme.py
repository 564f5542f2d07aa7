"""The README is what a newcomer reads first: short, and every command in it is one that there is."""

import re
import subprocess
import sys

import pytest

from contract.names import ROOT
from local.provider import as_api_values
from tests.infra.conftest import declare
from tests.stands.pages import PAGES, Page

MOST_LINES = 150


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) <= MOST_LINES


def test_passwords_are_described_as_the_user_pool_wants_them() -> None:
    policy = as_api_values(declare().one("UserPool")["passwordPolicy"])
    documented = (ROOT / "README.md").read_text()
    assert f"{policy['minimumLength']} characters or more" in documented
    assert f"good for {policy['temporaryPasswordValidityDays']} days" in documented
    assert all(policy[f"require{kind}"] for kind in ("Lowercase", "Numbers", "Symbols", "Uppercase"))


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_every_make_target_that_is_documented_of_exists(page: Page) -> None:
    targets = set(re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert {target for code in page.code for target in re.findall(r"^make ([a-z-]+)", code)} <= targets


def test_every_command_of_the_local_stack_that_is_documented_of_exists() -> None:
    documented = {
        command for page in PAGES for code in page.code for command in re.findall(r"-m local ([a-z]+)", code)
    }
    assert {"up", "report"} <= documented
    asked = subprocess.run(
        [sys.executable, "-m", "local", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    [commands] = re.findall(r"\{([a-z,]+)\}", asked.split("positional arguments")[0])
    assert documented <= set(commands.split(","))
