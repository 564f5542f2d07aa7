"""IAM policies, linted: what they name exists, and no wildcard is wider than AWS makes it."""

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from cloudsplaining.scan.policy_document import PolicyDocument
from policy_sentry.querying.actions import get_action_data

from tests.infra.conftest import Program

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


@pytest.fixture(params=["by_default", "defended"])
def program(request: pytest.FixtureRequest) -> Program:
    declared: Program = request.getfixturevalue(request.param)
    return declared


def _documents(program: Program) -> dict[str, dict[str, Any]]:
    return {policy.name: json.loads(policy.inputs["policy"]) for policy in program.all("RolePolicy")}


def _statements(program: Program) -> Iterator[dict[str, Any]]:
    for document in _documents(program).values():
        yield from document["Statement"]


def test_every_action_exists(program: Program) -> None:
    assert len(_documents(program)) >= 3
    for statement in _statements(program):
        for action in statement["Action"]:
            service, name = action.split(":")
            assert get_action_data(service, name), action


def test_every_wildcard_is_listed_with_its_reason(program: Program) -> None:
    for statement in _statements(program):
        assert statement["Effect"] == "Allow"
        assert not [action for action in statement["Action"] if "*" in action]
        if "*" in statement["Resource"]:
            assert set(statement["Action"]) <= set(ANY_RESOURCE)


def test_resources_that_could_be_named_are_named(program: Program) -> None:
    unrestricted = {
        action
        for document in _documents(program).values()
        for action in PolicyDocument(document).all_allowed_unrestricted_actions
    }
    assert unrestricted <= {"cloudwatch:DescribeAlarms", "xray:PutTelemetryRecords", "xray:PutTraceSegments"}


def test_no_policy_opens_a_known_way_up(program: Program) -> None:
    for name, document in _documents(program).items():
        linted = PolicyDocument(document)
        assert linted.allows_privilege_escalation == [], name
        assert linted.service_wildcard == [], name
        assert linted.allows_data_exfiltration_actions == [], name


def test_roles_are_taken_on_by_named_services_only(program: Program) -> None:
    for role in program.all("Role"):
        [statement] = json.loads(role.inputs["assumeRolePolicy"])["Statement"]
        [who] = statement["Principal"].values()
        assert who in MAY_TAKE_ON_ROLES
        if who == "cognito-identity.amazonaws.com":
            assert statement["Condition"]["StringEquals"][f"{who}:aud"]
