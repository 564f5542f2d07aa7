"""The user pool of a stack, real or local."""

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


FIRST_PASSWORD_LASTS: Final = timedelta(days=FIRST_PASSWORD_DAYS)
_NOT_SIGNED_IN: Final = "FORCE_CHANGE_PASSWORD"
_PAGE: Final = 60
"""The limit of ListUsers and of ListUsersInGroup."""
_NAME: Final = re.compile(r"[^\s/]{1,128}")
_PASSWORD_LENGTH: Final = 20
_ALPHABETS: Final = (string.ascii_lowercase, string.ascii_uppercase, string.digits, "!-_.")


class User(TypedDict):
    """Someone who may sign in."""

    username: str
    password: str


def create_user(
    client: "CognitoIdentityProviderClient", user_pool_id: str, username: str, group: Group
) -> User:
    """Creates a user with a permanent password and a verified address, in one group.

    Args:
        client: may administer the pool.
        user_pool_id: the pool.
        username: by which the user signs in.
        group: what the user may do.
    """
    user, pool = User(username=username, password=generate_password()), UserDirectory(client, user_pool_id)
    pool.create(username, user["password"], f"{username}@example.com")
    pool.set_password(username, user["password"], for_good=True)
    pool.add_to(group, username)
    return user


def generate_password() -> str:
    """A random password that meets the pool's policy: every kind of character, well over the minimum."""
    characters = [secrets.choice(alphabet) for alphabet in _ALPHABETS]
    characters += [secrets.choice("".join(_ALPHABETS)) for _ in range(_PASSWORD_LENGTH - len(characters))]
    secrets.SystemRandom().shuffle(characters)
    return "".join(characters)


class UserError(OpsError):
    """A user does not exist, exists already, or has a name that will not do."""


@dataclass(frozen=True)
class PoolUser:
    """A user of the pool."""

    name: str
    status: str
    enabled: bool
    created: datetime
    changed: datetime
    """When any of it, the password too, was last changed."""
    email: str | None
    groups: frozenset[str] = field(default=frozenset())

    @property
    def never_signed_in(self) -> bool:
        """Whether the first password was never changed."""
        return self.status == _NOT_SIGNED_IN

    def has_expired_invitation(self, now: datetime) -> bool:
        """Whether the first password has expired."""
        return self.never_signed_in and now - self.changed > FIRST_PASSWORD_LASTS

    @classmethod
    def of(cls, answer: "Mapping[str, Any]", groups: frozenset[str]) -> Self:
        """Reads Cognito's description of a user."""
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
class UserDirectory:
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
        """The user of this name, in whatever case: the pool ignores case.

        Raises:
            UserError: no user can have it: it is empty, too long, or holds white space or a slash.
        """
        if not _NAME.fullmatch(name):
            raise UserError(
                f"{name!r} cannot be a user's name: 1 to 128 characters, without white space, and without "
                "`/`, which stands between a user's name and its script's."
            )
        try:
            found: Mapping[str, Any] = self.client.admin_get_user(UserPoolId=self.pool_id, Username=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            same = (one for one in self._list("list_users") if one["Username"].casefold() == name.casefold())
            if not (found := next(same, {})):
                return None
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
        raise UserError(f"There is no user {name}. `file-sla users list` prints all of them.")

    def create(self, name: str, password: str, email: str | None) -> None:
        """Creates a user with a first password, and mails nobody."""
        attributes = [("email", email), ("email_verified", "true")] if email else []
        self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            TemporaryPassword=password,
            UserAttributes=[{"Name": key, "Value": value} for key, value in attributes],
            MessageAction="SUPPRESS",
        )

    def invite(self, name: str) -> None:
        """Has Cognito mail a first password; the one before ends."""
        self.client.admin_create_user(
            UserPoolId=self.pool_id,
            Username=name,
            MessageAction="RESEND",
            # By default Cognito would send a text message.
            DesiredDeliveryMediums=["EMAIL"],
        )

    def mail_reset(self, name: str) -> None:
        """Ends the password of a user, and has Cognito mail a code with which to set another."""
        self.client.admin_reset_user_password(UserPoolId=self.pool_id, Username=name)

    def set_password(self, name: str, password: str, *, for_good: bool) -> None:
        """Sets a password, permanently or until the first sign-in."""
        self.client.admin_set_user_password(
            UserPoolId=self.pool_id, Username=name, Password=password, Permanent=for_good
        )

    def sign_out(self, name: str) -> None:
        """Ends all sessions: no refresh token of the user works any more."""
        self.client.admin_user_global_sign_out(UserPoolId=self.pool_id, Username=name)

    def set_email(self, name: str, email: str) -> None:
        """Sets the address, as a verified one."""
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
        """Stops a user from signing in."""
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
