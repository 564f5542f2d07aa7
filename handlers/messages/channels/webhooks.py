"""The addresses of webhooks, which are secrets."""

import json
import time
from collections.abc import Callable, Mapping
from threading import Lock
from typing import Final

from handlers.messages.channels.errors import ChannelError, DeliveryError

KEPT_SECONDS: Final = 300.0
"""How long an address is used before it is read again: a new one reaches a running function so."""
_SCHEMES: Final = ("https://", "http://127.0.0.1:")
"""How an address begins; the second is the local stack's."""


def tell_commands(name: str) -> str:
    """How a webhook's address is set."""
    return f"pulumi config set --secret --path 'webhooks.{name}', and run pulumi up"


class Webhooks:
    """Reads them when the first is asked for, and again after some minutes. Threads may share it.

    Args:
        read: gives the secret: a JSON object of addresses by name. "" where the stack has none.
        clock: seconds that only grow; tests pass their own.
    """

    def __init__(self, read: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._lock = Lock()
        self._addresses: Mapping[str, str] = {}
        self._good_until = float("-inf")

    def find(self, name: str) -> str:
        """The address of a webhook.

        Raises:
            ChannelError: there is none of this name, or what is there is no address.
            DeliveryError: the secret could not be read.
        """
        with self._lock:
            if self._clock() >= self._good_until:
                self._addresses = self._load()
                self._good_until = self._clock() + KEPT_SECONDS
            address = self._addresses.get(name)
        if address is None or not address.startswith(_SCHEMES):
            problem = "has no address" if address is None else "has an address that is none"
            raise ChannelError(
                f"the webhook {name} {problem}: set it, from https:// on, with {tell_commands(name)}"
            )
        return address

    def _load(self) -> Mapping[str, str]:
        problem = "the secret with the addresses of webhooks could not be read"
        try:
            addresses = json.loads(self._read() or "{}")
        except Exception as error:  # noqa: BLE001 - whatever failed, its text may hold what was read
            problem += f" ({type(error).__name__})"
        else:
            if isinstance(addresses, dict):
                return {str(name): str(address) for name, address in addresses.items()}
        # Raised here, where no exception is at hand that would hold the secret as its context.
        raise DeliveryError(problem)

    def __repr__(self) -> str:
        return "Webhooks()"
