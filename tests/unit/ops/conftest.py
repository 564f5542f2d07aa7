"""The commands over AWS in memory, which the tests of a file share: none leaves anything behind."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from moto import mock_aws

from contract.names import OUTPUTS_VARIABLE, Output
from ops.__main__ import main
from tests.stands.projection_tables import (
    ERRORS,
    INCIDENTS,
    MESSAGES,
    RUNS,
    SENDERS,
    create_message_tables,
    create_projection_tables,
)
from tests.unit.conftest import REGION

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


class Ops:
    """Runs a command, and returns what it prints."""

    def __init__(self, outputs: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.outputs = outputs
        self._capsys = capsys

    def __call__(self, *arguments: str, code: int = 0) -> str:
        """In one line: its result, or else what went wrong."""
        assert main(arguments) == code
        printed = self._capsys.readouterr()
        return " ".join((printed.out or printed.err).split())

    def json(self, *arguments: str, code: int = 0) -> Any:
        """Its document."""
        assert main([*arguments, "--json"]) == code
        return json.loads(self._capsys.readouterr().out)

    def refuse(self, *arguments: str) -> str:
        """What it says of wrong usage."""
        with pytest.raises(SystemExit) as refused:
            main(arguments)
        assert refused.value.code == 2
        return " ".join(self._capsys.readouterr().err.split())

    def know(self, **more: str) -> None:
        """Adds to the outputs of the stack."""
        self.outputs.write_text(json.dumps({**json.loads(self.outputs.read_text()), **more}))


@pytest.fixture
def ops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Ops:
    outputs = {
        Output.REGION: REGION,
        Output.TABLE_NAME: ERRORS,
        Output.RUNS_TABLE_NAME: RUNS,
        Output.SENDERS_TABLE_NAME: SENDERS,
        Output.INCIDENTS_TABLE_NAME: INCIDENTS,
        Output.NOTIFICATIONS_TABLE_NAME: MESSAGES,
        Output.METRICS_NAMESPACE: "file-sla-prod",
    }
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps(outputs))
    monkeypatch.setenv(OUTPUTS_VARIABLE, str(file))
    return Ops(file, capsys)


@pytest.fixture(scope="module")
def aws() -> Iterator[None]:
    with mock_aws():
        yield


@pytest.fixture
def client(aws: None) -> Iterator["DynamoDBClient"]:
    """The stack's tables, empty."""
    client = boto3.client("dynamodb", region_name=REGION)
    create_projection_tables(client)
    create_message_tables(client)
    yield client
    for table in client.list_tables()["TableNames"]:
        client.delete_table(TableName=table)
    for backup in client.list_backups()["BackupSummaries"]:
        client.delete_backup(BackupArn=backup["BackupArn"])
