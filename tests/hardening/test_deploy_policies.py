"""The policies of whoever deploys: every type is in them, and nothing wider than AWS makes it."""

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

import pulumi_aws
import pytest
from cloudsplaining.scan.policy_document import PolicyDocument
from policy_sentry.querying.actions import get_action_data

from docs.generate.deploying.permissions import ANY_RESOURCE, Grant, Permissions
from docs.generate.deploying.policies import MAX_CHARACTERS, READ, PolicyTooLongError, build_policies
from docs.generate.deploying.types import CONCERNS, UnknownTypeError, find_declared_types, list_permissions
from local.stack_config import ROOT
from tests.hardening.conftest import ALL_ON
from tests.infra.conftest import Program, declare

POLICIES: Final = {
    path.stem.removeprefix("deploy-policy-"): json.loads(path.read_text())
    for path in sorted((ROOT / "docs").glob("deploy-policy-*.json"))
}
ENTRIES: Final = [(kind, one) for types in CONCERNS.values() for kind, one in types.items()]
GRANTS: Final = [
    (kind, action, resource)
    for kind, one in ENTRIES
    for grant in (*one.list_reads(), *one.list_writes())
    for action in grant.actions
    for resource in grant.resources
]
SECRETS: Final = {"cognito-idp:DescribeUserPoolClient", "secretsmanager:GetSecretValue"}


def _types(program: Program) -> set[str]:
    return {resource.type for resource in program.resources} - {"pulumi:providers:aws"}


def _accepts(action: str) -> Iterator[str]:
    """The patterns of resources that an action knows."""
    service, name = action.split(":")
    data: Any = get_action_data(service, name)
    assert data, f"{action} does not exist"
    for row in data[service]:
        yield re.sub(r"\$\{\w+\}", "*", str(row["resource_arn_format"])).replace("arn:*:", "arn:aws:")


def _statements(name: str) -> Iterator[dict[str, Any]]:
    yield from POLICIES[name]["Statement"]


def test_every_type_that_any_configuration_declares_is_among_them() -> None:
    declared = _types(declare()) | _types(declare(**ALL_ON, alarmEmail="ops@example.com"))
    assert find_declared_types() == declared
    assert declared <= {kind for kind, _ in ENTRIES}


def test_a_type_that_nobody_described_is_named() -> None:
    with pytest.raises(UnknownTypeError, match="aws:s3/bucket:Bucket"):
        list_permissions({"aws:s3/bucket:Bucket"})


@pytest.mark.parametrize("kind", [kind for kind, _ in ENTRIES])
def test_every_described_type_is_one_of_the_providers(kind: str) -> None:
    _, module, name = re.split("[:/]", kind)[0], *re.split("[:/]", kind)[1:3]
    found = getattr(pulumi_aws, module if module != "lambda" else "lambda_")
    assert hasattr(found, name[0].upper() + name[1:])


@pytest.mark.parametrize(("kind", "action", "resource"), GRANTS)
def test_every_action_exists_and_knows_the_resource(kind: str, action: str, resource: str) -> None:
    accepted = set(_accepts(action))
    if resource == "*":
        assert action in ANY_RESOURCE
    elif not action.startswith("apigateway:"):
        # One of ours may be narrower, never of another kind.
        assert any(fnmatchcase(resource, pattern) for pattern in accepted), accepted


def test_what_knows_no_resource_really_knows_none() -> None:
    for action, reason in ANY_RESOURCE.items():
        assert (set(_accepts(action)) == {"*"}) is (reason == "knows no resource"), action


@pytest.mark.parametrize("name", POLICIES)
def test_no_action_is_a_wildcard(name: str) -> None:
    assert PolicyDocument(POLICIES[name]).service_wildcard == []
    assert not [action for statement in _statements(name) for action in statement["Action"] if "*" in action]


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_fits_into_a_managed_one(name: str) -> None:
    assert len(re.sub(r"\s", "", json.dumps(POLICIES[name]))) <= MAX_CHARACTERS


def test_a_policy_that_grew_too_long_is_named() -> None:
    long = Permissions(on=["arn:aws:sqs:*:*:" + "x" * MAX_CHARACTERS], create=["sqs:CreateQueue"])
    with pytest.raises(PolicyTooLongError, match="'data'"):
        build_policies({"data": {"aws:sqs/queue:Queue": long}})


def test_looking_changes_nothing_and_tells_no_secret() -> None:
    for statement in _statements(READ):
        for action in statement["Action"]:
            service, name = action.split(":")
            data: Any = get_action_data(service, name)
            assert {row["access_level"] for row in data[service]} <= {"Read", "List"}, action
            assert action not in SECRETS
    assert PolicyDocument(POLICIES[READ]).allows_data_exfiltration_actions == []


def test_what_tells_a_secret_is_known_to() -> None:
    assert {action for _, one in ENTRIES for action in one.read_secret} == SECRETS


def test_roles_are_passed_to_one_service_each_or_by_their_own_name() -> None:
    passed = [
        statement
        for name in POLICIES
        for statement in _statements(name)
        if "iam:PassRole" in statement["Action"]
    ]
    assert passed
    for statement in passed:
        assert statement["Action"] == ["iam:PassRole"]
        named = statement["Resource"] == ["arn:aws:iam::*:role/file-sla-*analyst-*"]
        assert named or list(statement["Condition"]) == ["StringEquals"]


@pytest.mark.parametrize(
    ("concern", "service"),
    [
        ("api", "ops.apigateway.amazonaws.com"),
        ("data", "backup.amazonaws.com"),
        ("data", "email.cognito-idp.amazonaws.com"),
    ],
)
def test_a_service_may_make_the_role_that_it_brings_along(concern: str, service: str) -> None:
    """Without it, the first domain name, backup or mail of an account is refused."""
    assert {
        "Effect": "Allow",
        "Action": ["iam:CreateServiceLinkedRole"],
        "Resource": [f"arn:aws:iam::*:role/aws-service-role/{service}/*"],
        "Condition": {"StringEquals": {"iam:AWSServiceName": service}},
    } in POLICIES[concern]["Statement"]


def test_what_stays_when_a_stack_goes_cannot_be_deleted_by_whoever_deploys() -> None:
    deleting = {
        (action, resource)
        for name in POLICIES
        for statement in _statements(name)
        for action in statement["Action"]
        for resource in statement["Resource"]
        if re.search(r":(Delete|Detach|Schedule\w*Deletion|DELETE)", action)
    }
    gone = {resource for _, resource in deleting}
    assert not gone & {"arn:aws:iam::*:role/api-log-role-*", "arn:aws:apigateway:*::/account"}
    assert not {action for action, _ in deleting} & {"kms:ScheduleKeyDeletion", "backup:DeleteBackupVault"}


def test_same_resources_and_condition_become_one_statement() -> None:
    one = Permissions(on=["arn:aws:sqs:*:*:a"], create=["sqs:CreateQueue"], delete=["sqs:DeleteQueue"])
    other = Permissions(
        on=["arn:aws:sqs:*:*:a"],
        also=[
            Grant(
                actions=["sqs:DeleteQueue"], resources=["arn:aws:sqs:*:*:a"], condition={"Bool": {"x": "y"}}
            )
        ],
    )
    statements = build_policies({"data": {"a": one, "b": other}})["data"]["Statement"]
    plain, conditional = sorted(statements, key=lambda statement: "Condition" in statement)
    assert plain["Action"] == ["sqs:CreateQueue", "sqs:DeleteQueue"]
    assert "Condition" not in plain
    assert conditional["Condition"] == {"Bool": {"x": "y"}}
