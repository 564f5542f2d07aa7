"""A drill: what somebody may do to a stack by hand, one thing after another, each named by the doctor."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from contract.names import LocalOutput, Output
from local.emulator import start_emulator
from local.processes import free_port
from local.provider import Aws
from local.stack import deploy
from ops.doctor.command import run_check
from ops.doctor.declared import check_declared
from ops.doctor.service import Level, check_api
from ops.stack import Stack

PREFIX = "file-sla-dev"
REGION = "us-east-1"
OWNERS = (
    "default: ops\nowners:\n  ops:\n    channels: [mail: [one@example.com, two@example.com]]\nrules: []\n"
)


class Hands:
    """The deployed stack, and the hands that change it."""

    def __init__(self, aws: Aws, outputs: dict[str, Any]) -> None:
        self.client = aws.client
        self.outputs = {**outputs, LocalOutput.ENDPOINT_URL: aws.endpoint_url}
        self.stack = Stack(self.outputs)
        self.pool = {"UserPoolId": outputs[Output.USER_POOL_ID]}
        self.api = re.search(r"/restapis/([^/]+)/", outputs[Output.API_URL])[1]  # type: ignore[index]

    def find_problems(self) -> set[str]:
        # Anew each time: a stack looks once at its alarms.
        stack = Stack(self.outputs)
        found = [one for check in (check_api, check_declared) for one in run_check(check, stack)]
        assert not [one for one in found if one.level is Level.SKIPPED]
        problems = [one for one in found if one.level is Level.PROBLEM]
        assert all("pulumi up --refresh" in one.remedy for one in problems if "No answer" not in one.what)
        return {one.check for one in problems}

    def change_alarm(self, name: str, **changes: Any) -> None:
        name = f"{PREFIX}/{name}"
        found = self.client("cloudwatch").describe_alarms(AlarmNames=[name])["MetricAlarms"][0]
        kept = (
            "AlarmName", "AlarmActions", "OKActions", "EvaluationPeriods", "DatapointsToAlarm", "Threshold",
            "ComparisonOperator", "TreatMissingData",
        )  # fmt: skip
        metric = {"Namespace": "x", "MetricName": "y", "Period": 60, "Statistic": "Sum"}
        self.client("cloudwatch").put_metric_alarm(
            **{**{key: found[key] for key in kept}, **metric, **changes}
        )

    def delete_alarm(self, name: str) -> None:
        self.client("cloudwatch").delete_alarms(AlarmNames=[f"{PREFIX}/{name}"])

    def configure(self, function: str, **changes: Any) -> None:
        self.client("lambda").update_function_configuration(FunctionName=f"{PREFIX}-{function}", **changes)

    def policy_of(self, role: str) -> dict[str, str]:
        name = {"RoleName": f"{PREFIX}-{role}-{REGION}"}
        [policy] = self.client("iam").list_role_policies(**name)["PolicyNames"]
        return {**name, "PolicyName": policy}

    def mapping(self) -> str:
        found = self.client("lambda").list_event_source_mappings(FunctionName=f"{PREFIX}-incident-projection")
        return str(found["EventSourceMappings"][0]["UUID"])

    def unsubscribe(self, endpoint: str) -> None:
        found = self.client("sns").list_subscriptions()["Subscriptions"]
        [arn] = [one["SubscriptionArn"] for one in found if one["Endpoint"] == endpoint]
        self.client("sns").unsubscribe(SubscriptionArn=arn)

    def change_schedule(self, **changes: Any) -> None:
        client, name = self.client("scheduler"), f"{PREFIX}-sweep"
        found = client.get_schedule(GroupName=name, Name=name)
        kept = ("GroupName", "Name", "ScheduleExpression", "FlexibleTimeWindow", "Target", "State")
        client.update_schedule(**{**{key: found[key] for key in kept}, **changes})

    def patch_stage(self, operation: dict[str, str]) -> None:
        self.client("apigateway").update_stage(
            restApiId=self.api, stageName="v1", patchOperations=[operation]
        )


def _allow(**statement: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


LITTLE = _allow(Action="sqs:ListQueues", Resource="*")
ANYBODY = _allow(Principal={"AWS": "*"}, Action="sts:AssumeRole")


def _break_one_thing_after_another(on: Hands) -> Iterator[set[str]]:
    """Yields the names that are to be found since the last one, each after it was broken."""
    alarms, functions, iam = on.client("cloudwatch"), on.client("lambda"), on.client("iam")
    on.delete_alarm("unhealthy")
    yield {f"alarm {PREFIX}/unhealthy"}
    on.delete_alarm("auth-5xx")
    yield {f"alarm {PREFIX}/auth-5xx"}
    on.change_alarm("auth-latency", Threshold=99_999)
    yield {f"alarm {PREFIX}/auth-latency"}
    on.change_alarm("auth-4xx", EvaluationPeriods=9, DatapointsToAlarm=9)
    yield {f"alarm {PREFIX}/auth-4xx"}
    on.change_alarm("dead-letters", AlarmActions=[])
    yield {f"alarm {PREFIX}/dead-letters"}
    alarms.disable_alarm_actions(AlarmNames=[f"{PREFIX}/projection-behind"])
    yield {f"alarm {PREFIX}/projection-behind"}
    alarms.delete_dashboards(DashboardNames=[f"{PREFIX}-{REGION}"])
    yield {f"CloudWatch dashboard {PREFIX}-{REGION}"}

    on.configure("file-sla-error", Timeout=3)
    yield {f"function {PREFIX}-file-sla-error"}
    on.configure("incident-action", MemorySize=128)
    yield {f"function {PREFIX}-incident-action"}
    on.configure("incident-notifications", Environment={"Variables": {"A": "b"}})
    yield {f"function {PREFIX}-incident-notifications"}
    projection = {"FunctionName": f"{PREFIX}-incident-projection"}
    functions.put_function_concurrency(**projection, ReservedConcurrentExecutions=0)
    yield {f"function {PREFIX}-incident-projection"}
    functions.put_function_event_invoke_config(**projection, MaximumRetryAttempts=2)
    yield {f"retries of {PREFIX}-incident-projection"}
    functions.remove_permission(FunctionName=f"{PREFIX}-auth", StatementId="api-auth-permission")
    yield {f"invoke permission of {PREFIX}-auth"}
    functions.update_event_source_mapping(UUID=on.mapping(), Enabled=False)
    yield {f"stream mapping of {PREFIX}-incident-projection"}
    on.change_schedule(State="DISABLED")
    yield {f"schedule {PREFIX}-sweep"}
    other = f"{PREFIX}-notifications-sweep"
    on.client("scheduler").delete_schedule(GroupName=other, Name=other)
    yield {f"schedule {other}"}

    iam.delete_role_policy(**on.policy_of("file-sla-error"))
    yield {f"role {PREFIX}-file-sla-error-{REGION}"}
    iam.put_role_policy(**on.policy_of("projection"), PolicyDocument=LITTLE)
    yield {f"role {PREFIX}-projection-{REGION}"}
    role = f"{PREFIX}-incident-action-{REGION}"
    iam.put_role_policy(RoleName=role, PolicyName="more", PolicyDocument=LITTLE)
    yield {f"role {role}"}
    iam.update_assume_role_policy(RoleName=f"{PREFIX}-notify-{REGION}", PolicyDocument=ANYBODY)
    yield {f"role {PREFIX}-notify-{REGION}"}
    role = f"{PREFIX}-analyst-{REGION}"
    iam.attach_role_policy(RoleName=role, PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
    yield {f"role {role}"}

    tables = on.client("dynamodb")
    tables.update_table(TableName="FileSlaErrors", DeletionProtectionEnabled=False)
    yield {"table FileSlaErrors"}
    off = {"PointInTimeRecoveryEnabled": False}
    tables.update_continuous_backups(TableName="FileSlaSenders", PointInTimeRecoverySpecification=off)
    yield {"table FileSlaSenders"}
    never = {"Enabled": False, "AttributeName": "ExpiresAt"}
    tables.update_time_to_live(TableName="FileSlaRuns", TimeToLiveSpecification=never)
    yield {"table FileSlaRuns"}
    on.client("logs").put_retention_policy(logGroupName=f"/aws/lambda/{PREFIX}-auth", retentionInDays=1)
    yield {f"log group /aws/lambda/{PREFIX}-auth"}
    on.client("logs").delete_log_group(logGroupName=f"/aws/apigateway/{PREFIX}")
    yield {f"log group /aws/apigateway/{PREFIX}"}
    queues = on.client("sqs")
    url = queues.get_queue_url(QueueName=f"{PREFIX}-dead-letters")["QueueUrl"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "60"})
    yield {f"queue {PREFIX}-dead-letters"}
    on.unsubscribe("alarms@example.com")
    yield {"subscription of alarms@example.com"}
    on.unsubscribe("two@example.com")
    yield {"subscription of two@example.com"}

    users = on.client("cognito-idp")
    users.delete_group(**on.pool, GroupName="sla-reporters")
    yield {"group sla-reporters"}
    client = {**on.pool, "ClientId": on.stack[Output.USER_POOL_CLIENT_ID], "ClientName": f"{PREFIX}-api"}
    users.update_user_pool_client(**client, ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"])
    yield {f"app client {PREFIX}-api"}
    pool = on.stack[Output.IDENTITY_POOL_ID]
    on.client("cognito-identity").set_identity_pool_roles(IdentityPoolId=pool, Roles={})
    yield {f"roles of identity pool {pool}"}

    on.patch_stage({"op": "replace", "path": "/auth/POST/throttling/rateLimit", "value": "1"})
    yield {"limits of route auth/POST"}
    on.patch_stage({"op": "remove", "path": "/accessLogSettings"})
    yield {"stage v1"}
    functions.delete_function(FunctionName=f"{PREFIX}-auth")
    yield {f"function {PREFIX}-auth", "API /auth"}
    on.client("apigateway").delete_stage(restApiId=on.api, stageName="v1")
    yield {
        "API /file_sla_error",
        *(f"limits of route {one}/POST" for one in ("file_sla_error", "incident_action")),
    }


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    owners, port = tmp_path / "owners.yaml", free_port()
    owners.write_text(OWNERS)
    config = {
        "functionTarget": "host", "alarmEmail": "alarms@example.com", "ownersFile": str(owners),
        "deletionProtection": True,
    }  # fmt: skip
    emulator = start_emulator(port, tmp_path, REGION)
    try:
        aws = Aws(f"http://127.0.0.1:{port}", REGION)
        yield Hands(aws, deploy(aws, config, []))
    finally:
        emulator.stop()


def test_each_thing_that_is_broken_is_named_and_nothing_else(hands: Hands) -> None:
    known = hands.find_problems()
    assert known == set()
    broken = 0
    for wanted in _break_one_thing_after_another(hands):
        found = hands.find_problems()
        assert found - known == wanted
        known, broken = found, broken + 1
    assert broken >= 30
