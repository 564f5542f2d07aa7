"""The service's routes as analysts use them: `auth` and `incident_action`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx

from contract.names import Challenge, Group
from contract.routes import AUTH, IDEMPOTENCY_KEY, INCIDENT_ACTION
from dashboard import errors
from dashboard.settings import API_TIMEOUT, RENEWAL_TIMEOUT

SIGN_IN_SERVICE: Final = "The sign-in service"
SERVICE: Final = "The service"
"""Their names in messages about waiting."""


def _post(
    http: httpx.Client, what: str, path: str, body: Mapping[str, Any], **options: Any
) -> tuple[int, dict[str, Any]]:
    """The status and the body of the answer, which is empty where it is no object."""
    try:
        response = http.post(path, json=body, **options)
    except httpx.TransportError:
        # No cause: a transport error's context can hold the request, and so a password or a token.
        raise errors.UnreachableError(what) from None
    try:
        answer = response.json()
    except ValueError:
        answer = {}
    return response.status_code, answer if isinstance(answer, dict) else {}


def _translate(status: int, answer: Mapping[str, Any], what: str) -> errors.DashboardError:
    """What any route answers: what it found wrong with the request, or that it failed."""
    if status != HTTPStatus.UNPROCESSABLE_ENTITY:
        return errors.ServiceFaultError(what, answer.get("request_id"))
    problems = [
        f"{error.get('field', 'The request')} {error.get('problem', 'is not valid')}: {error.get('hint', '')}"
        for error in answer.get("errors") or ()
        if isinstance(error, dict)
    ]
    message = str(answer.get("message") or "The service refused what was typed.")
    return errors.InvalidInputError(message, problems)


@dataclass(frozen=True)
class Tokens:
    """What a sign-in gives. The tokens stay out of `repr`, and so out of logs."""

    id_token: str = field(repr=False)
    refresh_token: str | None = field(repr=False)
    lifetime: int
    """Seconds until the ID token expires, from when it was given."""


@dataclass(frozen=True)
class AuthApi:
    """One method per use of the route.

    Every method raises a `DashboardError`: `errors.WrongCredentialsError`, `errors.InvalidInputError`,
    `errors.TooManyRequestsError`, `errors.UnreachableError` or `errors.ServiceFaultError`.
    """

    http: httpx.Client
    """Has the API's address as its base URL."""

    def sign_in(self, username: str, password: str) -> Tokens:
        """Signs in; raises `errors.PasswordChangeRequiredError` when the user must set a password first."""
        return _parse_tokens(self._post(username=username, password=password))

    def set_first_password(self, username: str, password: str, new_password: str) -> Tokens:
        """Signs in with the password an administrator gave, and replaces it."""
        return _parse_tokens(self._post(username=username, password=password, new_password=new_password))

    def renew(self, username: str, refresh_token: str) -> Tokens:
        """A new ID token for a user who signed in before."""
        return _parse_tokens(self._post(RENEWAL_TIMEOUT, username=username, refresh_token=refresh_token))

    def send_code(self, username: str) -> None:
        """Has a code mailed to the user, if there is such a user: the answer is the same."""
        self._post(username=username, forgot_password=True)

    def reset_password(self, username: str, code: str, new_password: str) -> None:
        """Sets a new password with the mailed code; another code is refused."""
        try:
            self._post(username=username, code=code, new_password=new_password)
        except errors.WrongCredentialsError:
            raise errors.DashboardError(
                "The code is wrong or has expired. Ask for a new one if you need to."
            ) from None

    def _post(self, timeout: httpx.Timeout | None = None, **body: Any) -> dict[str, Any]:
        status, answer = _post(self.http, SIGN_IN_SERVICE, AUTH.path, body, timeout=timeout or API_TIMEOUT)
        match status:
            case HTTPStatus.OK:
                return answer
            case HTTPStatus.UNAUTHORIZED:
                raise errors.WrongCredentialsError
            case HTTPStatus.FORBIDDEN if answer.get("challenge") == Challenge.NEW_PASSWORD_REQUIRED:
                raise errors.PasswordChangeRequiredError
            case HTTPStatus.FORBIDDEN:
                raise errors.DashboardError(
                    "This account needs a further sign-in step that the dashboard does not offer."
                )
            case HTTPStatus.TOO_MANY_REQUESTS:
                raise errors.TooManyRequestsError
        raise _translate(status, answer, SIGN_IN_SERVICE)


def _parse_tokens(answer: dict[str, Any]) -> Tokens:
    try:
        return Tokens(str(answer["token"]), answer.get("refresh_token"), int(answer["expires_in"]))
    except (KeyError, TypeError, ValueError):
        raise errors.ServiceFaultError(SIGN_IN_SERVICE) from None


@dataclass(frozen=True)
class ActionApi:
    """One method, for all that may be done."""

    http: httpx.Client
    """Has the API's address as its base URL."""

    def act(self, id_token: str, body: Mapping[str, Any], key: str) -> str:
        """Does what the body says, once for each key, and returns what the service says of it.

        Raises:
            errors.DashboardError: there is no such incident or sender.
            errors.ChangedMeanwhileError: it is no longer so that this could be done; the error has why.
            errors.InvalidInputError: the service refused what was typed.
            errors.NotAnAnalystError, errors.SessionExpiredError: whoever asks may not, or no longer.
            errors.TooManyRequestsError, errors.UnreachableError, errors.ServiceFaultError: ask again with
                the same key.
        """
        headers = {"Authorization": f"Bearer {id_token}", IDEMPOTENCY_KEY.name: key}
        path = INCIDENT_ACTION.path
        status, answer = _post(self.http, SERVICE, path, body, timeout=API_TIMEOUT, headers=headers)
        match status:
            case HTTPStatus.OK:
                return str(answer.get("message", ""))
            case HTTPStatus.NOT_FOUND:
                raise errors.DashboardError("It does not exist, or is no longer kept.")
            case HTTPStatus.CONFLICT:
                raise errors.ChangedMeanwhileError(answer.get("message"))
            case HTTPStatus.UNAUTHORIZED:
                raise errors.SessionExpiredError
            case HTTPStatus.FORBIDDEN:
                raise errors.NotAnAnalystError(Group.ANALYSTS)
            case HTTPStatus.TOO_MANY_REQUESTS:
                # All analysts count together.
                raise errors.TooManyRequestsError("Too many actions at once. Wait a moment, then try again.")
        raise _translate(status, answer, SERVICE)
