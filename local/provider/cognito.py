"""Cognito user pools, their clients and groups, and identity pools."""

from typing import Any

from local.provider.resource import (
    Aws,
    Created,
    Existing,
    Inputs,
    Lifecycle,
    ProtectedError,
    given,
    hold,
    pick,
)


def _pool_settings(inputs: Inputs) -> dict[str, Any]:
    policies = {"Policies": pick(inputs, "passwordPolicy")} if "passwordPolicy" in inputs else {}
    mail = given(
        inputs.get("emailConfiguration", {}),
        EmailSendingAccount="emailSendingAccount",
        From="fromEmailAddress",
        SourceArn="sourceArn",
    )
    return policies | ({"EmailConfiguration": mail} if mail else {}) | pick(
        inputs, "accountRecoverySetting", "adminCreateUserConfig", "autoVerifiedAttributes",
        "deletionProtection", "userPoolAddOns", "userPoolTier",
    )  # fmt: skip


def _set_factors(aws: Aws, pool_id: str, inputs: Inputs) -> None:
    aws.client("cognito-idp").set_user_pool_mfa_config(
        UserPoolId=pool_id, **pick(inputs, "mfaConfiguration", "softwareTokenMfaConfiguration")
    )


def _create_user_pool(aws: Aws, name: str, inputs: Inputs) -> Created:
    pool = aws.client("cognito-idp").create_user_pool(
        PoolName=inputs.get("name", name), **_pool_settings(inputs), **pick(inputs, "usernameConfiguration")
    )["UserPool"]
    if inputs.get("mfaConfiguration", "OFF") != "OFF":
        # A factor has to be there before it can be asked for: AWS takes both in one call of its own.
        _set_factors(aws, pool["Id"], inputs)
    return Created(
        pool["Id"],
        {
            "arn": pool["Arn"],
            "name": pool["Name"],
            "endpoint": f"cognito-idp.{aws.region}.amazonaws.com/{pool['Id']}",
        },
    )


def _update_user_pool(aws: Aws, pool: Existing, inputs: Inputs) -> None:
    aws.client("cognito-idp").update_user_pool(UserPoolId=pool.id, **_pool_settings(inputs))
    _set_factors(aws, pool.id, inputs)


def _delete_user_pool(aws: Aws, pool: Existing) -> None:
    client = aws.client("cognito-idp")
    if client.describe_user_pool(UserPoolId=pool.id)["UserPool"].get("DeletionProtection") == "ACTIVE":
        raise ProtectedError(f"The user pool {pool.id} cannot be deleted: its deletion protection is active.")
    client.delete_user_pool(UserPoolId=pool.id)


def _client_settings(inputs: Inputs) -> dict[str, Any]:
    return pick(
        inputs, "userPoolId", "explicitAuthFlows", "preventUserExistenceErrors", "enableTokenRevocation",
        "tokenValidityUnits", "accessTokenValidity", "idTokenValidity", "refreshTokenValidity",
    )  # fmt: skip


def _create_client(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("cognito-idp").create_user_pool_client(
        ClientName=inputs.get("name", name), **_client_settings(inputs), **pick(inputs, "generateSecret")
    )["UserPoolClient"]
    return Created(client["ClientId"], {"clientSecret": client.get("ClientSecret")})


def _update_client(aws: Aws, client: Existing, inputs: Inputs) -> None:
    aws.client("cognito-idp").update_user_pool_client(
        ClientId=client.id, ClientName=inputs.get("name", client.name), **_client_settings(inputs)
    )


def _delete_client(aws: Aws, client: Existing) -> None:
    aws.client("cognito-idp").delete_user_pool_client(
        UserPoolId=client.state["userPoolId"], ClientId=client.id
    )


def _create_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = inputs.get("name", name)
    aws.client("cognito-idp").create_group(
        GroupName=group, **pick(inputs, "userPoolId", "description", "roleArn")
    )
    return Created(f"{inputs['userPoolId']}/{group}", {"name": group})


def _update_group(_aws: Aws, group: Existing, inputs: Inputs) -> None:
    hold(group, inputs, "description", "roleArn")


def _delete_group(aws: Aws, group: Existing) -> None:
    aws.client("cognito-idp").delete_group(UserPoolId=group.state["userPoolId"], GroupName=group.name)


def _identity_settings(inputs: Inputs) -> dict[str, Any]:
    return pick(
        inputs, "identityPoolName", "allowUnauthenticatedIdentities", "allowClassicFlow",
        "cognitoIdentityProviders",
    )  # fmt: skip


def _create_identity_pool(aws: Aws, _name: str, inputs: Inputs) -> Created:
    pool = aws.client("cognito-identity").create_identity_pool(**_identity_settings(inputs))
    pool_id = pool["IdentityPoolId"]
    return Created(pool_id, {"arn": aws.arn("cognito-identity", f"identitypool/{pool_id}")})


def _update_identity_pool(aws: Aws, pool: Existing, inputs: Inputs) -> None:
    aws.client("cognito-identity").update_identity_pool(IdentityPoolId=pool.id, **_identity_settings(inputs))


def _delete_identity_pool(aws: Aws, pool: Existing) -> None:
    aws.client("cognito-identity").delete_identity_pool(IdentityPoolId=pool.id)


def _attach_roles(aws: Aws, _name: str, inputs: Inputs) -> Created:
    mappings = {
        mapping["identityProvider"]: pick(mapping, "type", "ambiguousRoleResolution")
        for mapping in inputs.get("roleMappings", [])
    }
    aws.client("cognito-identity").set_identity_pool_roles(
        IdentityPoolId=inputs["identityPoolId"], Roles=dict(inputs["roles"]), RoleMappings=mappings
    )
    return Created(inputs["identityPoolId"])


def _detach_roles(aws: Aws, attachment: Existing) -> None:
    aws.client("cognito-identity").set_identity_pool_roles(
        IdentityPoolId=attachment.id, Roles={}, RoleMappings={}
    )


LIFECYCLES = {
    "aws:cognito/userPool:UserPool": Lifecycle(
        _create_user_pool,
        _delete_user_pool,
        _update_user_pool,
        replace_on=frozenset({"name", "aliasAttributes", "usernameAttributes", "usernameConfiguration"}),
        stays=frozenset(
            {"accountRecoverySetting", "adminCreateUserConfig", "passwordPolicy", "userPoolTier"}
        ),
    ),
    "aws:cognito/userPoolClient:UserPoolClient": Lifecycle(
        _create_client,
        _delete_client,
        _update_client,
        replace_on=frozenset({"generateSecret", "userPoolId"}),
        stays=frozenset(
            {
                "accessTokenValidity",
                "enableTokenRevocation",
                "explicitAuthFlows",
                "idTokenValidity",
                "preventUserExistenceErrors",
                "refreshTokenValidity",
            }
        ),
    ),
    "aws:cognito/userGroup:UserGroup": Lifecycle(
        _create_group, _delete_group, _update_group, replace_on=frozenset({"name", "userPoolId"})
    ),
    "aws:cognito/identityPool:IdentityPool": Lifecycle(
        _create_identity_pool,
        _delete_identity_pool,
        _update_identity_pool,
        replace_on=frozenset({"developerProviderName", "identityPoolName"}),
    ),
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": Lifecycle.put(
        _attach_roles, _detach_roles, "identityPoolId"
    ),
}
