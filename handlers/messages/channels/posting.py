"""Requests to webhooks.

An address is a secret: whoever has it can post. So an error of the library, whose text names it, ends here,
and what is raised instead is raised where no exception is at hand that it would be chained to.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import urllib3

from handlers.messages.channels.errors import DeliveryError

_TIMEOUT: Final = urllib3.Timeout(connect=3, read=10)
"""Seconds. Workflows of Teams answer at once and work later; Slack answers within a second or two."""
_MAX_ANSWER_BYTES: Final = 4096
"""What is read of an answer: only an error's name is wanted."""
_AFTER_SENDING: Final = (urllib3.exceptions.ReadTimeoutError, urllib3.exceptions.ProtocolError)
"""Errors after which the request may have been heard."""
_LONGEST_WAIT: Final = timedelta(hours=1)
"""A service that asks for more is asked again by then all the same."""

# It logs paths, which are the secret part of an address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)


@dataclass(frozen=True)
class Answer:
    """What a webhook answered."""

    status: int
    text: str = field(repr=False)
    retry_after: timedelta | None = None


class Poster:
    """Posts JSON. Without retries, redirects or proxies of the environment. Threads may share it."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=4)

    def post(self, address: str, body: bytes, service: str) -> Answer:
        """The answer to a request, whatever its status.

        Args:
            address: of the webhook.
            body: JSON.
            service: what errors call it.

        Raises:
            DeliveryError: no answer came.
        """
        try:
            answer = self._pool.request(
                "POST",
                address,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8"},
                redirect=False,
                preload_content=False,
            )
            try:
                text = answer.read(_MAX_ANSWER_BYTES).decode(errors="replace")
            finally:
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, ValueError) as error:
            problem = f"{service} could not be reached ({type(error).__name__})"
            if isinstance(error, urllib3.exceptions.ReadTimeoutError):
                problem = f"{service} did not answer in time"
            in_doubt = isinstance(error, _AFTER_SENDING)
        else:
            return Answer(answer.status, text, _read_retry_after(answer.headers))
        raise DeliveryError(problem, in_doubt=in_doubt)

    def __repr__(self) -> str:
        return "Poster()"


def _read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Slack and Teams answer with seconds; a date, which HTTP allows too, is as good as nothing."""
    seconds = headers.get("Retry-After", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 10):
        return None
    return min(timedelta(seconds=int(seconds)), _LONGEST_WAIT)
