"""The shapes that the body of `POST /auth` may take, told apart by the keys present.

Plain dataclasses: this function has nothing that is worth pydantic's import at a cold start.
"""

import json
from dataclasses import MISSING, dataclass, fields
from typing import Any, Final, Literal

from handlers.web.errors import FieldProblem, InvalidBody
from handlers.web.json_body import LOST_LETTER, UTF8_HINT, DuplicateKey, unique_keys

MAX_CHARACTERS: Final = 4096
"""Longest text accepted. Cognito's own limits: user name 128, password 256, refresh token 2,048."""


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
# The first shape whose telling key is present; a body with none of them is a sign-in.
_TOLD_BY: Final[dict[str, type[AuthRequest]]] = {
    "refresh_token": TokenRefresh,
    "code": RecoveryEnd,
    "forgot_password": RecoveryStart,
}


def parse_auth_request(body: bytes) -> AuthRequest:
    """The request in a body of JSON encoded as UTF-8.

    Raises:
        InvalidBody: naming each field that is missing or wrong. Values are never quoted.
    """
    given = _object(body)
    shape = next((shape for key, shape in _TOLD_BY.items() if key in given), PasswordSignIn)
    expected = [field for field in fields(shape) if field.name in given or field.default is MISSING]
    problems = [problem for field in expected if (problem := _problem(given, field.name))]
    if problems:
        raise InvalidBody(problems)
    return shape(**{field.name: given[field.name] for field in expected})


def _object(body: bytes) -> dict[str, Any]:
    # Without the causes: their messages quote what was read.
    try:
        given = json.loads(body.decode("utf-8-sig"), object_pairs_hook=unique_keys)
    except DuplicateKey:
        raise InvalidBody([FieldProblem("body", "has a key more than once", "send each key once")]) from None
    except UnicodeDecodeError:
        raise InvalidBody([FieldProblem("body", "is not UTF-8", UTF8_HINT)]) from None
    except (ValueError, RecursionError):
        raise InvalidBody([FieldProblem("body", "is not JSON", "send a JSON object as UTF-8")]) from None
    if not isinstance(given, dict):
        raise InvalidBody([FieldProblem("body", "is not an object", "send a JSON object")])
    return given


def _problem(given: dict[str, Any], name: str) -> FieldProblem | None:
    if name not in given:
        return FieldProblem(name, "is missing", "add it; names are case-sensitive")
    value = given[name]
    if name == "forgot_password":
        return None if value is True else FieldProblem(name, "is not true", "send true, or leave it out")
    if not isinstance(value, str) or not value:
        return FieldProblem(name, "is not text, or empty", "send a string that is not empty")
    if len(value) > MAX_CHARACTERS:
        return FieldProblem(name, "is too long", f"send at most {MAX_CHARACTERS} characters")
    if LOST_LETTER in value:
        return FieldProblem(name, "lost letters on the way, because the body was not UTF-8", UTF8_HINT)
    try:
        value.encode()
    except UnicodeEncodeError:
        return FieldProblem(name, "holds half of a surrogate pair", "send well-formed Unicode text")
    return None
