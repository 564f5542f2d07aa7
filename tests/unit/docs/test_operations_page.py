"""docs/operations.md: its commands and names are ours."""

import argparse
import re
import shlex

import pytest

from contract.names import OUTPUTS_VARIABLE, ROOT
from local.program import config_schema
from ops.__main__ import _parser

PAGE = (ROOT / "docs" / "operations.md").read_text()
SECTIONS = {
    part.splitlines()[0].lstrip("# "): part for part in re.split(r"^(?=##)", PAGE, flags=re.MULTILINE)[1:]
}


COMMANDS = [
    line.partition("#")[0]
    for block in re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in block.splitlines()
    if "python -m ops" in line
]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_one_that_is_taken(command: str) -> None:
    arguments = shlex.split(command)
    assert arguments[:3] == [".venv/bin/python", "-m", "ops"]
    given = _parser().parse_args(arguments[3:], argparse.Namespace(outputs=None, json=False))
    assert callable(given.run)


def test_every_key_and_variable_is_one_of_the_programs() -> None:
    named = set(re.findall(r"`([a-z]+(?:[A-Z][a-z]+)*(?:Days|Count|Protection|Key|Account))`", PAGE))
    assert {"retentionDays", "deletionProtection", "manageApiGatewayAccount"} <= named
    assert named <= config_schema().keys()
    assert set(re.findall(r"`(FILE_SLA_\w+)`", PAGE)) <= {OUTPUTS_VARIABLE}


@pytest.mark.parametrize("name", ["preview", "deploy"])
def test_every_variable_of_the_workflows_is_named(name: str) -> None:
    workflow = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    for variable in set(re.findall(r"\bvars\.(\w+)", workflow)):
        assert f"`{variable}`" in SECTIONS["Updates from CI"]
