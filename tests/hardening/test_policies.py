"""IAM policies, linted: what they name exists, and no wildcard is wider than AWS makes it."""

import json
from typing import Final

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument
from policy_sentry.querying.actions import get_action_data

from tests.infra.conftest import ALL_ON, Program, declare

ANY_RESOURCE: Final = {
    "cloudwatch:DescribeAlarms": "narrowed to alarms by name, it hides the composite ones",
    "cloudwatch:GetMetricData": "knows no resource: metrics have no ARN",
    "cloudwatch:ListMetrics": "knows no resource: metrics have no ARN",
    "dynamodb:ListStreams": "knows no resource",
    "xray:PutTelemetryRecords": "knows no resource",
    "xray:PutTraceSegments": "knows no resource",
}
"""The actions that may name any resource, each with its reason."""
MAY_TAKE_ON_ROLES: Final = {
    "lambda.amazonaws.com",
    "apigateway.amazonaws.com",
    "cognito-identity.amazonaws.com",
    "backup.amazonaws.com",
    "scheduler.amazonaws.com",
}


@pytest.fixture(params=[{}, ALL_ON], ids=["by default", "all on"])
def program(request: pytest.FixtureRequest) -> Program:
    return declare(**request.param)


def test_every_action_exists_and_every_wildcard_is_listed_with_its_reason(program: Program) -> None:
    assert len(program.all("RolePolicy")) >= 3
    for statement in program.role_statements():
        for action in statement["Action"]:
            service, name = action.split(":")
            assert "*" not in name
            assert get_action_data(service, name), action
        assert statement["Effect"] == "Allow"
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= set(ANY_RESOURCE)


def test_no_policy_opens_a_known_way_up(program: Program) -> None:
    for policy in program.all("RolePolicy"):
        linted = PolicyDocument(json.loads(policy.inputs["policy"]))
        assert linted.allows_privilege_escalation == [], policy.name
        assert linted.service_wildcard == linted.allows_data_exfiltration_actions == [], policy.name


def test_roles_are_taken_on_by_named_services_only(program: Program) -> None:
    for role in program.all("Role"):
        [statement] = program.statements("Role", role.name)
        [who] = statement["Principal"].values()
        assert who in MAY_TAKE_ON_ROLES
        if who == "cognito-identity.amazonaws.com":
            assert statement["Condition"]["StringEquals"][f"{who}:aud"]
