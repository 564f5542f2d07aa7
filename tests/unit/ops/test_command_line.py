"""What all commands share: where the stack comes from, one JSON document, errors and exit codes."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError

from contract.names import OUTPUTS_VARIABLE, ROOT, LocalOutput, Output
from contract.words import IncidentStatus, UnknownReason
from ops import __main__ as command_line
from ops.stack import OpsError, Stack
from store.dynamodb import ConflictError, UnprocessedKeysError
from store.incidents import Incident, IncidentTable
from store.runs import Stamp
from tests.unit.ops.conftest import Ops

LIST = ["incidents", "list"]
SINCE = datetime(2026, 11, 23, 20, tzinfo=UTC)
RUN = Stamp(SINCE, "run", SINCE)
ONE = Incident(
    incident_id="1", sender="key-1", sender_name="files-01", folder="D:\\Öffentlich", owner="night-shift",
    status=IncidentStatus.UNKNOWN, reason=UnknownReason.SILENT, sla=30, opened=RUN, seen=RUN,
    breached_since=SINCE, file_count=2, peak_file_count=2,
)  # fmt: skip


pytestmark = pytest.mark.usefixtures("ops")


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OpsError("No [such] thing."), 1, "No [such] thing."),
        (ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "Scan"), 1, "refused Scan: Ac"),
        (ClientError({"Error": {"Code": "ExpiredToken"}}, "Scan"), 1, "have expired. Sign in first"),
        (EndpointConnectionError(endpoint_url="http://x"), 1, "AWS cannot be asked"),
        (NoCredentialsError(), 1, "no AWS credentials"),
        (ConflictError(), 1, "Run the command again."),
        (UnprocessedKeysError("Senders: DynamoDB leaves keys out"), 1, "DynamoDB leaves keys out"),
        (KeyboardInterrupt(), 130, "Stopped."),
    ],
)
def test_what_ends_a_command_is_told_once_and_in_words(
    ops: Ops, error: BaseException, code: int, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(IncidentTable, "list_live", Mock(side_effect=error))
    assert told in ops(*LIST, code=code)
    assert told in ops.json(*LIST, code=code)["error"]


@pytest.mark.parametrize("arguments", [[], ["incidents"], ["nothing"], [*LIST, "--nothing"]])
def test_wrong_usage_is_told_apart_from_a_refusal(ops: Ops, arguments: list[str]) -> None:
    assert "usage: file-sla" in ops.refuse(*arguments)


@pytest.mark.parametrize("arguments", [["--help"], [*LIST, "--help"]])
def test_the_help_tells_the_exit_codes(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        command_line.main(arguments)
    assert stopped.value.code == 0
    assert "Exit codes: 0 done; 1 refused" in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize("arguments", [["--json", *LIST], [*LIST, "--json"], ["--json", *LIST, "--json"]])
def test_a_list_as_json_holds_what_the_table_shows(
    ops: Ops, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(IncidentTable, "list_live", lambda *_: [])
    assert ops(*LIST) == "Nothing is open."
    monkeypatch.setattr(IncidentTable, "list_live", lambda *_: [ONE])
    shown = ops(*LIST)
    assert all(part in shown for part in ("files-01", "2026-11-23"))
    assert command_line.main(arguments) == 0
    assert json.loads(capsys.readouterr().out) == [
        {
            "breached_since": "2026-11-23T20:00:00Z", "status": "unknown", "reason": "silent",
            "owner": "night-shift", "sender": "files-01", "folder": "D:\\Öffentlich", "files": 2,
        }
    ]  # fmt: skip


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("failing", [True, False])
def test_no_character_of_data_commands_the_terminal(
    failing: bool, as_json: bool, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = "a\x1b]52;c;ZXZpbA==\x07b\x9b31m\x7f\u202ec"
    shown = [replace(ONE, folder=hostile, sender_name=hostile)]
    listed = Mock(side_effect=OpsError(hostile)) if failing else Mock(return_value=shown)
    monkeypatch.setattr(IncidentTable, "list_live", listed)
    assert command_line.main([*LIST, "--json"] if as_json else LIST) == failing
    printed = capsys.readouterr()
    assert not {one for one in printed.out + printed.err if one != "\n" and not one.isprintable()}
    if as_json:
        document = json.loads(printed.out)
        assert (document["error"] if failing else document[0]["folder"]) == hostile
    else:
        assert "[U+001B]" in printed.out + printed.err


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "There is no file"),
        ("{", "cannot be read as JSON"),
        ("[]", "JSON object"),
        ("{}", "has no region"),
    ],
)
def test_outputs_that_are_missing_are_told_with_the_remedy(
    ops: Ops, tmp_path: Path, content: str | None, problem: str
) -> None:
    file = tmp_path / "others.json"
    if content is not None:
        file.write_text(content)
    outputs = ["--outputs", str(file)]
    for arguments in ([*outputs, *LIST], [*LIST, *outputs]):
        assert problem in ops(*arguments, code=1)


def test_the_outputs_are_those_of_the_variable_and_else_the_local_ones(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outputs = tmp_path / "outputs.json"
    assert Stack.read(None, {OUTPUTS_VARIABLE: str(outputs)}).file == outputs
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".local").mkdir()
    local = {LocalOutput.ENDPOINT_URL: "http://127.0.0.1:1", Output.REGION: "us-east-1"}
    (tmp_path / ".local" / "outputs.json").write_text(json.dumps(local))
    stack = Stack.read(None, {})
    assert stack.client("dynamodb").meta.endpoint_url == "http://127.0.0.1:1"


def test_the_launcher_works_through_a_link_from_another_folder(tmp_path: Path) -> None:
    tools, elsewhere = tmp_path / "bin", tmp_path / "else where"
    tools.mkdir()
    elsewhere.mkdir()
    (tools / "file-sla").symlink_to(ROOT / "file-sla")
    # In uv's place: this Python, with whatever follows the name of uv's own.
    (tools / "uv").write_text(
        f'#!/bin/sh\nwhile [ "$1" != python ]; do shift; done\nshift\nexec {sys.executable} "$@"\n'
    )
    (tools / "uv").chmod(0o755)
    (elsewhere / "my owners.yaml").write_text("default: a\nowners:\n  a: {channels: []}\n")
    done = subprocess.run(
        [str(tools / "file-sla"), "owners", "check", "my owners.yaml"],
        cwd=elsewhere, env={"PATH": f"{tools}:/usr/bin:/bin"}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "my owners.yaml is right: owners 1, rules 0.\n"), done.stderr
