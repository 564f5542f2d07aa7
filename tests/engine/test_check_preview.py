"""The gate before an update, held against what the engine really prints."""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation

from ops import __main__ as command_line
from ops.check_preview import LOST_WITH
from tests.engine.conftest import NewStack
from tests.engine.engine_stack import EngineStack, name_tables
from tests.engine.flips import KEEPERS, TOGETHER


class PrintingStack:
    def __init__(self, stack: EngineStack) -> None:
        self.stack = stack

    def print_preview(self, file: Path) -> Path:
        """What `pulumi preview --json` prints, in a file."""
        workspace: Any = self.stack._stack.workspace
        plain = workspace.serialize_args_for_op
        workspace.serialize_args_for_op = lambda name: [*plain(name), "--json"]
        try:
            file.write_text(self.stack._stack.preview().stdout)
        finally:
            workspace.serialize_args_for_op = plain
        return file


@pytest.fixture(scope="module")
def stack(new_stack: NewStack) -> PrintingStack:
    """A stack with a key, and nothing protected by the engine itself."""
    stack = new_stack("gate")
    stack.configure(deletionProtection=False, customerManagedKey=True)
    stack.up()
    return PrintingStack(stack)


def _check(file: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = command_line.main(["check-preview", str(file), "--json", *more])
    return code, json.loads(capsys.readouterr().out)


def test_what_the_gate_knows_is_what_holds_data_or_people() -> None:
    assert LOST_WITH.keys() == KEEPERS


def test_a_change_of_every_option_passes(
    stack: PrintingStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The key is turned off with it: the engine forgets it, and leaves it where it is.
    stack.stack.configure(**TOGETHER | {"deletionProtection": False, "customerManagedKey": False})
    assert _check(stack.print_preview(tmp_path / "preview.json"), capsys) == (0, [])


def test_tables_that_would_be_replaced_are_named(
    stack: PrintingStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.stack.configure(**name_tables("Other"), deletionProtection=False, customerManagedKey=True)
    preview = stack.print_preview(tmp_path / "preview.json")
    code, found = _check(preview, capsys)
    names = ["errors-table", "incidents-table", "notifications-table", "runs-table", "senders-table"]
    assert (code, [loss["name"] for loss in found]) == (1, names)
    assert {loss["replaced"] for loss in found} == {True}
    allowed = [option for name in names for option in ("--allow", name)]
    assert _check(preview, capsys, *allowed) == (0, [])


def test_users_and_logs_of_a_stack_that_loses_them_are_named(
    stack: PrintingStack, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stack.stack._stack.workspace, "program", lambda: None)
    code, found = _check(stack.print_preview(tmp_path / "preview.json"), capsys)
    assert code == 1
    kinds = {loss["type"] for loss in found}
    # Key and vault are left where they are, and so is the key's policy.
    assert kinds == KEEPERS - {"aws:backup/vault:Vault", "aws:kms/key:Key", "aws:kms/keyPolicy:KeyPolicy"}
    assert {loss["replaced"] for loss in found} == {False}


def test_a_preview_that_failed_is_no_preview(
    stack: PrintingStack, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stack.stack.configure(retentionDays=-3)
    with pytest.raises(automation.CommandError) as failed:
        stack.print_preview(tmp_path / "preview.json")
    printed = str(failed.value).partition("stdout:")[2].partition(" stderr:")[0]
    file = tmp_path / "failed.json"
    file.write_text(printed.strip())
    code, answer = _check(file, capsys)
    assert code == 1
    assert "retentionDays" in answer["error"]
