"""A name of a webhook is Slack's or Teams's, wherever it stands."""

from pathlib import Path

import pytest

from contract.owners.file import OwnersFileError, read_owners_file

FILE = """\
default: orders
owners:
  orders:
    channels:
      - slack: orders
      - slack: desk
    escalate:
      - after_minutes: 60
        channels:
          - teams: {first}
  bank:
    channels:
      - teams: {second}
"""


def _write(folder: Path, first: str, second: str) -> Path:
    (folder / "owners.yaml").write_text(FILE.format(first=first, second=second))
    return folder / "owners.yaml"


def test_owners_may_share_one(tmp_path: Path) -> None:
    assert read_owners_file(_write(tmp_path, "duty", "duty")).owners.keys() == {"orders", "bank"}


def test_one_of_two_kinds_is_told_in_each_place(tmp_path: Path) -> None:
    with pytest.raises(OwnersFileError) as raised:
        read_owners_file(_write(tmp_path, "orders", "desk"))
    first, second = raised.value.problems
    assert first.startswith("owners.yaml:10: the webhook 'orders' is of teams here, and of slack in line 5")
    assert second.startswith("owners.yaml:13: the webhook 'desk' is of teams here, and of slack in line 6")
