"""The user pool of a stack, real or local."""

import re
import secrets
import string
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self, TypedDict

from contract.limits import FIRST_PASSWORD_DAYS
from contract.names import Group
from ops.stack import OpsError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient


FIRST_PASSWORD_LASTS: Final = timedelta(days=FIRST_PASSWORD_DAYS)
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
    """Creates a user with a permanent password and a verified address, in one group."""
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
        return self.status == "FORCE_CHANGE_PASSWORD"

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
    """A user pool."""

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
        """The user of this name, in whatever case: the pool ignores case."""
        if not _NAME.fullmatch(name):
            raise OpsError(
                f"{name!r} cannot be a user's name: 1 to 128 characters, without white space, and without "
                "`/`, which stands between a user's name and its script's."
            )
        try:
            found: Mapping[str, Any] = self.admin("get_user", name)
        except self.client.exceptions.UserNotFoundException:
            same = (one for one in self._list("list_users") if one["Username"].casefold() == name.casefold())
            if not (found := next(same, {})):
                return None
        in_groups = self.admin("list_groups_for_user", found["Username"])["Groups"]
        return PoolUser.of(found, frozenset(one["GroupName"] for one in in_groups))

    def get(self, name: str) -> PoolUser:
        """The user of this name."""
        if user := self.find(name):
            return user
        raise OpsError(f"There is no user {name}. `file-sla users list` prints all of them.")

    def admin(self, operation: str, name: str, **more: Any) -> Any:
        """Calls Cognito for a user, such as `AdminDisableUser` for `disable_user`."""
        return getattr(self.client, f"admin_{operation}")(UserPoolId=self.pool_id, Username=name, **more)

    def create(self, name: str, password: str, email: str | None) -> None:
        """Creates a user with a first password, and mails nobody."""
        attributes = _verified(email) if email else []
        self.admin(
            "create_user",
            name,
            TemporaryPassword=password,
            UserAttributes=attributes,
            MessageAction="SUPPRESS",
        )

    def invite(self, name: str) -> None:
        """Has Cognito mail a first password; the one before ends."""
        # By default Cognito would send a text message.
        self.admin("create_user", name, MessageAction="RESEND", DesiredDeliveryMediums=["EMAIL"])

    def set_password(self, name: str, password: str, *, for_good: bool) -> None:
        """Sets a password, permanently or until the first sign-in."""
        self.admin("set_user_password", name, Password=password, Permanent=for_good)

    def sign_out(self, name: str) -> None:
        """Ends all sessions: no refresh token of the user works any more."""
        self.admin("user_global_sign_out", name)

    def set_email(self, name: str, email: str) -> None:
        """Sets the address, as a verified one."""
        self.admin("update_user_attributes", name, UserAttributes=_verified(email))

    def add_to(self, group: Group, name: str) -> None:
        """Puts a user into a group, where it may be already."""
        self.admin("add_user_to_group", name, GroupName=group)

    def _list(self, operation: str, **wanted: Any) -> "Iterator[Mapping[str, Any]]":
        paginator: Any = self.client.get_paginator(operation)  # type: ignore[call-overload]
        for page in paginator.paginate(
            UserPoolId=self.pool_id, PaginationConfig={"PageSize": _PAGE}, **wanted
        ):
            yield from page["Users"]


def _verified(email: str) -> list[dict[str, str]]:
    return [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
