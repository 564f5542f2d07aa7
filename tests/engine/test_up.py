"""The program as the engine brings it up, and what it leaves in its state."""

import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from pulumi import automation

from contract.table import Attribute, Index
from local.engine_provider import ENDPOINT_VARIABLE
from local.people import create_people
from local.provider import Aws
from local.stack_config import ROOT
from tests.engine.engine_stack import EngineStack, plugin_on_path
from tests.events import a_report
from tests.running_stack import RunningStack


@pytest.fixture(scope="module")
def deployed(
    cli: automation.PulumiCommand, aws: Aws, tmp_path_factory: pytest.TempPathFactory
) -> EngineStack:
    """The stack with every key as it is by default; the engine finds the provider as it finds any other."""
    folder = tmp_path_factory.mktemp("plain")
    plugin = plugin_on_path(folder / "bin", f"{sys.executable} -m local.engine_provider")
    environment = {**plugin, "PYTHONPATH": str(ROOT), ENDPOINT_VARIABLE: aws.endpoint_url}
    stack = EngineStack("plain", cli, folder, environment)
    stack.configure()
    stack.up()
    return stack


@pytest.fixture(scope="module")
def running(deployed: EngineStack, aws: Aws) -> Iterator[RunningStack]:
    """The stack as its people use it."""
    outputs = deployed.outputs
    users = create_people(aws, outputs["user_pool_id"])
    with closing(
        RunningStack({**outputs, "endpoint_url": aws.endpoint_url, "users": users}, deployed.folder)
    ) as running:
        yield running


def test_a_second_update_would_change_nothing(deployed: EngineStack) -> None:
    assert deployed.preview().steps == []


def test_a_report_goes_through_to_the_analysts_index(running: RunningStack) -> None:
    running.report(a_report("inbound"), running.token(running.reporter)).raise_for_status()
    found = running.client_as(running.token(running.analyst), "dynamodb").query(
        TableName=running.table_name,
        IndexName=Index.FOLDER,
        KeyConditionExpression="#folder = :folder",
        ExpressionAttributeNames={"#folder": Attribute.FOLDER},
        ExpressionAttributeValues={":folder": {"S": "inbound"}},
    )
    assert len(found["Items"]) == 1


def test_the_client_secret_is_nowhere_in_the_clear(deployed: EngineStack, aws: Aws) -> None:
    outputs = deployed.outputs
    pool, client_id = outputs["user_pool_id"], outputs["user_pool_client_id"]
    client = aws.client("cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    secret = client["UserPoolClient"]["ClientSecret"].encode()
    kept = {path: path.read_bytes() for path in deployed.folder.rglob("*") if path.is_file()}
    # The search would find it: its neighbour, which is no secret, is there.
    assert any(client_id.encode() in content for content in kept.values())
    assert [str(path) for path, content in kept.items() if secret in content] == []
    assert secret.decode() not in "\n".join(deployed.printed)


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("retentionDays", "soon", "key 'retentionDays' must be of type 'integer'"),
        ("deletionProtection", "perhaps", "key 'deletionProtection' must be of type 'boolean'"),
        ("retentionDays", -3, "file-sla:retentionDays is '-3': input should be greater than or equal to 0"),
    ],
)
def test_a_wrong_value_is_refused_by_name(deployed: EngineStack, key: str, value: Any, told: str) -> None:
    deployed.configure(**{key: value})
    with pytest.raises(automation.CommandError) as refused:
        deployed.preview()
    deployed.configure()
    assert told in str(refused.value)
