"""The people and the servers of the local stack, and how they sign in."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from contract.names import Group
from local.provider import Aws
from ops.users import User, create_user

REPORTER: Final = "reporter"
ANALYST: Final = "analyst"
_GROUPS: Final = {REPORTER: Group.REPORTERS, ANALYST: Group.ANALYSTS}


@dataclass(frozen=True)
class Account:
    """A user, and the id by which tables know it."""

    user: User
    subject: str


def create_people(aws: Aws, user_pool_id: str) -> dict[str, User]:
    """Creates a reporter and an analyst, and returns how they sign in."""
    client = aws.client("cognito-idp")
    return {name: create_user(client, user_pool_id, name, group) for name, group in _GROUPS.items()}


def create_servers(aws: Aws, user_pool_id: str, usernames: Iterable[str]) -> dict[str, User]:
    """Creates a reporter for each of the names, and returns how they sign in."""
    client = aws.client("cognito-idp")
    return {name: create_user(client, user_pool_id, name, Group.REPORTERS) for name in usernames}


def find_account(aws: Aws, user_pool_id: str, user: User) -> Account:
    """The account of a user."""
    found = aws.client("cognito-idp").admin_get_user(UserPoolId=user_pool_id, Username=user["username"])
    return Account(user, next(one["Value"] for one in found["UserAttributes"] if one["Name"] == "sub"))
