"""The shapes that the body of `POST /auth` may take, told apart by the keys present.

Plain dataclasses: AuthLambda has nothing that is worth pydantic's import at a cold start.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from contract.limits import MAX_SIGN_IN_CHARACTERS


def _describe_text(meaning: str, example: str) -> Mapping[str, Any]:
    """What documents say of a text: pydantic reads it where they are made."""
    return {
        "description": meaning,
        "examples": [example],
        "min_length": 1,
        "max_length": MAX_SIGN_IN_CHARACTERS,
    }


@dataclass(frozen=True, kw_only=True)
class NamedUser:
    """What every shape has."""

    username: str = field(metadata=_describe_text("The user's name.", "files-01"))


@dataclass(frozen=True, kw_only=True)
class PasswordSignIn(NamedUser):
    """Name and password; `new_password` answers the demand for a first password of one's own."""

    password: str = field(metadata=_describe_text("The user's password.", "a long password 1!"))
    new_password: str | None = field(
        default=None,
        metadata=_describe_text(
            "The first password of one's own, where it is asked for.", "my own password 1!"
        ),
    )


@dataclass(frozen=True, kw_only=True)
class TokenRefresh(NamedUser):
    """Stay signed in without the password."""

    refresh_token: str = field(
        metadata=_describe_text("The one that a sign-in answered with.", "eyJjdHkiOiJKV1QifQ.example")
    )


@dataclass(frozen=True, kw_only=True)
class RecoveryStart(NamedUser):
    """Have a recovery code mailed to the user's verified address."""

    forgot_password: Literal[True] = field(
        metadata={"description": "Nothing but `true`.", "examples": [True]}
    )


@dataclass(frozen=True, kw_only=True)
class RecoveryEnd(NamedUser):
    """Set a new password with the mailed code."""

    code: str = field(metadata=_describe_text("The one that was mailed.", "314159"))
    new_password: str = field(metadata=_describe_text("The password from now on.", "another password 2!"))


AuthRequest = PasswordSignIn | TokenRefresh | RecoveryStart | RecoveryEnd
