"""Users of a stack, real or local."""

import secrets
import string
from typing import TYPE_CHECKING, TypedDict

from contract.names import Group

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

_LENGTH = 20
_ALPHABETS = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!-_.")


class User(TypedDict):
    """Someone who may sign in."""

    username: str
    password: str


def create_user(
    client: "CognitoIdentityProviderClient", user_pool_id: str, username: str, group: Group
) -> User:
    """Creates a user with a password for good and a verified address, in one group.

    Args:
        client: may administer the pool.
        user_pool_id: the pool.
        username: by which the user signs in.
        group: what the user may do.
    """
    user = User(username=username, password=generate_password())
    client.admin_create_user(
        UserPoolId=user_pool_id,
        Username=username,
        TemporaryPassword=user["password"],
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
