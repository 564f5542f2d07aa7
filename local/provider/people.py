"""Who may do what: Cognito's user and identity pools, and IAM's roles."""

from collections.abc import Mapping
from typing import Final

from local.provider.resource import Aws, Created, Creator, Inputs, given, pick


def _create_user_pool(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("cognito-idp")
    policies = {"Policies": pick(inputs, "passwordPolicy")} if "passwordPolicy" in inputs else {}
    mail = given(
        inputs.get("emailConfiguration", {}),
        EmailSendingAccount="emailSendingAccount",
        From="fromEmailAddress",
        SourceArn="sourceArn",
    )
    pool = client.create_user_pool(
        PoolName=inputs.get("name", name),
        **policies,
        **({"EmailConfiguration": mail} if mail else {}),
        **pick(
            inputs, "accountRecoverySetting", "adminCreateUserConfig", "autoVerifiedAttributes",
            "deletionProtection", "userPoolAddOns", "userPoolTier", "usernameConfiguration",
        ),
    )["UserPool"]  # fmt: skip
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


def _create_client(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("cognito-idp").create_user_pool_client(
        ClientName=inputs.get("name", name),
        **pick(
            inputs, "userPoolId", "explicitAuthFlows", "preventUserExistenceErrors", "enableTokenRevocation",
            "tokenValidityUnits", "accessTokenValidity", "idTokenValidity", "refreshTokenValidity",
            "generateSecret",
        ),
    )["UserPoolClient"]  # fmt: skip
    return Created(client["ClientId"], {"clientSecret": client.get("ClientSecret")})


def _create_group(aws: Aws, name: str, inputs: Inputs) -> Created:
    group = inputs.get("name", name)
    aws.client("cognito-idp").create_group(
        GroupName=group, **pick(inputs, "userPoolId", "description", "roleArn")
    )
    return Created(f"{inputs['userPoolId']}/{group}", {"name": group})


def _create_identity_pool(aws: Aws, _name: str, inputs: Inputs) -> Created:
    pool = aws.client("cognito-identity").create_identity_pool(
        **pick(
            inputs, "identityPoolName", "allowUnauthenticatedIdentities", "allowClassicFlow",
            "cognitoIdentityProviders",
        )
    )  # fmt: skip
    pool_id = pool["IdentityPoolId"]
    return Created(pool_id, {"arn": aws.arn("cognito-identity", f"identitypool/{pool_id}")})


def _attach_identity_roles(aws: Aws, _name: str, inputs: Inputs) -> Created:
    mappings = {
        mapping["identityProvider"]: pick(mapping, "type", "ambiguousRoleResolution")
        for mapping in inputs.get("roleMappings", [])
    }
    aws.client("cognito-identity").set_identity_pool_roles(
        IdentityPoolId=inputs["identityPoolId"], Roles=dict(inputs["roles"]), RoleMappings=mappings
    )
    return Created(inputs["identityPoolId"])


def _create_role(aws: Aws, name: str, inputs: Inputs) -> Created:
    role = aws.client("iam").create_role(
        RoleName=inputs.get("name", name),
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Description=inputs.get("description", ""),
    )["Role"]
    return Created(role["RoleName"], {"name": role["RoleName"], "arn": role["Arn"]})


def _put_role_policy(aws: Aws, name: str, inputs: Inputs) -> Created:
    policy_name = inputs.get("name", name)
    aws.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=policy_name, PolicyDocument=inputs["policy"]
    )
    return Created(f"{inputs['role']}:{policy_name}", {"name": policy_name})


def _attach_policy(aws: Aws, name: str, inputs: Inputs) -> Created:
    aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return Created(f"{inputs['role']}-{name}")


CREATORS: Final[Mapping[str, Creator]] = {
    "aws:cognito/identityPool:IdentityPool": _create_identity_pool,
    "aws:cognito/identityPoolRoleAttachment:IdentityPoolRoleAttachment": _attach_identity_roles,
    "aws:cognito/userGroup:UserGroup": _create_group,
    "aws:cognito/userPool:UserPool": _create_user_pool,
    "aws:cognito/userPoolClient:UserPoolClient": _create_client,
    "aws:iam/role:Role": _create_role,
    "aws:iam/rolePolicy:RolePolicy": _put_role_policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attach_policy,
}
