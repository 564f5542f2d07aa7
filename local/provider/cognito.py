"""Cognito user pools, their clients and groups, and identity pools."""

from local.provider.resource import Aws, Created, Creator, Inputs, pick


def _user_pool(aws: Aws, name: str, inputs: Inputs) -> Created:
    policies = {"Policies": pick(inputs, "passwordPolicy")} if "passwordPolicy" in inputs else {}
    client = aws.client("cognito-idp")
    pool = client.create_user_pool(
        PoolName=inputs.get("name", name),
        **pick(
            inputs,
            "accountRecoverySetting",
            "adminCreateUserConfig",
            "autoVerifiedAttributes",
            "deletionProtection",
            "userPoolAddOns",
            "userPoolTier",
            "usernameConfiguration",
        ),
        **policies,
    )["UserPool"]
    if inputs.get("mfaConfiguration", "OFF") != "OFF":
        # A factor has to be there before it can be asked for: AWS takes both in one call of its own.
        client.set_user_pool_mfa_config(
            UserPoolId=pool["Id"], **pick(inputs, "mfaConfiguration", "softwareTokenMfaConfiguration")
        )
    return Created(
        pool["Id"],
        {
            "arn": pool["Arn"],
            "name": pool["Name"],
            "endpoint": f"cognito-idp.{aws.region}.amazonaws.com/{pool['Id']}",
        },
    )


def _user_pool_client(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("cognito-idp").create_user_pool_client(
        ClientName=inputs.get("name", name),
        **pick(
            inputs,
            "userPoolId",
            "generateSecret",
            "explicitAuthFlows",
            "preventUserExistenceErrors",
            "enableTokenRevocation",
            "tokenValidityUnits",
            "accessTokenValidity",
            "idTokenValidity",
            "refreshTokenValidity",
        ),
    )["UserPoolClient"]
    return Created(client["ClientId"], {"clientSecret": client.get("ClientSecret")})


def _user_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = inputs.get("name", name)
    aws.client("cognito-idp").create_group(
        GroupName=group, **pick(inputs, "userPoolId", "description", "roleArn")
    )
    return Created(f"{inputs['userPoolId']}/{group}", {"name": group})


def _identity_pool(aws: Aws, _name: str, inputs: Inputs) -> Created:
    pool = aws.client("cognito-identity").create_identity_pool(
        **pick(
            inputs, "identityPoolName", "allowUnauthenticatedIdentities", "allowClassicFlow",
            "cognitoIdentityProviders",
        )
    )  # fmt: skip
    pool_id = pool["IdentityPoolId"]
    return Created(pool_id, {"arn": aws.arn("cognito-identity", f"identitypool/{pool_id}")})


def _role_attachment(aws: Aws, _name: str, inputs: Inputs) -> Created:
    mappings = {
        mapping["identityProvider"]: pick(mapping, "type", "ambiguousRoleResolution")
        for mapping in inputs.get("roleMappings", [])
    }
    aws.client("cognito-identity").set_identity_pool_roles(
        IdentityPoolId=inputs["identityPoolId"], Roles=dict(inputs["roles"]), RoleMappings=mappings
    )
    return Created(inputs["identityPoolId"])


CREATORS: dict[str, Creator] = {
    "aws:cognito/userPool:UserPool": _user_pool,
    "aws:cognito/userPoolClient:UserPoolClient": _user_pool_client,
    "aws:cognito/userGroup:UserGroup": _user_group,
    "aws:cognito/identityPool:IdentityPool": _identity_pool,
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": _role_attachment,
}
