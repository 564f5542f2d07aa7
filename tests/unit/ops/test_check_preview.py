"""The gate before an update: what it reads, and what it says."""

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from ops.check_preview import find_losses
from tests.unit.ops.conftest import Ops

TABLE = "aws:dynamodb/table:Table"


def _step(op: str, name: str = "errors-table", kind: str = TABLE, **state: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:prod::file-sla::x${kind}::{name}"
    return {"op": op, "urn": urn, "oldState": {"type": kind, **state}}


def _preview(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"steps": list(steps), "changeSummary": {}, **more}


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("op", ["delete", "replace", "delete-replaced", "discard-replaced"])
def test_what_goes_is_a_loss_and_is_counted_once(op: str) -> None:
    steps = [_step("create-replacement"), _step(op), _step(op)]
    [loss] = find_losses(_preview(*steps))
    assert (loss.name, loss.replaced) == ("errors-table", op != "delete")


@pytest.mark.parametrize(
    "step",
    [
        *map(_step, ("same", "update", "create")),
        _step("delete", retainOnDelete=True),
        _step("delete", kind="aws:cloudwatch/metricAlarm:MetricAlarm"),
        _step("replace", "owners-webhooks-value", "aws:secretsmanager/secretVersion:SecretVersion"),
        {"op": "create", "urn": "urn:pulumi:prod::file-sla::x::new"},
    ],
)
def test_what_stays_or_holds_nothing_is_none(step: dict[str, Any]) -> None:
    assert find_losses(_preview(step)) == []


def test_a_loss_is_named_with_what_goes_and_how_to_allow_it(
    ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(_preview(_step("replace")))))
    said = ops("check-preview", "-", code=1)
    assert f"errors-table ({TABLE}) would be replaced: you would lose what is stored." in said
    assert "--allow errors-table" in said


def test_what_may_go_has_to_be_in_the_preview_and_no_stack_is_needed(ops: Ops) -> None:
    ops.outputs.unlink()
    Path("preview.json").write_text(json.dumps(_preview(_step("replace"), _step("update", "other"))))
    said = ops("check-preview", "preview.json", "--allow", "error-table", code=1)
    assert said == "✗ --allow error-table names nothing in this preview. Did you mean errors-table?"
    said = ops("check-preview", "preview.json", "--allow", "errors-table")
    assert said == "Nothing that holds data or people would be deleted."


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "There is no file preview.json. Write it with: pulumi preview --json > preview.json"),
        ("{", "is not what `pulumi preview --json` prints, one JSON document"),
        ("[]", "it has no steps"),
        ('{"name": "file-sla"}', "it has no steps"),
        (
            json.dumps(_preview(diagnostics=[{"severity": "error", "message": "no such key"}])),
            "The preview itself failed: no such key",
        ),
    ],
)
def test_what_is_no_preview_is_refused(ops: Ops, content: str | None, said: str) -> None:
    if content is not None:
        Path("preview.json").write_text(content)
    assert said in ops("check-preview", "preview.json", code=1)
