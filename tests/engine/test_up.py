"""The program as the engine brings it up, and what it leaves in its state."""

import sys
from typing import Any

import pytest
from pulumi import automation

from contract.names import ROOT
from local.engine_provider import ENDPOINT_VARIABLE
from local.provider import Aws
from tests.engine.engine_stack import EngineStack, plugin_on_path
from tests.engine.people import assert_answers, move_in


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


def test_a_second_update_would_change_nothing(deployed: EngineStack) -> None:
    assert deployed.preview().steps == []


def test_a_report_goes_through_to_the_analysts_index(deployed: EngineStack, aws: Aws) -> None:
    assert_answers(aws, deployed, move_in(aws, deployed), "inbound-of-today")


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
        (
            "retentionDay",
            30,
            "file-sla:retentionDay is no key of this program. Did you mean file-sla:retentionDays?",
        ),
    ],
)
def test_a_wrong_value_or_key_is_refused_by_name(
    deployed: EngineStack, key: str, value: Any, told: str
) -> None:
    deployed.configure(**{key: value})
    with pytest.raises(automation.CommandError) as refused:
        deployed.preview()
    deployed.configure()
    assert told in str(refused.value)
