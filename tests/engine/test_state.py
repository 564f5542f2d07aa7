"""The state of a stack: its secrets, lost and brought back, under another passphrase, behind the account."""

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
from tests.engine.recording_provider import RecordingProvider

_LOG = "auth-log"
CLIENT = "identity-client"
VALUE = "identity-client-secret-value"


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> EngineStack:
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


def _secrets(stack: EngineStack) -> Any:
    return json.loads(stack.state_file.read_text())["checkpoint"]["latest"]["secrets_providers"]


def test_an_exported_state_brings_back_a_lost_one(stack: EngineStack, tmp_path: Path) -> None:
    copy = tmp_path / "state.json"
    _pulumi(stack, "stack", "export", "--file", str(copy))
    stack.state_file.unlink()
    _pulumi(stack, "stack", "init")
    assert len(stack.resources) == 0
    _pulumi(stack, "stack", "import", "--file", str(copy))
    assert stack.preview().steps == []


def test_a_file_backend_keeps_the_state_after_each_update(stack: EngineStack) -> None:
    stack.configure(latencyAlarmMs=3000)
    stack.up()
    kept = (stack.backend / ".pulumi" / "backups").rglob(f"{stack.name}.*.json")
    *_, before, _ = sorted(kept, key=lambda path: path.stat().st_mtime_ns)
    shutil.copy(before, stack.state_file)
    # It is as it was before that update, and the next one does that again.
    assert {step.inputs for step in stack.up().steps} == {("threshold",)}


def test_the_client_secret_is_nowhere_in_the_clear(stack: EngineStack, provider: RecordingProvider) -> None:
    secret = str(provider.state_of(VALUE)["secretString"])
    assert secret == provider.state_of(CLIENT)["clientSecret"]
    client_id = stack.outputs["user_pool_client_id"]
    kept = {path: path.read_bytes() for path in stack.folder.rglob("*") if path.is_file()}
    # The search would find it: its neighbour, which is no secret, is there.
    assert any(client_id.encode() in content for content in kept.values())
    assert [str(path) for path, content in kept.items() if secret.encode() in content] == []
    assert secret not in "\n".join(stack.printed)


def test_a_refresh_that_finds_another_client_secret_changes_no_value(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    # Whoever rotates the secret puts the new value there without the engine.
    for secret in ("another0secret0of0the0client", None):
        provider.change(CLIENT, clientSecret=secret)
        stack.refresh()
        assert stack.preview().steps == []


def test_a_client_that_is_made_anew_has_its_own_secret_in_use(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    before = provider.state_of(CLIENT)["clientSecret"]
    [client] = [one["urn"] for one in stack.resources if one["urn"].endswith(f"::{CLIENT}")]
    stack.up(replace=[client])
    assert provider.state_of(CLIENT)["clientSecret"] != before
    assert provider.state_of(VALUE)["secretString"] == provider.state_of(CLIENT)["clientSecret"]


def test_the_state_goes_under_another_passphrase(stack: EngineStack) -> None:
    secrets = _secrets(stack)
    _pulumi(stack, "stack", "change-secrets-provider", "passphrase", typed="another\nanother\n")
    assert _secrets(stack) != secrets
    with pytest.raises(automation.CommandError, match="incorrect passphrase"):
        stack.preview()
    workspace: Any = stack._stack.workspace
    workspace.env_vars["PULUMI_CONFIG_PASSPHRASE"] = "another"
    assert stack.preview().steps == []


def test_what_someone_changed_by_hand_is_shown_and_taken_back(
    stack: EngineStack, provider: RecordingProvider
) -> None:
    before = provider.state_of(_LOG)
    provider.change(_LOG, retentionInDays=1)
    stack.refresh()
    [step] = stack.preview().steps
    assert (step.name, step.inputs) == (_LOG, ("retentionInDays",))
    stack.up()
    assert provider.state_of(_LOG) == before


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("retentionDays", "soon", "key 'retentionDays' must be of type 'integer'"),
        ("deletionProtection", "perhaps", "key 'deletionProtection' must be of type 'boolean'"),
    ],
)
def test_a_wrong_value_or_key_is_refused_by_name(
    stack: EngineStack, key: str, value: Any, message: str
) -> None:
    stack.configure(**{key: value})
    with pytest.raises(automation.CommandError) as refused:
        stack.preview()
    stack.configure()
    assert message in str(refused.value)
