"""The people of the local stack: one for each of the two groups."""

import secrets
import string
from typing import TypedDict

from contract.names import Group
from local.provider import Aws

_LENGTH = 20
_ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!-_.")


class User(TypedDict):
    """Someone who may sign in."""

    username: str
    password: str


def create_users(aws: Aws, user_pool_id: str) -> dict[str, User]:
    """Creates a reporter and an analyst, each in the group of that name."""
    return {
        "reporter": _create(aws, user_pool_id, "reporter", Group.REPORTERS),
        "analyst": _create(aws, user_pool_id, "analyst", Group.ANALYSTS),
    }


def _create(aws: Aws, user_pool_id: str, username: str, group: str) -> User:
    client = aws.client("cognito-idp")
    user = User(username=username, password=generate_password())
    client.admin_create_user(
        UserPoolId=user_pool_id,
        Username=username,
        UserAttributes=[
            {"Name": "email", "Value": f"{username}@example.com"},
            {"Name": "email_verified", "Value": "true"},
        ],
        MessageAction="SUPPRESS",
    )
    client.admin_set_user_password(
        UserPoolId=user_pool_id, Username=username, Password=user["password"], Permanent=True
    )
    client.admin_add_user_to_group(UserPoolId=user_pool_id, Username=username, GroupName=group)
    return user


def generate_password() -> str:
    """A random password that meets the pool's policy: every kind of character, well over the minimum."""
    characters = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    characters += [secrets.choice("".join(_ALPHABETS)) for _ in range(_LENGTH - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)
