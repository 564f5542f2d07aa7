"""Users, groups, and what an analyst may read."""

import re

from tests.infra.conftest import Program


def test_users_cannot_sign_up_by_themselves(program: Program) -> None:
    pool = program.one("UserPool")
    assert pool["adminCreateUserConfig"]["allowAdminCreateUserOnly"] is True
    assert pool["accountRecoverySetting"]["recoveryMechanisms"] == [{"name": "verified_email", "priority": 1}]
    assert pool["usernameConfiguration"] == {"caseSensitive": False}
    assert pool["passwordPolicy"]["minimumLength"] == 14
    assert all(on for key, on in pool["passwordPolicy"].items() if key.startswith("require"))


def test_client_is_confidential_and_its_tokens_live_as_long_as_the_contract_says(program: Program) -> None:
    client = program.one("UserPoolClient")
    assert client["generateSecret"] is True
    assert client["preventUserExistenceErrors"] == "ENABLED"
    assert set(client["explicitAuthFlows"]) == {"ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"}
    assert client["enableTokenRevocation"] is True
    units = client["tokenValidityUnits"]
    for kind, lifetime in (("id", (60, "minutes")), ("access", (60, "minutes")), ("refresh", (1, "days"))):
        assert (client[f"{kind}TokenValidity"], units[f"{kind}Token"]) == lifetime


def test_client_secret_lies_in_secrets_manager_alone(program: Program) -> None:
    value = program.one("SecretVersion")["secretString"]
    assert "clientSecret-of-identity-client" in str(value)
    others = [r for r in program.resources if r.type != "aws:secretsmanager/secretVersion:SecretVersion"]
    assert "clientSecret-of" not in str([resource.inputs for resource in others])


def test_groups_are_the_two(program: Program) -> None:
    roles = {group.inputs["name"]: group.inputs.get("roleArn") for group in program.all("UserGroup")}
    assert roles == {"sla-reporters": None, "sla-analysts": "arn-of-identity-analyst"}


def test_only_the_group_brings_the_analyst_role(program: Program) -> None:
    attachment = program.one("IdentityPoolRoleAttachment")
    assert attachment["roleMappings"] == [
        {
            "identityProvider": "endpoint-of-identity-users:id-of-identity-client",
            "type": "Token",
            "ambiguousRoleResolution": "Deny",
        }
    ]
    pool = program.one("IdentityPool")
    assert pool["allowUnauthenticatedIdentities"] is False
    assert pool["allowClassicFlow"] is False
    assert pool["cognitoIdentityProviders"][0]["serverSideTokenCheck"] is True


def test_analyst_role_is_for_this_pools_users(program: Program) -> None:
    [statement] = program.statements("Role", "identity-analyst")
    assert statement["Principal"] == {"Federated": "cognito-identity.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"cognito-identity.amazonaws.com:aud": "id-of-identity-pool"},
        "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
    }


def test_analysts_query_what_pages_show_and_no_more(program: Program) -> None:
    statements = program.statements("RolePolicy", "identity-analyst-reads")
    on_tables = [s for s in statements if any(a.startswith("dynamodb:") for a in s["Action"])]
    assert {action for statement in on_tables for action in statement["Action"]} == {"dynamodb:Query"}
    assert sorted(arn for statement in on_tables for arn in statement["Resource"]) == [
        "arn-of-errors-table/index/AffectedDateIndex",
        "arn-of-errors-table/index/FolderIndex",
        "arn-of-incidents-table",
        "arn-of-incidents-table/index/EndedIndex",
        "arn-of-incidents-table/index/IncidentIdIndex",
        "arn-of-incidents-table/index/LiveIndex",
        "arn-of-notifications-table",
        "arn-of-senders-table",
        "arn-of-senders-table/index/StateIndex",
    ]
    [on_metrics] = [s for s in statements if any(a.startswith("cloudwatch:") for a in s["Action"])]
    assert all(re.match("cloudwatch:(Describe|Get|List)", action) for action in on_metrics["Action"])
