"""From the bytes of a sign-in to the shape that it has, or to all that is wrong with it."""

from dataclasses import MISSING, fields
from typing import Any, Final

from contract.answers import LOST_LETTER, UTF8_HINT, FieldProblem
from contract.limits import MAX_SIGN_IN_CHARACTERS
from contract.sign_in import AuthRequest, PasswordSignIn, RecoveryEnd, RecoveryStart, TokenRefresh
from handlers.web.errors import InvalidBodyError
from handlers.web.json_body import read_object

# The first shape whose telling key is present; a body with none of them is a sign-in.
_TOLD_BY: Final[dict[str, type[AuthRequest]]] = {
    "refresh_token": TokenRefresh,
    "code": RecoveryEnd,
    "forgot_password": RecoveryStart,
}


def parse_sign_in(body: bytes) -> AuthRequest:
    """The request in a body of JSON encoded as UTF-8.

    Raises:
        InvalidBodyError: naming each field that is missing or wrong. Values are never quoted.
    """
    given = read_object(body)
    shape = next((shape for key, shape in _TOLD_BY.items() if key in given), PasswordSignIn)
    expected = [field for field in fields(shape) if field.name in given or field.default is MISSING]
    problems = [problem for field in expected if (problem := _problem(given, field.name))]
    if problems:
        raise InvalidBodyError(problems)
    return shape(**{field.name: given[field.name] for field in expected})


def _problem(given: dict[str, Any], name: str) -> FieldProblem | None:
    if name not in given:
        return FieldProblem(name, "is missing", "add it; names are case-sensitive")
    value = given[name]
    if name == "forgot_password":
        return None if value is True else FieldProblem(name, "is not true", "send true, or leave it out")
    if not isinstance(value, str) or not value:
        return FieldProblem(name, "is not text, or empty", "send a string that is not empty")
    if len(value) > MAX_SIGN_IN_CHARACTERS:
        return FieldProblem(name, "is too long", f"send at most {MAX_SIGN_IN_CHARACTERS} characters")
    if LOST_LETTER in value:
        return FieldProblem(name, "lost letters on the way, because the body was not UTF-8", UTF8_HINT)
    try:
        value.encode()
    except UnicodeEncodeError:
        return FieldProblem(name, "holds half of a surrogate pair", "send well-formed Unicode text")
    return None
