"""The gate before an update, held against what the engine really prints."""

import json
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from pulumi.automation import CommandError

from ops import __main__ as command_line
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack
from tests.infra.flips import TOGETHER


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> EngineStack:
    """A stack with a key, and nothing protected by the engine itself."""
    stack = new_stack("gate")
    stack.configure(deletionProtection=False, customerManagedKey=True)
    stack.up()
    return stack


def _print_preview(stack: EngineStack, folder: Path) -> Path:
    """What `pulumi preview --json` prints, in a file."""
    workspace: Any = stack._stack.workspace
    plain = workspace.serialize_args_for_op
    with patch.object(workspace, "serialize_args_for_op", lambda name: [*plain(name), "--json"]):
        file = folder / "preview.json"
        file.write_text(stack._stack.preview().stdout)
        return file


def _check(file: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = command_line.main(["check-preview", str(file), "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def test_a_change_of_every_option_passes_and_tables_that_would_be_replaced_are_named(
    stack: EngineStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The key is turned off with it: the engine forgets it, and leaves it where it is.
    others = TOGETHER | {"deletionProtection": False, "customerManagedKey": False}
    stack.configure(**others)
    assert _check(_print_preview(stack, tmp_path), capsys) == (0, [])
    stack.configure(**others, tableName="OtherErrors")
    preview = _print_preview(stack, tmp_path)
    code, found = _check(preview, capsys)
    names = ["errors-table", "incidents-table", "notifications-table", "runs-table", "senders-table"]
    assert (code, [loss["name"] for loss in found if loss["replaced"]]) == (1, names)
    allowed = [option for name in names for option in ("--allow", name)]
    assert _check(preview, capsys, *allowed) == (0, [])


def test_a_preview_refuses_names_that_another_stack_has_and_looks_where_it_has_none_alone(
    stack: EngineStack, new_stack: NewStack
) -> None:
    stack.preview()
    second = new_stack("second")
    with pytest.raises(CommandError, match=r"FileSlaErrors, FileSlaRuns, .*another stack"):
        second.preview()
    told = [line for line in second.printed if line.startswith("    error: Preview failed")]
    assert len(told) == 1
    assert told[0].endswith("pulumi config set file-sla:tableName NAME")
    second.configure(tableName="SecondErrors")
    # One at a time: the look may not wait for those that wait for it.
    second.preview(parallel=1)
    assert "is unknown" not in "".join(stack.printed + second.printed)


def test_users_and_logs_of_a_stack_that_loses_them_are_named(
    stack: EngineStack, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack._stack.workspace, "program", lambda: None)
    code, found = _check(_print_preview(stack, tmp_path), capsys)
    assert code == 1
    # Key and vault are left where they are, and so is the key's policy.
    assert {loss["type"].rpartition(":")[2] for loss in found} == {
        "IdentityPool", "LogGroup", "RestApi", "Secret", "SecretVersion", "Table", "UserGroup", "UserPool",
        "UserPoolClient",
    }  # fmt: skip
    assert {loss["replaced"] for loss in found} == {False}
