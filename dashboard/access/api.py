"""The service's routes as analysts use them: `auth` and `incident_action`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from contract.names import Challenge, Group
from contract.routes import AUTH, IDEMPOTENCY_KEY, INCIDENT_ACTION
from dashboard.errors import (
    ChangedMeanwhileError,
    InvalidInputError,
    MissingError,
    NotAnAnalystError,
    PasswordChangeRequiredError,
    ServiceFaultError,
    SessionExpiredError,
    SignInIncompleteError,
    TooManyActionsError,
    TooManyRequestsError,
    UnreachableError,
    WrongCodeError,
    WrongCredentialsError,
)
from dashboard.settings import API_TIMEOUT, RENEWAL_TIMEOUT


def parse_object(response: httpx.Response) -> dict[str, Any]:
    """The body of an answer; empty where it is no object."""
    try:
        answer = response.json()
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def translate_problems(answer: Mapping[str, Any]) -> InvalidInputError:
    """What a route found wrong with a request."""
    problems = [
        f"{error.get('field', 'The request')} {error.get('problem', 'is not valid')}: {error.get('hint', '')}"
        for error in answer.get("errors") or ()
        if isinstance(error, dict)
    ]
    return InvalidInputError(str(answer.get("message") or "The service refused what was typed."), problems)


SIGN_IN_SERVICE: Final = "The sign-in service"
"""Its name in messages about waiting."""


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
        """Has a code mailed to the user, if there is such a user: the answer is the same."""
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


SERVICE: Final = "The service"
"""Its name in messages about waiting."""


class ActionApi:
    """One method, for all that may be done."""

    def __init__(self, http: httpx.Client) -> None:
        """`http` has the API's address as its base URL."""
        self._http = http

    def act(self, id_token: str, body: Mapping[str, Any], key: str) -> str:
        """Does what the body says, once however often it is asked with the same key.

        Args:
            id_token: of the analyst who does it.
            body: as `contract.action` has it.
            key: the same for each attempt at the same action.

        Returns:
            What the service says of it.

        Raises:
            NotKnownError: there is no such incident or sender.
            ConflictError: it is no longer so that this could be done; the error has why.
            InvalidInputError: the service refused what was typed.
            NotAnAnalystError, SessionExpiredError: whoever asks may not, or no longer.
            TooManyActionsError, UnreachableError, ServiceFaultError: ask again with the same key.
        """
        headers = {"Authorization": f"Bearer {id_token}", IDEMPOTENCY_KEY.name: key}
        try:
            response = self._http.post(INCIDENT_ACTION.path, json=body, headers=headers, timeout=API_TIMEOUT)
        except httpx.TransportError:
            # No cause: a transport error's context can hold the request, and so the token.
            raise UnreachableError(SERVICE) from None
        answer = parse_object(response)
        if response.status_code != httpx.codes.OK:
            raise _translate_action_failure(response.status_code, answer)
        return str(answer.get("message", ""))


def _translate_action_failure(status: int, answer: dict[str, Any]) -> Exception:
    match status:
        case httpx.codes.NOT_FOUND:
            return MissingError()
        case httpx.codes.CONFLICT:
            return ChangedMeanwhileError(str(answer["message"]) if answer.get("message") else None)
        case httpx.codes.UNPROCESSABLE_ENTITY:
            return translate_problems(answer)
        case httpx.codes.UNAUTHORIZED:
            return SessionExpiredError()
        case httpx.codes.FORBIDDEN:
            return NotAnAnalystError(Group.ANALYSTS)
        case httpx.codes.TOO_MANY_REQUESTS:
            return TooManyActionsError()
        case _:
            return ServiceFaultError(SERVICE, answer.get("request_id"))
