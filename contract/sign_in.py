"""The shapes of the body of `POST /auth`, told apart by the keys present, and Cognito's secret hash.

Plain dataclasses: AuthLambda has nothing that is worth pydantic's import at a cold start.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from contract.limits import MAX_SIGN_IN_CHARACTERS

# "Unable to verify secret hash for client" or, at a refresh, "SecretHash does not match for the client".
# A wrong password is refused by the same code, with other words.
_REFUSED: Final = re.compile("secret ?hash", re.IGNORECASE)


def compute_secret_hash(username: str, client_id: str, client_secret: str) -> str:
    """What Cognito wants as `SECRET_HASH` of a user's call."""
    digest = hmac.digest(client_secret.encode(), (username + client_id).encode(), hashlib.sha256)
    return base64.b64encode(digest).decode()


def is_secret_refused(response: Mapping[str, Any]) -> bool:
    """Whether an error's response of Cognito's says that the hash is wrong.

    The secret is wrong then. At a refresh it may be the user's name: that of the token's owner is hashed.
    """
    error = response["Error"]
    return error.get("Code") == "NotAuthorizedException" and bool(_REFUSED.search(error.get("Message", "")))


def _describe_text(meaning: str, example: str) -> Mapping[str, Any]:
    """What documents say of a text: pydantic reads it where they are made."""
    length = {"min_length": 1, "max_length": MAX_SIGN_IN_CHARACTERS}
    return {"description": meaning, "examples": [example], **length}


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
