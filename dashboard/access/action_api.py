"""The service's `incident_action` route: what analysts do to incidents and to senders."""

from collections.abc import Mapping
from typing import Any, Final

import httpx

from contract.names import Group
from contract.routes import IDEMPOTENCY_KEY, INCIDENT_ACTION
from dashboard.access.answers import parse_object, translate_problems
from dashboard.errors import (
    ConflictError,
    NotAnAnalystError,
    NotKnownError,
    ServiceFaultError,
    SessionExpiredError,
    TooManyActionsError,
    UnreachableError,
)
from dashboard.timeouts import API_TIMEOUT

SERVICE: Final = "The service"
"""What those who wait for it are told that they wait for."""


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
            key: the same for each attempt at the same deed.

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
            return NotKnownError()
        case httpx.codes.CONFLICT:
            return ConflictError(str(answer["message"]) if answer.get("message") else None)
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
