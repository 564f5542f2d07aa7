"""docs/owners.md: its files are right, and it explains every key."""

import re
from pathlib import Path
from textwrap import dedent

import pytest

from contract.names import ROOT
from contract.owners.model import ChannelKind, Topic
from contract.owners.reading import OwnersFileError, read_owners_file

TEXT = (ROOT / "docs" / "owners.md").read_text()
FILES = [dedent(block) for block in re.findall(r"^ *```yaml\n(.+?)^ *```", TEXT, re.MULTILINE | re.DOTALL)]


def test_the_first_file_is_whole_and_the_second_lacks_only_the_default_owner(tmp_path: Path) -> None:
    file = tmp_path / "owners.yaml"
    file.write_text(FILES[0])
    assert read_owners_file(file).default == "operations"
    file.write_text(FILES[1])
    with pytest.raises(OwnersFileError) as refused:
        read_owners_file(file)
    assert refused.value.problems == (
        "owners.yaml:1: default: there is no owner 'operations': add it below owners.",
    )


@pytest.mark.parametrize("key", ["ownersFile", "dashboardUrl", "webhooks", *ChannelKind, *Topic])
def test_every_word_is_documented(key: str) -> None:
    assert re.search(rf"\b{key}\b", TEXT)


def test_every_key_has_a_row_and_every_row_a_key(tmp_path: Path) -> None:
    file = tmp_path / "owners.yaml"
    file.write_text("x: 1\ndefault: a\nowners:\n  a: {channels: [], x: 1}")
    with pytest.raises(OwnersFileError) as refused:
        read_owners_file(file)
    known = {
        word
        for problem in refused.value.problems
        for word in problem.partition(": it has ")[2][:-1].split(", ")
    }
    rows = set(
        re.findall(r"^\| `(\w+)` \|", TEXT.partition("## The file")[2].partition("## Rules")[0], re.MULTILINE)
    )
    assert rows == known
