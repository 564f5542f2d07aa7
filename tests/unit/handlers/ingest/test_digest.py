import json
from typing import Any

import pytest

from handlers.ingest.digest import digest_report
from handlers.ingest.parsing import parse_report
from tests.events import a_report

RUN: dict[str, Any] = {
    "sender": "s", "started_at": "2026-11-24T08:00:00Z", "sent_at": "2026-11-24T08:00:05Z",
    "folders": [{"folder": "a", "sla": 20}, {"folder": "b", "error": "e"}],
}  # fmt: skip


def _digest(report: dict[str, Any]) -> str:
    return digest_report(parse_report(json.dumps(report).encode()))


def _reversed(value: Any) -> Any:
    """The same with every list and every object the other way round."""
    if isinstance(value, dict):
        return {key: _reversed(entry) for key, entry in reversed(value.items())}
    return [_reversed(entry) for entry in reversed(value)] if isinstance(value, list) else value


def _report(**changes: Any) -> dict[str, Any]:
    return {**a_report("a", "b", files=3), "run": {**RUN, **changes}}


def test_order_says_nothing() -> None:
    assert _digest(_reversed(_report())) == _digest(_report())


def test_a_retry_says_the_same_though_it_is_sent_later() -> None:
    assert _digest(_report(sent_at="2026-11-24T08:09:00Z")) == _digest(_report())


def test_null_and_absent_say_the_same() -> None:
    assert _digest(_report(client=None, part=None)) == _digest(_report())


def _without_a_file(report: dict[str, Any]) -> None:
    report["sla_error"][0]["files"].pop()


def _with_another_name(report: dict[str, Any]) -> None:
    report["sla_error"][0]["files"][0]["filename"] = "other"


def _with_another_date(report: dict[str, Any]) -> None:
    report["sla_error"][0]["files"][0]["creationDate"] = "2024-07-31T00:00:00Z"


def _with_another_sla(report: dict[str, Any]) -> None:
    report["sla_error"][0]["sla"] = 21


def _with_a_file_in_another_folder(report: dict[str, Any]) -> None:
    first, second = report["sla_error"]
    first["files"][0]["filename"] = "moved"
    second["files"].append(first["files"].pop(0))


def _without_a_folder(report: dict[str, Any]) -> None:
    report["sla_error"].pop()


def _without_a_run(report: dict[str, Any]) -> None:
    del report["run"]


def _of_another_sender(report: dict[str, Any]) -> None:
    report["run"]["sender"] = "t"


def _begun_later(report: dict[str, Any]) -> None:
    report["run"]["started_at"] = "2026-11-24T08:00:01Z"


def _with_another_error(report: dict[str, Any]) -> None:
    report["run"]["folders"][1]["error"] = "f"


@pytest.mark.parametrize(
    "change",
    [
        _without_a_file, _with_another_name, _with_another_date, _with_another_sla, _without_a_folder,
        _with_a_file_in_another_folder, _without_a_run, _of_another_sender, _begun_later, _with_another_error,
    ],
)  # fmt: skip
def test_whatever_else_is_said_is_another_report(change: Any) -> None:
    report: dict[str, Any] = json.loads(json.dumps(_report()))
    change(report)
    assert _digest(report) != _digest(_report())
