"""Our workflows may do little, and run only what is pinned."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from local.stack_config import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")


def _read(workflow: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(workflow.read_text())
    return content


def test_there_are_workflows() -> None:
    assert WORKFLOWS


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_the_token_can_only_read(workflow: Path) -> None:
    content = _read(workflow)
    assert content["permissions"] == {"contents": "read"}
    assert not any("permissions" in job for job in content["jobs"].values())
    # It runs a stranger's pull request with our rights.
    assert "pull_request_target" not in workflow.read_text()


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda path: path.name)
def test_every_step_is_pinned_and_bounded(workflow: Path) -> None:
    for job in _read(workflow)["jobs"].values():
        assert job["timeout-minutes"] <= 60
        assert "latest" not in job["runs-on"]
        for step in job["steps"]:
            assert "uses" not in step or PINNED.fullmatch(step["uses"])
            # What an event brings must not become part of a command.
            assert "${{" not in step.get("run", "")
            if "checkout" in step.get("uses", ""):
                assert step["with"] == {"persist-credentials": False}
