"""Taking a role's permissions away for a while."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

from tests.running_stack import RunningStack


@contextmanager
def without_permissions(stack: RunningStack, role: str) -> Iterator[None]:
    """The role has no policy of its own within this block."""
    iam = stack.aws.client("iam")
    [name] = iam.list_role_policies(RoleName=role)["PolicyNames"]
    document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    iam.delete_role_policy(RoleName=role, PolicyName=name)
    try:
        yield
    finally:
        iam.put_role_policy(RoleName=role, PolicyName=name, PolicyDocument=json.dumps(document))
