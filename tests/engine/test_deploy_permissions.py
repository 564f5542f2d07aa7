"""Whoever has the policies of docs/ and nothing else brings a stack up, changes it and removes it.

What is tried here are the calls of the local provider, a part of what AWS's own one calls, and what the
emulator checks of a policy.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from pulumi import automation

from contract.names import ROOT
from local.engine_provider.server import start_server
from local.engine_provider.servicer import Provider
from local.provider import Aws
from tests.engine.engine_stack import EngineStack
from tests.engine.flips import TOGETHER

NOBODY = ()
READER = ("read",)
DEPLOYER = ("read", "api", "data", "running")
SEEN_IN_PART = {
    "backup:CreateBackupPlan",
    "backup:CreateBackupSelection",
    "backup:CreateBackupVault",
    "backup:DeleteBackupPlan",
    "backup:DeleteBackupSelection",
    "backup:UpdateBackupPlan",
    "cloudwatch:DeleteAlarms",
    "cloudwatch:DeleteDashboards",
    "cloudwatch:PutDashboard",
    "iam:AttachRolePolicy",
    "iam:DetachRolePolicy",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "lambda:CreateFunction",
    "scheduler:CreateSchedule",
    "scheduler:DeleteSchedule",
    "scheduler:UpdateSchedule",
    "wafv2:AssociateWebACL",
    "wafv2:DisassociateWebACL",
}
"""Of these calls the emulator does not see on what they are, or what a condition asks: here they are allowed
on anything, where the policies allow them at all."""


@dataclass(frozen=True)
class Credentials:
    """Those of a user."""

    key_id: str
    secret: str


@dataclass(frozen=True)
class AwsAs(Aws):
    """The account, seen by a user."""

    credentials: Credentials | None = None

    def client(self, service: str) -> Any:
        """A client with the user's credentials."""
        assert self.credentials
        make_client: Any = boto3.client
        return make_client(
            service,
            endpoint_url=self.endpoint_url,
            region_name=self.region,
            aws_access_key_id=self.credentials.key_id,
            aws_secret_access_key=self.credentials.secret,
        )


class ProviderOf(Provider):
    """The provider with a user's credentials."""

    def __init__(self, endpoint_url: str, credentials: Credentials) -> None:
        super().__init__(endpoint_url)
        self._credentials = credentials

    @property
    def _aws(self) -> Aws:
        return AwsAs(self._endpoint_url, self._region, credentials=self._credentials)


def _create_user(aws: Aws, name: str, policies: Sequence[str]) -> Credentials:
    client = aws.client("iam")
    client.create_user(UserName=name)
    allowed: set[str] = set()
    for policy in policies:
        document = (ROOT / "docs" / f"deploy-policy-{policy}.json").read_text()
        created = client.create_policy(PolicyName=f"{name}-{policy}", PolicyDocument=document)["Policy"]
        client.attach_user_policy(UserName=name, PolicyArn=created["Arn"])
        allowed |= {
            action for statement in json.loads(document)["Statement"] for action in statement["Action"]
        }
    if seen := sorted(allowed & SEEN_IN_PART):
        anywhere = {"Effect": "Allow", "Action": seen, "Resource": "*"}
        client.put_user_policy(
            UserName=name,
            PolicyName="emulator",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [anywhere]}),
        )
    key = client.create_access_key(UserName=name)["AccessKey"]
    return Credentials(key["AccessKeyId"], key["SecretAccessKey"])


@pytest.fixture(scope="module")
def stacks(
    cli: automation.PulumiCommand, aws: Aws, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, EngineStack]]:
    """One stack, as its deployer sees it and as someone does who may do nothing."""
    folder = tmp_path_factory.mktemp("deployed")
    servers, found = [], {}
    for name, policies in (("deployer", DEPLOYER), ("nobody", NOBODY)):
        server, port = start_server(ProviderOf(aws.endpoint_url, _create_user(aws, name, policies)))
        servers.append(server)
        found[name] = EngineStack("dev", cli, folder, {"PULUMI_DEBUG_PROVIDERS": f"aws:{port}"})
    yield found
    for server in servers:
        server.stop(grace=None).wait()


@pytest.fixture(scope="module")
def up(stacks: dict[str, EngineStack], aws: Aws) -> EngineStack:
    """The stack, brought up by its deployer with every option on."""
    stack = stacks["deployer"]
    zone = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="permissions")
    stack.configure(
        **{
            **TOGETHER,
            "functionTarget": "host",
            "deletionProtection": False,
            "domainZoneId": zone["HostedZone"]["Id"].rpartition("/")[2],
        }
    )
    stack.up()
    return stack


def test_the_deployer_brings_everything_up(up: EngineStack) -> None:
    assert up.preview().steps == []


def test_a_preview_asks_aws_for_nothing_and_writes_no_state(
    up: EngineStack, stacks: dict[str, EngineStack]
) -> None:
    nobody = stacks["nobody"]
    state = {path: path.read_bytes() for path in up.backend.rglob("*") if path.is_file()}
    nobody.configure(logRetentionDays=14, deletionProtection=False)
    assert "auth-log" in {step.name for step in nobody.preview().steps}
    # The role of a pull request needs no right to write the state.
    assert {path: path.read_bytes() for path in up.backend.rglob("*") if path.is_file()} == state
    with pytest.raises(automation.CommandError, match=r"AccessDenied|not authorized"):
        nobody.up()


def test_a_reader_looks_at_what_tells_no_secret(aws: Aws, up: EngineStack) -> None:
    reader = AwsAs(aws.endpoint_url, aws.region, credentials=_create_user(aws, "reader", READER))
    outputs = up.outputs
    assert reader.client("dynamodb").describe_table(TableName=outputs["table_name"])
    pool, client_id = outputs["user_pool_id"], outputs["user_pool_client_id"]
    with pytest.raises(Exception, match="AccessDenied"):
        reader.client("cognito-idp").describe_user_pool_client(UserPoolId=pool, ClientId=client_id)
    with pytest.raises(Exception, match="AccessDenied"):
        reader.client("dynamodb").scan(TableName=outputs["table_name"])


def test_the_deployer_changes_and_removes_it(up: EngineStack) -> None:
    up.configure(deletionProtection=False)
    up.up()
    assert up.preview().steps == []
    up.destroy()
    assert up.resources == []


def test_what_is_not_the_stacks_is_out_of_the_deployers_reach(aws: Aws) -> None:
    other = AwsAs(aws.endpoint_url, aws.region, credentials=_create_user(aws, "second-deployer", DEPLOYER))
    with pytest.raises(Exception, match="AccessDenied"):
        other.client("sqs").create_queue(QueueName="mine-too")
    with pytest.raises(Exception, match="AccessDenied"):
        other.client("iam").create_role(RoleName="admin", AssumeRolePolicyDocument="{}")
