"""A signed-in member of the analyst group, and what the ID token says of the user."""

import base64
import json
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Self

from contract.moments import Clock
from contract.names import Group
from dashboard import errors
from dashboard.access.api import AuthApi, Tokens


@dataclass(frozen=True)
class Claims:
    """The claims that the dashboard uses."""

    username: str
    groups: frozenset[str]


def read_claims(id_token: str) -> Claims:
    """The claims of a token.

    Raises:
        errors.ServiceFaultError: what the service gave is no ID token.
    """
    try:
        _, payload, _ = id_token.split(".")
        # The padding that a token leaves out; more of it than is needed is ignored.
        claims = json.loads(base64.urlsafe_b64decode(f"{payload}=="))
        return Claims(str(claims["cognito:username"]), frozenset(claims.get("cognito:groups", ())))
    except (ValueError, KeyError, TypeError, AttributeError):
        # The cause is left out: its text could quote the token.
        raise errors.ServiceFaultError("Signing in") from None


CHECK_INTERVAL: Final = timedelta(minutes=15)
"""The sign-in service is asked this often whether the user may still sign in and is still in the group."""
RETRY_INTERVAL: Final = timedelta(minutes=2)
"""Where it gave no answer it is asked again after this, so that not every click waits for it."""
RENEW_BEFORE: Final = timedelta(minutes=2)
"""A token is renewed this long before it expires, so that it outlives the call it is used for."""
_NO_ANSWER: Final = (errors.ServiceFaultError, errors.TooManyRequestsError, errors.UnreachableError)
"""Says nothing of the user. Anything else that goes wrong is a refusal."""


class Analyst:
    """Holds a user's tokens on the server, and keeps the ID token valid. Safe to share between threads.

    A token is proof of what was so when it was given. It is therefore replaced every `CHECK_INTERVAL`, for
    which Cognito looks at the user and the groups anew. Where the sign-in service gives no answer, the last
    token goes on counting until it is about to expire: the same time that AWS itself would go on with it.
    """

    def __init__(self, api: AuthApi, username: str, refresh_token: str | None, clock: Clock) -> None:
        """A user who signed in before. What the user may do is not known until `verify` has asked."""
        self._api = api
        self._clock = clock
        self._lock = threading.Lock()
        self._left_group = False
        self._id_token = ""
        self._ask_at = self._usable_until = clock()
        self.username = username
        self.refresh_token = refresh_token
        """Proves later that the user signed in. None where there is none, or it was refused."""

    @classmethod
    def signed_in(cls, api: AuthApi, tokens: Tokens, clock: Clock) -> Self:
        """A user who has just signed in.

        Raises:
            errors.NotAnAnalystError: the token's user is not in the analyst group.
        """
        claims = read_claims(tokens.id_token)
        analyst = cls(api, claims.username, tokens.refresh_token, clock)
        analyst._accept(tokens, claims)
        return analyst

    def verify(self) -> None:
        """Makes sure that the user may still read, as of `CHECK_INTERVAL` ago at most.

        Raises:
            errors.NotAnAnalystError: the user has left the analyst group.
            errors.SessionExpiredError: the user may no longer sign in, or not without the password.
            errors.DashboardError: the sign-in service gives no answer, and has given none for too long.
        """
        with self._lock:
            if self._left_group:
                raise errors.NotAnAnalystError(Group.ANALYSTS)
            if self._clock() >= self._ask_at:
                self._renew()

    def id_token(self) -> str:
        """A token that is still valid, of a user who may still read. Raises what `verify` does."""
        self.verify()
        return self._id_token

    def _renew(self) -> None:
        if self.refresh_token is None:
            raise errors.SessionExpiredError
        try:
            tokens = self._api.renew(self.username, self.refresh_token)
            claims = read_claims(tokens.id_token)
        except _NO_ANSWER:
            now = self._clock()
            if now >= self._usable_until:
                raise
            self._ask_at = min(now + RETRY_INTERVAL, self._usable_until)
        except errors.DashboardError:
            # Refused once is refused for good.
            self.refresh_token = None
            raise errors.SessionExpiredError from None
        else:
            self._accept(tokens, claims)

    def _accept(self, tokens: Tokens, claims: Claims) -> None:
        if Group.ANALYSTS not in claims.groups:
            self._left_group = True
            raise errors.NotAnAnalystError(Group.ANALYSTS)
        now = self._clock()
        self._id_token = tokens.id_token
        # Cognito gives a new refresh token only where rotation is on.
        self.refresh_token = tokens.refresh_token or self.refresh_token
        self._usable_until = now + timedelta(seconds=tokens.lifetime) - RENEW_BEFORE
        self._ask_at = min(now + CHECK_INTERVAL, self._usable_until)
