"""The people of the local stack: one for each group of the user pool."""

from typing import Final

from contract.names import Group
from local.provider import Aws
from ops.users import User, create_user

_GROUPS: Final = {"reporter": Group.REPORTERS, "analyst": Group.ANALYSTS}


def create_people(aws: Aws, user_pool_id: str) -> dict[str, User]:
    """Creates a reporter and an analyst, and returns how they sign in."""
    client = aws.client("cognito-idp")
    return {name: create_user(client, user_pool_id, name, group) for name, group in _GROUPS.items()}
