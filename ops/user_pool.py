"""Users of a stack, real or local."""

import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self, TypedDict

from botocore.exceptions import ClientError

from contract.limits import FIRST_PASSWORD_DAYS
from contract.names import Group
from ops.stack import OpsError

if TYPE_CHECKING:
    from collections.abc import Mapping

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


FIRST_PASSWORD_LASTS: Final = timedelta(days=FIRST_PASSWORD_DAYS)
_NOT_SIGNED_IN: Final = "FORCE_CHANGE_PASSWORD"
_PAGE: Final = 60
"""The limit of ListUsers and of ListUsersInGroup."""
_NAME: Final = re.compile(r"[^\s/]{1,128}")


class UserError(OpsError):
    """A user is not there, is there already, or cannot be called so."""


@dataclass(frozen=True)
class PoolUser:
    """A user of the pool."""

    name: str
    status: str
    enabled: bool
    created: datetime
    changed: datetime
    """When anything of it was changed last, its password too."""
    email: str | None
    groups: frozenset[str] = field(default=frozenset())

    @property
    def never_signed_in(self) -> bool:
        """Whether its first password still waits to be changed."""
        return self.status == _NOT_SIGNED_IN

    def has_expired_invitation(self, now: datetime) -> bool:
        """Whether its first password is no longer good."""
        return self.never_signed_in and now - self.changed > FIRST_PASSWORD_LASTS

    @classmethod
    def of(cls, answer: "Mapping[str, Any]", groups: frozenset[str]) -> Self:
        """From what Cognito tells of a user."""
        attributes = answer.get("Attributes", answer.get("UserAttributes", []))
        return cls(
            name=answer["Username"],
            status=answer["UserStatus"],
            enabled=answer["Enabled"],
            created=answer["UserCreateDate"],
            changed=answer["UserLastModifiedDate"],
            email=next((one["Value"] for one in attributes if one["Name"] == "email"), None),
            groups=groups,
        )


@dataclass(frozen=True)
class UserPool:
    """A user pool.

    Attributes:
        client: may administer its users.
        pool_id: the pool.
    """

    client: "CognitoIdentityProviderClient"
    pool_id: str

    def list_users(self) -> list[PoolUser]:
        """All users, by name."""
        groups: dict[str, set[str]] = {}
        for group in Group:
            for member in self._list("list_users_in_group", GroupName=group):
                groups.setdefault(member["Username"], set()).add(group)
        users = (
            PoolUser.of(one, frozenset(groups.get(one["Username"], ()))) for one in self._list("list_users")
        )
        return sorted(users, key=lambda user: user.name.casefold())

    def find(self, name: str) -> PoolUser | None:
        """The user of this name, in whatever case: the pool tells no two apart by that."""
        check_name(name)
        try:
            found: Mapping[str, Any] = self.client.admin_get_user(UserPoolId=self.pool_id, Username=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            wanted = name.casefold()
            same = (one for one in self._list("list_users") if one["Username"].casefold() == wanted)
            listed = next(same, None)
            if listed is None:
                return None
            found = listed
        in_groups = self.client.admin_list_groups_for_user(
            UserPoolId=self.pool_id, Username=found["Username"]
        )
        return PoolUser.of(found, frozenset(one["GroupName"] for one in in_groups["Groups"]))

    def get(self, name: str) -> PoolUser:
        """The user of this name.

        Raises:
            UserError: there is none.
        """
        if user := self.find(name):
            return user
        raise UserError(f"There is no user {name}. `python -m ops users list` prints all of them.")

    def create(self, name: str, password: str, email: str | None) -> None:
        """Creates a user whom nobody is told of, with a first password."""
        attributes = [("email", email), ("email_verified", "true")] if email else []
        self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            TemporaryPassword=password,
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes if value],
            MessageAction="SUPPRESS",
        )

    def invite(self, name: str) -> None:
        """Has Cognito mail a first password; the one of before ends."""
        self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            MessageAction="RESEND",
            # Unless it is told, Cognito would send a text message.
            DesiredDeliveryMediums=["EMAIL"],
        )

    def mail_reset(self, name: str) -> None:
        """Ends the password of a user, and has Cognito mail a code with which to set another."""
        self.client.admin_reset_user_password(UserPoolId=self.pool_id, Username=name)

    def set_password(self, name: str, password: str, *, for_good: bool) -> None:
        """Sets a password, for good or until the first sign-in."""
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=password, Permanent=for_good
        )

    def sign_out(self, name: str) -> None:
        """Ends all sessions: no refresh token of the user brings a token any more."""
        self.client.admin_user_global_sign_out(UserPoolId=self.pool_id, Username=name)

    def set_email(self, name: str, email: str) -> None:
        """Sets the address, and trusts it."""
        self.client.admin_update_user_attributes(
            UserPoolId=self.pool_id,
            Username=name,
            UserAttributes=[
                {"Name": "email", "Value": email},
                {"Name": "email_verified", "Value": "true"},
            ],
        )

    def enable(self, name: str) -> None:
        """Lets a user sign in again."""
        self.client.admin_enable_user(UserPoolId=self.pool_id, Username=name)

    def disable(self, name: str) -> None:
        """Lets a user sign in no more."""
        self.client.admin_disable_user(UserPoolId=self.pool_id, Username=name)

    def delete(self, name: str) -> None:
        """Deletes a user."""
        self.client.admin_delete_user(UserPoolId=self.pool_id, Username=name)

    def add_to(self, group: Group, name: str) -> None:
        """Puts a user into a group, where it may be already."""
        self.client.admin_add_user_to_group(UserPoolId=self.pool_id, Username=name, GroupName=group)

    def remove_from(self, group: Group, name: str) -> None:
        """Takes a user out of a group, where it may not be."""
        self.client.admin_remove_user_from_group(UserPoolId=self.pool_id, Username=name, GroupName=group)

    def _list(self, operation: str, **wanted: Any) -> "Iterator[Mapping[str, Any]]":
        paginator: Any = self.client.get_paginator(operation)  # type: ignore[call-overload]
        for page in paginator.paginate(
            UserPoolId=self.pool_id, PaginationConfig={"PageSize": _PAGE}, **wanted
        ):
            yield from page["Users"]


def check_name(name: str) -> None:
    """Refuses what Cognito or the screens cannot take as a user's name.

    Raises:
        UserError: it is empty, too long, or holds white space or a slash.
    """
    if not _NAME.fullmatch(name):
        raise UserError(
            f"{name!r} cannot be a user's name: 1 to 128 characters, without white space, and without `/`, "
            "which stands between a user's name and its script's."
        )
