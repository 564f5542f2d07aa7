"""The policies of whoever deploys: all that each declared type takes, and nothing wider than AWS makes it."""

import json
import re
from fnmatch import fnmatchcase
from typing import Any, Final

import pytest
from botocore.session import Session
from cloudsplaining.scan.policy_document import PolicyDocument
from policy_sentry.querying.actions import get_action_data

from contract.names import ROOT
from tests.infra.conftest import ALL_ON, declare

POLICIES: Final[dict[str, list[dict[str, Any]]]] = {
    path.stem.removeprefix("deploy-policy-"): json.loads(path.read_text())["Statement"]
    for path in sorted((ROOT / "docs").glob("deploy-policy-*.json"))
}
STATEMENTS: Final = [(name, statement) for name, policy in POLICIES.items() for statement in policy]
MAX_CHARACTERS: Final = 6_144
"""Of a managed policy, white space not counted (IAM quotas)."""
SECRETS: Final = {"cognito-idp:DescribeUserPoolClient", "secretsmanager:GetSecretValue"}
"""Their answers hold a secret, so looking at a stack does not take them."""
ANYWHERE: Final = {"cloudwatch:DescribeAlarms", "cloudwatch:PutCompositeAlarm"}
"""Allowed on any resource though the authorization reference lists some: see the test of botocore's words."""

_TAG: Final = "TagResource UntagResource"
_API_PART: Final = "DELETE GET PATCH POST PUT"
_API_PARTS: Final = [
    f"apigateway/{name[0].lower()}{name[1:]}:{name}"
    for name in (
        "Authorizer", "Deployment", "Integration", "IntegrationResponse", "Method", "MethodResponse",
        "MethodSettings", "Model", "RequestValidator", "Resource", "Response", "RestApi", "Stage",
    )
]  # fmt: skip
# What the AWS provider calls for each type, to read, create, change, tag and delete it.
ACTIONS: Final[dict[str, str]] = {
    "acm/certificate:Certificate": "acm: DescribeCertificate ListTagsForCertificate RequestCertificate "
    "UpdateCertificateOptions DeleteCertificate AddTagsToCertificate RemoveTagsFromCertificate",
    "acm/certificateValidation:CertificateValidation": "acm: DescribeCertificate",
    "apigateway/account:Account": "apigateway: GET PATCH",
    "apigateway/basePathMapping:BasePathMapping": "apigateway: DELETE GET PATCH POST",
    "apigateway/domainName:DomainName": f"apigateway: {_API_PART} AddCertificateToDomain "
    "RemoveCertificateFromDomain; iam: CreateServiceLinkedRole",
    "apigateway/restApiPolicy:RestApiPolicy": "apigateway: GET PATCH UpdateRestApiPolicy",
    **dict.fromkeys(_API_PARTS, f"apigateway: {_API_PART}"),
    "backup/plan:Plan": "backup: GetBackupPlan ListTags CreateBackupPlan UpdateBackupPlan DeleteBackupPlan "
    f"{_TAG}",
    "backup/selection:Selection": "backup: GetBackupSelection CreateBackupSelection DeleteBackupSelection; "
    "iam: CreateServiceLinkedRole PassRole",
    "backup/vault:Vault": f"backup: DescribeBackupVault ListTags CreateBackupVault {_TAG}; backup-storage: "
    "MountCapsule; kms: CreateGrant Decrypt DescribeKey GenerateDataKey RetireGrant",
    "cloudwatch/compositeAlarm:CompositeAlarm": "cloudwatch: DescribeAlarms ListTagsForResource "
    f"PutCompositeAlarm DeleteAlarms {_TAG}",
    "cloudwatch/dashboard:Dashboard": "cloudwatch: GetDashboard PutDashboard DeleteDashboards",
    "cloudwatch/logGroup:LogGroup": "logs: DescribeLogGroups ListTagsForResource CreateLogGroup "
    f"AssociateKmsKey DisassociateKmsKey PutRetentionPolicy DeleteRetentionPolicy DeleteLogGroup {_TAG}",
    "cloudwatch/metricAlarm:MetricAlarm": "cloudwatch: DescribeAlarms ListTagsForResource PutMetricAlarm "
    f"DeleteAlarms {_TAG}",
    "cognito/identityPool:IdentityPool": "cognito-identity: DescribeIdentityPool CreateIdentityPool "
    f"UpdateIdentityPool DeleteIdentityPool {_TAG}",
    "cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": "cognito-identity: "
    "GetIdentityPoolRoles SetIdentityPoolRoles; iam: PassRole",
    "cognito/userGroup:UserGroup": "cognito-idp: GetGroup CreateGroup UpdateGroup DeleteGroup; iam: PassRole",
    "cognito/userPool:UserPool": "cognito-idp: DescribeUserPool GetUserPoolMfaConfig CreateUserPool "
    f"SetUserPoolMfaConfig UpdateUserPool DeleteUserPool {_TAG}; iam: CreateServiceLinkedRole",
    "cognito/userPoolClient:UserPoolClient": "cognito-idp: DescribeUserPoolClient CreateUserPoolClient "
    "UpdateUserPoolClient DeleteUserPoolClient",
    "dynamodb/table:Table": "dynamodb: DescribeTable DescribeContinuousBackups DescribeTimeToLive "
    "GetResourcePolicy ListTagsOfResource CreateTable UpdateTable UpdateContinuousBackups UpdateTimeToLive "
    f"DeleteTable {_TAG}",
    "iam/role:Role": "iam: GetRole ListAttachedRolePolicies ListInstanceProfilesForRole ListRolePolicies "
    "CreateRole UpdateAssumeRolePolicy UpdateRole UpdateRoleDescription DeleteRole TagRole UntagRole "
    "PassRole",
    "iam/rolePolicy:RolePolicy": "iam: GetRolePolicy PutRolePolicy DeleteRolePolicy",
    "iam/rolePolicyAttachment:RolePolicyAttachment": "iam: ListAttachedRolePolicies AttachRolePolicy "
    "DetachRolePolicy",
    "kms/alias:Alias": "kms: ListAliases CreateAlias UpdateAlias DeleteAlias",
    "kms/key:Key": "kms: DescribeKey GetKeyPolicy GetKeyRotationStatus ListResourceTags CreateKey "
    f"EnableKeyRotation UpdateKeyDescription {_TAG}",
    "kms/keyPolicy:KeyPolicy": "kms: DescribeKey GetKeyPolicy PutKeyPolicy",
    "lambda/eventSourceMapping:EventSourceMapping": "lambda: GetEventSourceMapping ListTags "
    f"CreateEventSourceMapping UpdateEventSourceMapping DeleteEventSourceMapping {_TAG}",
    "lambda/function:Function": "lambda: GetFunction GetFunctionCodeSigningConfig ListTags "
    "ListVersionsByFunction CreateFunction UpdateFunctionCode UpdateFunctionConfiguration DeleteFunction "
    f"{_TAG}; iam: PassRole",
    "lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": "lambda: GetFunctionEventInvokeConfig "
    "PutFunctionEventInvokeConfig DeleteFunctionEventInvokeConfig",
    "lambda/permission:Permission": "lambda: GetPolicy AddPermission RemovePermission",
    "route53/record:Record": "route53: GetHostedZone ListResourceRecordSets ChangeResourceRecordSets "
    "GetChange",
    "scheduler/schedule:Schedule": "scheduler: GetSchedule CreateSchedule UpdateSchedule DeleteSchedule; "
    "iam: PassRole",
    "scheduler/scheduleGroup:ScheduleGroup": "scheduler: GetScheduleGroup ListTagsForResource "
    f"CreateScheduleGroup DeleteScheduleGroup {_TAG}",
    "secretsmanager/secret:Secret": "secretsmanager: DescribeSecret GetResourcePolicy CreateSecret "
    f"UpdateSecret DeleteSecret {_TAG}",
    "secretsmanager/secretVersion:SecretVersion": "secretsmanager: ListSecretVersionIds GetSecretValue "
    "PutSecretValue UpdateSecretVersionStage",
    "sns/topic:Topic": "sns: GetTopicAttributes ListTagsForResource CreateTopic SetTopicAttributes "
    f"DeleteTopic {_TAG}",
    "sns/topicSubscription:TopicSubscription": "sns: GetSubscriptionAttributes ListSubscriptionsByTopic "
    "Subscribe SetSubscriptionAttributes Unsubscribe",
    "sqs/queue:Queue": "sqs: GetQueueAttributes GetQueueUrl ListQueueTags CreateQueue SetQueueAttributes "
    "DeleteQueue TagQueue UntagQueue",
    "wafv2/webAcl:WebAcl": "wafv2: GetWebACL ListTagsForResource CreateWebACL UpdateWebACL DeleteWebACL "
    f"{_TAG}",
    "wafv2/webAclAssociation:WebAclAssociation": "wafv2: GetWebACLForResource AssociateWebACL "
    "DisassociateWebACL; apigateway: SetWebACL",
}
NEEDED: Final = {
    kind: {
        f"{service}:{name}"
        for service, _, names in (part.partition(": ") for part in actions.split("; "))
        for name in names.split()
    }
    for kind, actions in ACTIONS.items()
}


def _rows(action: str) -> list[Any]:
    """What the service authorization reference says of an action: a row for each kind of resource."""
    service, name = action.split(":")
    data: Any = get_action_data(service, name)
    assert data, f"{action} does not exist"
    rows: list[Any] = data[service]
    return rows


def test_the_table_holds_the_types_that_the_program_declares_and_no_other() -> None:
    """For a new type: add what the provider calls for it here and to docs/deploy-policy-*.json."""
    declared = {resource.type for resource in declare(**ALL_ON).resources} - {"pulumi:providers:aws"}
    assert {kind.removeprefix("aws:") for kind in declared} == set(ACTIONS)


def test_what_the_types_take_is_allowed_and_nothing_else() -> None:
    allowed = {action for _, statement in STATEMENTS for action in statement["Action"]}
    assert {kind: taken - allowed for kind, taken in NEEDED.items() if taken - allowed} == {}
    assert allowed == set().union(*NEEDED.values())


@pytest.mark.parametrize(("name", "statement"), STATEMENTS)
def test_every_action_exists_and_knows_its_resources(name: str, statement: dict[str, Any]) -> None:
    for action in statement["Action"]:
        assert "*" not in action
        patterns = {
            re.sub(r"\$\{\w+\}", "*", str(row["resource_arn_format"])).replace("arn:*:", "arn:aws:")
            for row in _rows(action)
        }
        for resource in statement["Resource"]:
            if resource == "*":
                assert patterns == {"*"} or action in ANYWHERE, action
            elif not action.startswith("apigateway:"):
                # One of ours may be narrower, never of another kind.
                assert any(fnmatchcase(resource, pattern) for pattern in patterns), (action, resource)


def test_what_aws_says_must_be_scoped_to_all_is() -> None:
    """The authorization reference names alarms for these actions; botocore's documentation knows better."""
    loader: Any = Session().get_component("data_loader")
    allowed = {action: statement["Resource"] for _, statement in STATEMENTS for action in statement["Action"]}
    named = {action.split(":")[0] for action in allowed} & set(loader.list_available_services("service-2"))
    operations = {service: loader.load_service_model(service, "service-2")["operations"] for service in named}
    found = set()
    for action, resources in allowed.items():
        service, name = action.split(":")
        words = operations.get(service, {}).get(name, {}).get("documentation", "")
        if re.search(r"permission that is scoped to \W*\*", re.sub(r"<[^>]+>", "", words)):
            found.add(action)
            assert resources == ["*"], action
    assert found == ANYWHERE


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_fits_into_a_managed_one_and_holds_no_whole_service(name: str) -> None:
    policy = json.loads((ROOT / "docs" / f"deploy-policy-{name}.json").read_text())
    assert len(re.sub(r"\s", "", json.dumps(policy))) <= MAX_CHARACTERS
    assert PolicyDocument(policy).service_wildcard == []


def test_looking_changes_nothing_and_shows_no_secret() -> None:
    looked_at = {action for statement in POLICIES["read"] for action in statement["Action"]}
    for action in looked_at:
        assert {row["access_level"] for row in _rows(action)} <= {"Read", "List"}, action
    assert not looked_at & SECRETS
    document = PolicyDocument({"Version": "2012-10-17", "Statement": POLICIES["read"]})
    assert document.allows_data_exfiltration_actions == []


def test_a_pull_request_may_ask_whether_names_are_taken_and_nothing_else_beside_the_state() -> None:
    statements = json.loads((ROOT / "docs" / "deploy-state-preview.json").read_text())["Statement"]
    allowed = {one: tuple(statement["Resource"]) for statement in statements for one in statement["Action"]}
    asked = {action for action in allowed if not action.startswith(("s3:", "kms:"))}
    assert asked <= {action for statement in POLICIES["read"] for action in statement["Action"]}
    assert {"dynamodb:DescribeTable", "dynamodb:ListTagsOfResource"} <= asked
    assert {allowed[action] for action in asked} == {("arn:aws:dynamodb:*:*:table/FileSla*",)}


def test_roles_are_passed_to_one_service_each_or_by_their_own_name() -> None:
    passed = [statement for _, statement in STATEMENTS if "iam:PassRole" in statement["Action"]]
    assert passed
    for statement in passed:
        assert statement["Action"] == ["iam:PassRole"]
        # Cognito is not documented to say to which service the analysts' role is passed.
        named = statement["Resource"] == ["arn:aws:iam::*:role/file-sla-*analyst-*"]
        assert named or list(statement["Condition"]) == ["StringEquals"]


@pytest.mark.parametrize(
    ("policy", "service"), [("api", "ops.apigateway"), ("data", "backup"), ("data", "email.cognito-idp")]
)
def test_a_service_may_create_its_own_role(policy: str, service: str) -> None:
    """Without it, the first domain name, backup or mail of an account is refused."""
    assert {
        "Effect": "Allow",
        "Action": ["iam:CreateServiceLinkedRole"],
        "Resource": [f"arn:aws:iam::*:role/aws-service-role/{service}.amazonaws.com/*"],
        "Condition": {"StringEquals": {"iam:AWSServiceName": f"{service}.amazonaws.com"}},
    } in POLICIES[policy]


def test_what_stays_when_a_stack_goes_cannot_be_deleted_by_whoever_deploys() -> None:
    deleting = {
        one
        for _, statement in STATEMENTS
        for action in statement["Action"]
        for one in (action, *statement["Resource"])
        if re.search(r":(Delete|Detach|Schedule\w*Deletion|DELETE)", action)
    }
    assert not deleting & {
        "arn:aws:iam::*:role/api-log-role-*", "arn:aws:apigateway:*::/account", "kms:ScheduleKeyDeletion",
        "backup:DeleteBackupVault",
    }  # fmt: skip
