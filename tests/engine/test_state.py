"""The state of a stack: lost and brought back, under another passphrase, behind what is in the account."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.engine.watched_provider import WatchedProvider

_LOG = "::auth-log"


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> EngineStack:
    """A stack that was changed once."""
    stack = new_stack("state")
    stack.up()
    stack.configure(latencyAlarmMs=4000)
    stack.up()
    return stack


def _pulumi(stack: EngineStack, *arguments: str, typed: str = "") -> None:
    """Runs a command of the CLI, as if someone typed into it."""
    workspace: Any = stack._stack.workspace
    done = subprocess.run(
        [workspace.pulumi_command.command, *arguments, "--stack", stack.name],
        cwd=workspace.work_dir,
        env={**os.environ, **workspace.env_vars},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _state_file(stack: EngineStack) -> Path:
    [found] = (stack.backend / ".pulumi" / "stacks").rglob(f"{stack.name}.json")
    return found


def _secrets(stack: EngineStack) -> Any:
    return json.loads(_state_file(stack).read_text())["checkpoint"]["latest"]["secrets_providers"]


def test_an_exported_state_brings_back_a_lost_one(stack: EngineStack, tmp_path: Path) -> None:
    copy = tmp_path / "state.json"
    _pulumi(stack, "stack", "export", "--file", str(copy))
    _state_file(stack).unlink()
    _pulumi(stack, "stack", "init")
    assert len(stack.resources) == 0
    _pulumi(stack, "stack", "import", "--file", str(copy))
    assert stack.preview().steps == []


def test_a_file_backend_keeps_the_state_after_each_update(stack: EngineStack) -> None:
    stack.configure(latencyAlarmMs=3000)
    stack.up()
    kept = (stack.backend / ".pulumi" / "backups").rglob(f"{stack.name}.*.json")
    *_, before, _ = sorted(kept, key=lambda path: path.stat().st_mtime_ns)
    shutil.copy(before, _state_file(stack))
    # It is as it was before that update, and the next one does that again.
    assert {step.inputs for step in stack.preview().steps} == {("threshold",)}
    stack.up()
    assert stack.preview().steps == []


def test_the_state_goes_under_another_passphrase(stack: EngineStack) -> None:
    secrets = _secrets(stack)
    _pulumi(stack, "stack", "change-secrets-provider", "passphrase", typed="another\nanother\n")
    assert _secrets(stack) != secrets
    with pytest.raises(automation.CommandError, match="incorrect passphrase"):
        stack.preview()
    workspace: Any = stack._stack.workspace
    workspace.env_vars["PULUMI_CONFIG_PASSPHRASE"] = "another"
    assert stack.preview().steps == []


def test_what_someone_changed_by_hand_is_shown_and_mended(
    stack: EngineStack, provider: WatchedProvider
) -> None:
    provider.found[_LOG] = {"retentionInDays": 1}
    stack.refresh()
    provider.found.clear()
    [step] = stack.preview().steps
    assert (step.name, step.inputs) == ("auth-log", ("retentionInDays",))
    stack.up()
    assert stack.preview().steps == []
