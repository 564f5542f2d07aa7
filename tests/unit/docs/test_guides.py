"""docs/owners.md, docs/notifications.md and docs/operations.md: what they show is taken, sent, and there."""

import argparse
import re
import shlex
from pathlib import Path
from textwrap import dedent

import pytest

from contract.names import OUTPUTS_VARIABLE, ROOT
from contract.owners.model import ChannelKind, Topic
from contract.owners.reading import OwnersFileError, read_owners_file
from contract.words import NotificationKind
from handlers.notifications.writing import write_document
from local.program import config_schema
from ops.__main__ import _parser
from tests.stands.pages import find_blocks
from tests.unit.handlers.notifications.samples import DOCS, context, digest, single

OWNERS, NOTIFICATIONS, OPERATIONS = (
    (ROOT / "docs" / f"{name}.md").read_text() for name in ("owners", "notifications", "operations")
)
SUBJECTS = dict(re.findall(r"^\| `?([\w.]+|several at once)`? \| `(.+)` \|$", NOTIFICATIONS, re.MULTILINE))
COMMANDS = [
    line.partition("#")[0]
    for block in find_blocks(OPERATIONS, "bash")
    for line in block.splitlines()
    if line.startswith("file-sla ")
]

REFERENCE = re.findall(r"`file-sla ([^`…]+)`", (ROOT / "docs" / "quick-reference.md").read_text())


def _find_problems(file: Path, text: str) -> tuple[str, ...]:
    file.write_text(text)
    with pytest.raises(OwnersFileError) as refused:
        read_owners_file(file)
    return refused.value.problems


def test_the_first_owners_file_is_whole_and_the_second_lacks_only_the_default_owner(tmp_path: Path) -> None:
    blocks = re.findall(r"^ *```yaml\n(.+?)^ *```", OWNERS, re.MULTILINE | re.DOTALL)
    first, second = map(dedent, blocks[:2])
    file = tmp_path / "owners.yaml"
    file.write_text(first)
    assert read_owners_file(file).default == "operations"
    problem = "owners.yaml:1: default: there is no owner 'operations': add it below owners."
    assert _find_problems(file, second) == (problem,)


@pytest.mark.parametrize("key", ["ownersFile", "dashboardUrl", "webhooks", *ChannelKind, *Topic])
def test_every_word_of_an_owners_file_is_documented(key: str) -> None:
    assert re.search(rf"\b{key}\b", OWNERS)


def test_every_key_of_an_owners_file_has_a_row_and_every_row_a_key(tmp_path: Path) -> None:
    problems = _find_problems(
        tmp_path / "owners.yaml", "x: 1\ndefault: a\nowners:\n  a: {channels: [], x: 1}"
    )
    known = {word for one in problems for word in one.partition(": it has ")[2][:-1].split(", ")}
    table = OWNERS.partition("## The file")[2].partition("## Rules")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE)) == known


@pytest.mark.parametrize("kind", [*NotificationKind, "several at once"])
def test_every_kind_of_notification_has_its_subject(kind: str) -> None:
    notification = digest() if kind == "several at once" else single(NotificationKind(kind))
    assert SUBJECTS[kind] == write_document(notification, context(*notification.notices)).subject


def test_the_link_in_every_notification_leads_to_a_section() -> None:
    link = write_document(single(NotificationKind.NEW), context()).help
    assert link is not None
    assert link.url == f"{DOCS}/notifications.md#how-to-get-fewer"
    assert "\n## How to get fewer\n" in NOTIFICATIONS


@pytest.mark.parametrize("command", [*COMMANDS, *REFERENCE])
def test_every_command_is_one_that_is_taken(command: str) -> None:
    arguments = shlex.split(command.removeprefix("file-sla "))
    given = _parser().parse_args(arguments, argparse.Namespace(outputs=None, json=False))
    assert callable(given.run)


def test_every_key_and_variable_is_one_of_the_programs() -> None:
    named = set(re.findall(r"`([a-z]+(?:[A-Z][a-z]+)*(?:Days|Count|Protection|Key|Account))`", OPERATIONS))
    assert {"retentionDays", "deletionProtection", "manageApiGatewayAccount"} <= named
    assert named <= config_schema().keys()
    assert set(re.findall(r"`(FILE_SLA_\w+)`", OPERATIONS)) <= {OUTPUTS_VARIABLE}


@pytest.mark.parametrize("name", ["preview", "deploy"])
def test_every_variable_of_the_workflows_is_named(name: str) -> None:
    workflow = (ROOT / ".github" / "workflows" / f"{name}.yml").read_text()
    section = re.split(r"^##+ ", OPERATIONS.partition("## Updates from CI\n")[2], flags=re.MULTILINE)[0]
    assert section
    for variable in set(re.findall(r"\bvars\.(\w+)", workflow)):
        assert f"`{variable}`" in section
