"""Why a message was not delivered.

No address of a webhook and none of a mail is in their texts: these are stored, logged and shown.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Final, Protocol

import urllib3
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from handlers.notifications.document import Document
from handlers.notifications.situation import Recipient


class DeliveryError(Exception):
    """It failed this time, and may go through later.

    Args:
        problem: what went wrong.
        retry_after: how long the service asked to be left alone; None where it did not say.
        in_doubt: whether it may have gone through nevertheless: it was sent, and no answer came.
    """

    def __init__(self, problem: str, retry_after: timedelta | None = None, *, in_doubt: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after
        self.in_doubt = in_doubt


class ChannelError(Exception):
    """It fails until somebody mends the channel.

    Args:
        problem: what is wrong, and how to mend it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Medium(Protocol):
    """A way to send."""

    def fits(self, document: Document) -> bool:
        """Whether one delivery holds the document."""

    def send(self, recipient: Recipient, document: Document) -> None:
        """Delivers it.

        Raises:
            DeliveryError: it failed, and may go through later.
            ChannelError: it fails until somebody mends the channel.
        """


def send_by(service: str, request: Callable[[], object], fatal: Collection[str], remedy: str) -> None:
    """Makes a request, and raises what an error of the service means.

    The service's own text is left out, for SES names addresses in it; so is the error itself, which is why
    nothing is raised where it is at hand.

    Args:
        service: what errors call it.
        request: makes the request.
        fatal: codes of errors that no retry mends.
        remedy: what to look at then.

    Raises:
        DeliveryError: it may go through later.
        ChannelError: it fails until somebody mends the channel.
    """
    error: DeliveryError | ChannelError
    try:
        request()
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "unknown")
        said = f"{service} refused it ({code})"
        error = ChannelError(f"{said}: {remedy}") if code in fatal else DeliveryError(said)
    except BotoCoreError as failure:
        in_doubt = isinstance(failure, (ReadTimeoutError, ConnectionClosedError))
        error = DeliveryError(f"{service} could not be reached ({type(failure).__name__})", in_doubt=in_doubt)
    else:
        return
    raise error


KEPT_SECONDS: Final = 300.0
"""How long an address is used before it is read again: a new one reaches a running function so."""
_SCHEMES: Final = ("https://", "http://127.0.0.1:")
"""How an address begins; the second is the local stack's."""


def describe_commands(name: str) -> str:
    """How a webhook's address is set."""
    return f"pulumi config set --secret --path 'webhooks.{name}', and run pulumi up"


class WebhookAddresses:
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
                f"the webhook {name} {problem}: set it, from https:// on, with {describe_commands(name)}"
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
        return "WebhookAddresses()"


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
class WebhookAnswer:
    """What a webhook answered."""

    status: int
    text: str = field(repr=False)
    retry_after: timedelta | None = None


class Poster:
    """Posts JSON. Without retries, redirects or proxies of the environment. Threads may share it."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=4)

    def post(self, address: str, body: bytes, service: str) -> WebhookAnswer:
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
            return WebhookAnswer(answer.status, text, _read_retry_after(answer.headers))
        raise DeliveryError(problem, in_doubt=in_doubt)

    def __repr__(self) -> str:
        return "Poster()"


def _read_retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Slack and Teams answer with seconds; a date, which HTTP allows too, is as good as nothing."""
    seconds = headers.get("Retry-After", "")
    if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 10):
        return None
    return min(timedelta(seconds=int(seconds)), _LONGEST_WAIT)


_CODE: Final = re.compile(r'\A\s*([a-z_]{3,60})\s*\Z|"code"\s*:\s*"([A-Za-z]{3,60})"')
"""The name of an error: of Slack's the whole answer, of a workflow's a key of it. Nothing else of an answer
is told on: it may quote the address that was called."""
_WRONG_ADDRESS: Final = frozenset({401, 403, 404, 405, 410})
"""Refused for who calls what, and not for what was said or when."""
_IN_DOUBT: Final = frozenset({502, 504})
"""Of a gateway that handed the message on and got no answer, or none that it understood."""


def find_code(answer: WebhookAnswer) -> str:
    """The name of the error, or empty."""
    found = _CODE.search(answer.text)
    return (found.group(1) or found.group(2)) if found else ""


def check_answer(answer: WebhookAnswer, service: str, webhook: str, fatal: Collection[str] = ()) -> None:
    """Raises what an answer means, unless it is that all went well.

    Args:
        answer: of the webhook.
        service: what errors call it.
        webhook: its name in the configuration.
        fatal: names of errors that no retry mends, whatever their status.

    Raises:
        DeliveryError: it may go through later.
        ChannelError: it fails until somebody mends the channel.
    """
    if 200 <= answer.status < 300:
        return
    code = find_code(answer)
    said = f"{service} answered {answer.status}{f' {code}' if code else ''}"
    if 300 <= answer.status < 400:
        raise ChannelError(
            f"{said}: the address of the webhook {webhook} leads elsewhere, which is not followed; "
            f"set its address with {describe_commands(webhook)}"
        )
    if answer.status in _WRONG_ADDRESS or code in fatal:
        raise ChannelError(
            f"{said}: the webhook {webhook} was removed, switched off or locked out; make a new one, "
            f"set its address with {describe_commands(webhook)}"
        )
    raise DeliveryError(said, answer.retry_after, in_doubt=answer.status in _IN_DOUBT)


def encode_body(payload: object) -> bytes:
    """JSON as short as it can be: webhooks count its bytes."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
