"""IAM roles and what they may do."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle


def _create_role(aws: Aws, name: str, inputs: Inputs) -> Created:
    role = aws.client("iam").create_role(
        RoleName=inputs.get("name", name),
        AssumeRolePolicyDocument=inputs["assumeRolePolicy"],
        Description=inputs.get("description", ""),
    )["Role"]
    return Created(role["RoleName"], {"name": role["RoleName"], "arn": role["Arn"]})


def _update_role(aws: Aws, role: Existing, inputs: Inputs) -> None:
    client = aws.client("iam")
    client.update_assume_role_policy(RoleName=role.id, PolicyDocument=inputs["assumeRolePolicy"])
    client.update_role(RoleName=role.id, Description=inputs.get("description", ""))


def _delete_role(aws: Aws, role: Existing) -> None:
    aws.client("iam").delete_role(RoleName=role.id)


def _put_role_policy(aws: Aws, name: str, inputs: Inputs) -> Created:
    policy_name = inputs.get("name", name)
    aws.client("iam").put_role_policy(
        RoleName=inputs["role"], PolicyName=policy_name, PolicyDocument=inputs["policy"]
    )
    return Created(f"{inputs['role']}:{policy_name}", {"name": policy_name})


def _delete_role_policy(aws: Aws, policy: Existing) -> None:
    aws.client("iam").delete_role_policy(RoleName=policy.state["role"], PolicyName=policy.name)


def _attach(aws: Aws, name: str, inputs: Inputs) -> Created:
    aws.client("iam").attach_role_policy(RoleName=inputs["role"], PolicyArn=inputs["policyArn"])
    return Created(f"{inputs['role']}-{name}")


def _detach(aws: Aws, attachment: Existing) -> None:
    aws.client("iam").detach_role_policy(
        RoleName=attachment.state["role"], PolicyArn=attachment.state["policyArn"]
    )


LIFECYCLES = {
    "aws:iam/role:Role": Lifecycle(
        _create_role, _delete_role, _update_role, replace_on=frozenset({"name", "namePrefix", "path"})
    ),
    "aws:iam/rolePolicy:RolePolicy": Lifecycle.put(
        _put_role_policy, _delete_role_policy, "name", "namePrefix", "role"
    ),
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": Lifecycle(_attach, _detach),
}
