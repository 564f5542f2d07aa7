"""The shapes that the body of `POST /auth` may take, told apart by the keys present.

Plain dataclasses: AuthLambda has nothing that is worth pydantic's import at a cold start.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, kw_only=True)
class NamedUser:
    """What every shape has."""

    username: str


@dataclass(frozen=True, kw_only=True)
class PasswordSignIn(NamedUser):
    """Name and password; `new_password` answers the demand for a first password of one's own."""

    password: str
    new_password: str | None = None


@dataclass(frozen=True, kw_only=True)
class TokenRefresh(NamedUser):
    """Stay signed in without the password."""

    refresh_token: str


@dataclass(frozen=True, kw_only=True)
class RecoveryStart(NamedUser):
    """Have a recovery code mailed to the user's verified address."""

    forgot_password: Literal[True]


@dataclass(frozen=True, kw_only=True)
class RecoveryEnd(NamedUser):
    """Set a new password with the mailed code."""

    code: str
    new_password: str


AuthRequest = PasswordSignIn | TokenRefresh | RecoveryStart | RecoveryEnd
