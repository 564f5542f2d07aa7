"""IAM roles and what they may do."""

from local.provider.resource import Aws, Created, Creator, Inputs


def _role(aws: Aws, name: str, inputs: Inputs) -> Created:
    role = aws.client("iam").create_role(
        RoleName=inputs.get("name", name),
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Description=inputs.get("description", ""),
    )["Role"]
    return Created(role["RoleName"], {"name": role["RoleName"], "arn": role["Arn"]})


def _role_policy(aws: Aws, name: str, inputs: Inputs) -> Created:
    policy_name = inputs.get("name", name)
    aws.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=policy_name, PolicyDocument=inputs["policy"]
    )
    return Created(f"{inputs['role']}:{policy_name}", {"name": policy_name})


def _attachment(aws: Aws, name: str, inputs: Inputs) -> Created:
    aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return Created(f"{inputs['role']}-{name}")


CREATORS: dict[str, Creator] = {
    "aws:iam/role:Role": _role,
    "aws:iam/rolePolicy:RolePolicy": _role_policy,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _attachment,
}
