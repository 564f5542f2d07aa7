"""A signed-in member of the analyst group."""

import threading
from datetime import timedelta

from contract.names import Group
from dashboard.access.auth_api import AuthApi, Tokens
from dashboard.access.claims import read_claims
from dashboard.clock import Clock
from dashboard.errors import NotAnAnalystError, SessionExpiredError, WrongCredentialsError

RENEW_BEFORE = timedelta(minutes=2)
"""A token is renewed this long before it expires, so that it outlives the call it is used for."""


class Analyst:
    """Holds a user's tokens on the server, and keeps the ID token valid. Safe to share between threads."""

    def __init__(self, api: AuthApi, tokens: Tokens, clock: Clock) -> None:
        """Raises `NotAnAnalystError` when the token's user is not in the analyst group."""
        claims = read_claims(tokens.id_token)
        if Group.ANALYSTS not in claims.groups:
            raise NotAnAnalystError(Group.ANALYSTS)
        self.username = claims.username
        self._api = api
        self._clock = clock
        self._lock = threading.Lock()
        self._refresh_token: str | None = None
        self._accept(tokens)

    def id_token(self) -> str:
        """A token that is still valid, renewed if need be.

        Raises:
            SessionExpiredError: it has to be renewed and cannot be.
            DashboardError: the sign-in service cannot be asked.
        """
        with self._lock:
            if self._clock() >= self._renew_at:
                self._renew()
            return self._id_token

    def _renew(self) -> None:
        if self._refresh_token is None:
            raise SessionExpiredError
        try:
            self._accept(self._api.renew(self.username, self._refresh_token))
        except WrongCredentialsError:
            raise SessionExpiredError from None

    def _accept(self, tokens: Tokens) -> None:
        self._id_token = tokens.id_token
        # Cognito gives a new refresh token only where rotation is on.
        self._refresh_token = tokens.refresh_token or self._refresh_token
        self._renew_at = self._clock() + timedelta(seconds=tokens.lifetime) - RENEW_BEFORE
