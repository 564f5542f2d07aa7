"""The app client's secret, kept as long as Cognito takes it."""

import time
from collections.abc import Callable
from enum import Enum, auto
from typing import Final

IDLE_SECONDS: Final = 10.0
"""How long it is not read again, after it was read in vain."""


class Doubt(Enum):
    """Why Cognito may have refused the hash."""

    SECRET = auto()
    """It can only be the secret."""
    SECRET_OR_NAME = auto()
    """A caller can bring it about, by another user's name beside a refresh token."""


class ClientSecret:
    """Read once, and again only where Cognito refuses it: a rotation reaches a running function so.

    A wrong password is no reason to read it. A caller who can have the hash refused pays for one read in
    `IDLE_SECONDS`, and does not keep anyone else from reading.

    Args:
        read: gives the secret as it is now.
        clock: seconds that only grow; tests pass their own.
    """

    def __init__(self, read: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._value: str | None = None
        self._idle_until: dict[Doubt, float] = {}

    def get(self) -> str:
        """The secret."""
        if self._value is None:
            self._value = self._read()
        return self._value

    def renew(self, doubt: Doubt) -> str | None:
        """The secret that has taken the place of the refused one; None where there is no other."""
        if self._clock() < self._idle_until.get(doubt, 0.0):
            return None
        refused, self._value = self._value, self._read()
        if self._value != refused:
            return self._value
        self._idle_until[doubt] = self._clock() + IDLE_SECONDS
        return None
