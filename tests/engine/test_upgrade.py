"""The promise of 1.0.0: its stack is brought to this program, and nothing that holds data or people goes.

Its state is kept beside this file, and so is that of each later release. The release itself writes it,
once: `python -m pytest -o python_functions=keep_state tests/engine/test_upgrade.py`.
"""

import gzip
import tomllib
from pathlib import Path
from typing import Any, Final

import pytest

from contract.names import ROOT
from tests.engine.conftest import NewStack

KEPT: Final = Path(__file__).with_name("kept")
NAME: Final = "kept"
"""Part of every resource's URN, and so of each state that is kept."""
CONFIG: Final[dict[str, Any]] = {
    "deletionProtection": True,
    "customerManagedKey": True,
    "backupDays": 30,
    "webAcl": True,
    "alarmEmail": "alarms@example.com",
    "ownersFile": "tests/samples/owners.yaml",
    "webhooks": {name: f"https://hooks.example.com/{name}" for name in ("operations", "orders")},
}
"""With everything that holds data or people."""


@pytest.mark.parametrize("file", sorted(KEPT.glob("state-*.json.gz")), ids=lambda file: file.name)
def test_a_release_is_brought_to_this_program_without_a_loss(new_stack: NewStack, file: Path) -> None:
    stack = new_stack(NAME)
    stack.configure(**CONFIG)
    stack.state_file.parent.mkdir(parents=True, exist_ok=True)
    stack.state_file.write_bytes(gzip.decompress(file.read_bytes()))
    before = {one["urn"] for one in stack.resources}
    plan = stack.preview()
    assert plan.lost == []
    # Known by their tokens and names: nothing of the tables is made beside what is there.
    tables = [step for step in plan.steps if step.type == "aws:dynamodb/table:Table"]
    assert [step for step in tables if step.takes_away] == []
    assert len(before) > 100
    assert len(plan.steps) < len(before) / 2


def keep_state(new_stack: NewStack) -> None:
    """Writes the state of the version in pyproject.toml, unless it is kept already."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    file = KEPT / f"state-{version}.json.gz"
    assert not file.exists(), "what was released does not change"
    stack = new_stack(NAME)
    stack.configure(**CONFIG)
    stack.up()
    KEPT.mkdir(exist_ok=True)
    file.write_bytes(gzip.compress(stack.state_file.read_bytes(), mtime=0))
