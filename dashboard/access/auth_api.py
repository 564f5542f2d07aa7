"""The service's `auth` route: signing in, staying signed in, and setting a password."""

from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from contract.names import Challenge
from contract.routes import AUTH
from dashboard.access.answers import parse_object, translate_problems
from dashboard.errors import (
    PasswordChangeRequiredError,
    ServiceFaultError,
    SignInIncompleteError,
    TooManyRequestsError,
    UnreachableError,
    WrongCodeError,
    WrongCredentialsError,
)
from dashboard.timeouts import API_TIMEOUT, RENEWAL_TIMEOUT

SIGN_IN_SERVICE: Final = "The sign-in service"
"""What those who wait for it are told that they wait for."""


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives. The tokens stay out of `repr`, and so out of logs."""

    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lifetime: int
    """Seconds until the ID token expires, from when it was given."""


class AuthApi:
    """One method per use of the route.

    Every method raises a `DashboardError`: `WrongCredentialsError`, `InvalidInputError`,
    `TooManyRequestsError`, `UnreachableError` or `ServiceFaultError`.
    """

    def __init__(self, http: httpx.Client) -> None:
        """`http` has the API's address as its base URL."""
        self._http = http

    def sign_in(self, username: str, password: str) -> Tokens:
        """Signs in; raises `PasswordChangeRequiredError` when the user must set a password first."""
        return _parse_tokens(self._post({"username": username, "password": password}))

    def set_first_password(self, username: str, password: str, new_password: str) -> Tokens:
        """Signs in with the password an administrator gave, and replaces it."""
        body = {"username": username, "password": password, "new_password": new_password}
        return _parse_tokens(self._post(body))

    def renew(self, username: str, refresh_token: str) -> Tokens:
        """A new ID token for a user who signed in before."""
        body = {"username": username, "refresh_token": refresh_token}
        return _parse_tokens(self._post(body, RENEWAL_TIMEOUT))

    def send_code(self, username: str) -> None:
        """Has a code mailed to the user, if there is such a user: the answer does not tell."""
        self._post({"username": username, "forgot_password": True})

    def reset_password(self, username: str, code: str, new_password: str) -> None:
        """Sets a new password with the mailed code; raises `WrongCodeError` if it is not the one."""
        try:
            self._post({"username": username, "code": code, "new_password": new_password})
        except WrongCredentialsError:
            raise WrongCodeError from None

    def _post(self, body: dict[str, Any], timeout: httpx.Timeout | None = None) -> dict[str, Any]:
        try:
            response = self._http.post(AUTH.path, json=body, timeout=timeout or API_TIMEOUT)
        except httpx.TransportError:
            # No cause: a transport error's context can hold the request, and so the password.
            raise UnreachableError(SIGN_IN_SERVICE) from None
        answer = parse_object(response)
        if response.status_code != httpx.codes.OK:
            raise _translate_sign_in_failure(response.status_code, answer)
        return answer


def _parse_tokens(answer: dict[str, Any]) -> Tokens:
    try:
        return Tokens(
            id_token=str(answer["token"]),
            refresh_token=answer.get("refresh_token"),
            lifetime=int(answer["expires_in"]),
        )
    except (KeyError, TypeError, ValueError):
        raise ServiceFaultError(SIGN_IN_SERVICE) from None


def _translate_sign_in_failure(status: int, answer: dict[str, Any]) -> Exception:
    match status:
        case httpx.codes.UNPROCESSABLE_ENTITY:
            return translate_problems(answer)
        case httpx.codes.UNAUTHORIZED:
            return WrongCredentialsError()
        case httpx.codes.FORBIDDEN if answer.get("challenge") == Challenge.NEW_PASSWORD_REQUIRED:
            return PasswordChangeRequiredError()
        case httpx.codes.FORBIDDEN:
            return SignInIncompleteError()
        case httpx.codes.TOO_MANY_REQUESTS:
            return TooManyRequestsError()
        case _:
            return ServiceFaultError(SIGN_IN_SERVICE, answer.get("request_id"))
