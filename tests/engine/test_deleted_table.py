"""A table that someone deleted as a whole: the next update makes it anew, and its items come back.

The emulator keeps no backup of a deleted table by itself, as DynamoDB does for 35 days: one that is made just
before stands for it.
"""

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi import automation
from pulumi.runtime.proto import provider_pb2

from contract.names import LocalOutput, Output
from local.engine_provider.server import start_server
from local.engine_provider.servicer import Provider
from local.provider import Aws
from ops.__main__ import main as ops
from ops.user_pool import User
from tests.engine.engine_stack import EngineStack
from tests.engine.people import assert_answers, move_in, record_is_there

_TABLE = "aws:dynamodb/table:Table"


class RefreshingProvider(Provider):
    """The provider, which looks whether tables are still there; all else it believes to be."""

    def Read(self, request: Any, _context: Any) -> Any:  # noqa: N802 - the protocol's name
        """A table that is gone has no id any more."""
        gone = (
            request.type == _TABLE
            and request.id not in self._aws.client("dynamodb").list_tables()["TableNames"]
        )
        if gone:
            return provider_pb2.ReadResponse()
        return provider_pb2.ReadResponse(id=request.id, properties=request.properties, inputs=request.inputs)


@pytest.fixture(scope="module")
def stack(cli: automation.PulumiCommand, aws: Aws, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A stack with a record and users."""
    server, port = start_server(RefreshingProvider(aws.endpoint_url))
    stack = EngineStack(
        "deleted", cli, tmp_path_factory.mktemp("deleted"), {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"}
    )
    stack.configure()
    stack.up()
    yield stack
    server.stop(grace=None).wait()


@pytest.fixture(scope="module")
def users(stack: EngineStack, aws: Aws) -> dict[str, User]:
    """Those of the stack, who have sent a report."""
    users = move_in(aws, stack)
    assert_answers(aws, stack, users, "before")
    return users


def test_a_refresh_of_what_is_as_it_was_changes_nothing(stack: EngineStack, users: dict[str, User]) -> None:
    stack.refresh()
    assert stack.preview().steps == []


@pytest.mark.parametrize(
    ("name", "output"), [("errors", Output.TABLE_NAME), ("runs", Output.RUNS_TABLE_NAME)]
)
def test_a_deleted_table_comes_back_with_its_items(
    stack: EngineStack, users: dict[str, User], aws: Aws, name: str, output: Output, tmp_path: Path
) -> None:
    client = aws.client("dynamodb")
    table = stack.outputs[output]
    held = client.scan(TableName=table)["Items"]
    assert held
    client.create_backup(TableName=table, BackupName="of the deleted")
    client.update_table(TableName=table, DeletionProtectionEnabled=False)
    client.delete_table(TableName=table)

    stack.refresh()
    plan = stack.up()
    assert f"{name}-table" in {step.name for step in plan.steps}
    assert stack.preview().steps == []
    assert client.scan(TableName=table)["Items"] == []
    file = tmp_path / "outputs.json"
    file.write_text(json.dumps({**stack.outputs, LocalOutput.ENDPOINT_URL: aws.endpoint_url}))
    assert ops(["--outputs", str(file), "restore", "--table", name, "--from-deleted"]) == 0
    assert all(item in client.scan(TableName=table)["Items"] for item in held)
    assert record_is_there(aws, stack.outputs[Output.TABLE_NAME])
    assert_answers(aws, stack, users, f"after the {name}")
