"""What all commands share: where the stack comes from, one JSON document, errors and exit codes."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from contract.names import OUTPUTS_VARIABLE
from ops import __main__ as command_line
from ops import incidents as incidents
from ops.incidents import LiveIncident
from ops.stack import OpsError

LIST = ["incidents", "list"]
ONE = LiveIncident(
    breached_since=datetime(2026, 11, 23, 20, tzinfo=UTC),
    status="unknown",
    reason="silent",
    sender="files-01",
    folder="D:\\Öffentlich",
    files=2,
)


@pytest.fixture(autouse=True)
def _stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "outputs.json"
    file.write_text('{"region": "us-east-1", "incidents_table_name": "Incidents"}')
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(file))


def _raising(error: BaseException) -> Any:
    def list_live(*_: Any) -> None:
        raise error

    return list_live


@pytest.mark.parametrize("arguments", [["--json", *LIST], [*LIST, "--json"], ["--json", *LIST, "--json"]])
def test_json_may_stand_before_and_after_the_command(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(incidents, "list_live", lambda *_: [])
    assert command_line.main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == []


@pytest.mark.parametrize("after", [True, False])
def test_outputs_may_stand_before_and_after_the_command(
    after: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    outputs = ["--outputs", "nowhere.json"]
    assert command_line.main([*LIST, *outputs] if after else [*outputs, *LIST]) == 1
    assert "There is no file nowhere.json" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OpsError("No [such] thing."), 1, "No [such] thing."),
        (
            ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Scan"),
            1,
            "refused Scan: Ac",
        ),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "Scan"), 1, "have expired. Sign in first"),
        (EndpointConnectionError(endpoint_url="http://x"), 1, "AWS cannot be asked"),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
@pytest.mark.parametrize("as_json", [True, False])
def test_what_ends_a_command_is_told_once_and_in_words(
    error: BaseException,
    code: int,
    told: str,
    as_json: bool,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(incidents, "list_live", _raising(error))
    assert command_line.main([*LIST, "--json"] if as_json else LIST) == code
    printed = capsys.readouterr()
    assert told in printed.err
    assert (told in json.loads(printed.out)["error"]) if as_json else printed.out == ""


@pytest.mark.parametrize("arguments", [[], ["incidents"], ["nothing"], [*LIST, "--nothing"]])
def test_wrong_usage_is_told_apart_from_a_refusal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line.main(arguments)
    assert stopped.value.code == 2
    assert "usage: python -m ops" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], [*LIST, "--help"]])
def test_the_help_tells_the_exit_codes(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line.main(arguments)
    assert stopped.value.code == 0
    assert "Exit codes: 0 done; 1 refused" in " ".join(capsys.readouterr().out.split())


def test_a_list_as_json_holds_what_the_table_shows(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(incidents, "list_live", lambda *_: [ONE])
    assert command_line.main([*LIST, "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "breached_since": "2026-11-23T20:00:00Z",
            "status": "unknown",
            "reason": "silent",
            "sender": "files-01",
            "folder": "D:\\Öffentlich",
            "files": 2,
        }
    ]
