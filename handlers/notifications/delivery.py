"""Delivering a document: what all media share, errors, requests to AWS and to webhooks.

The address of a webhook is a secret: whoever has it can post. No address of a webhook or of a mail is in the
text of an error, since those are stored, logged and shown. An error of a library, whose text may hold one,
ends here; what is raised instead is raised where no exception is at hand that it would be chained to.
"""

import json
import logging
import re
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock
from typing import Final

import urllib3
from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from handlers.notifications.document import Document
from store.notifications import Recipient

ADDRESSES_KEPT_SECONDS: Final = 300.0
"""After this the addresses of webhooks are read again, so that a new one reaches a running function."""
_SCHEMES: Final = ("https://", "http://127.0.0.1:")
"""An address begins with one of them; the second is the local stack's."""
_TIMEOUT: Final = urllib3.Timeout(connect=3, read=10)
"""Seconds. Workflows of Teams answer at once and work later; Slack answers within a second or two."""
_MAX_ANSWER_BYTES: Final = 4096
"""What is read of an answer: only the name of an error is needed."""
_AFTER_SENDING: Final = (urllib3.exceptions.ReadTimeoutError, urllib3.exceptions.ProtocolError)
"""Errors after which the request may have arrived."""
_LONGEST_WAIT: Final = timedelta(hours=1)
"""A service that asks for more is called again after this all the same."""
_CODE: Final = re.compile(r'\A\s*([a-z_]{3,60})\s*\Z|"code"\s*:\s*"([A-Za-z]{3,60})"')
"""The name of an error: Slack's whole answer, or a key of a workflow's. Nothing else of an answer is
repeated: it may quote the address that was called."""
_WRONG_ADDRESS: Final = frozenset({401, 403, 404, 405, 410})
"""Refused because of who calls what, and not because of what was sent or when."""
_DENIED: Final = frozenset({"AccessDeniedException", "AuthorizationError", "KMSAccessDenied"})
"""Codes of AWS for a permission that is missing, or has not reached the server that answers."""
_IN_DOUBT: Final = frozenset({502, 504})
"""From a gateway that passed the request on and got no answer, or none that it understood."""

# It logs paths, which are the secret part of an address.
logging.getLogger("urllib3.connectionpool").setLevel(logging.WARNING)


class DeliveryError(Exception):
    """A delivery failed, and may succeed later.

    Args:
        problem: what went wrong.
        retry_after: how long the service asked to be left alone; None where it did not say.
        in_doubt: whether it may have arrived nevertheless: it was sent, and no answer came.
        status: of a webhook's answer; 0 where there was none.
    """

    def __init__(
        self, problem: str, retry_after: timedelta | None = None, *, in_doubt: bool = False, status: int = 0
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after
        self.in_doubt = in_doubt
        self.status = status


class ChannelError(Exception):
    """Every delivery fails until somebody fixes the channel.

    Args:
        problem: what is wrong, and how to fix it.
        denied: whether a permission is missing, which may take some minutes to reach every server of AWS.
    """

    def __init__(self, problem: str, *, denied: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.denied = denied


@dataclass(frozen=True)
class Medium:
    """A way to send."""

    send: Callable[[Recipient, Document], None]
    """Delivers a document; raises `DeliveryError` where it failed and may succeed later, and `ChannelError`
    where it fails until somebody fixes the channel."""
    fits: Callable[[Document], bool] = lambda _: True
    """Whether one delivery holds a document."""


def call_aws(service: str, request: Callable[[], object], fatal: Collection[str], remedy: str) -> None:
    """Makes a request to a service of AWS, and raises what its error means.

    The service's own text is left out, for SES names addresses in it.

    Raises:
        DeliveryError: it may succeed later.
        ChannelError: it fails until somebody fixes the channel.
    """
    error: DeliveryError | ChannelError
    try:
        request()
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "unknown")
        problem = f"{service} refused it ({code})"
        error = DeliveryError(problem)
        if code in fatal:
            error = ChannelError(f"{problem}: {remedy}", denied=code in _DENIED)
    except BotoCoreError as failure:
        in_doubt = isinstance(failure, (ReadTimeoutError, ConnectionClosedError))
        error = DeliveryError(f"{service} could not be reached ({type(failure).__name__})", in_doubt=in_doubt)
    else:
        return
    raise error


class Webhooks:
    """Posts to webhooks by their names in the configuration. Threads may share it.

    Without retries, redirects or proxies of the environment. The addresses are read at the first use, and
    again after some minutes.

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
        self._pool = urllib3.PoolManager(timeout=_TIMEOUT, retries=False, maxsize=4)

    def find(self, name: str) -> str:
        """The address of a webhook.

        Raises:
            ChannelError: there is none of this name, or it is no web address.
            DeliveryError: the secret cannot be read.
        """
        with self._lock:
            if self._clock() >= self._good_until:
                self._addresses = self._load()
                self._good_until = self._clock() + ADDRESSES_KEPT_SECONDS
            address = self._addresses.get(name)
        if address is None or not address.startswith(_SCHEMES):
            problem = "has no address" if address is None else "has an address that is no web address"
            raise ChannelError(
                f"the webhook {name} {problem}: set it, starting with https://, with {_set_address(name)}"
            )
        return address

    def find_keys(self, name: str) -> list[str]:
        """The keys after the `#` of a webhook's address, which are never sent as part of it.

        Raises:
            ChannelError: there is none of this name, it is no web address, or it has no key.
            DeliveryError: the secret cannot be read.
        """
        _, _, keys = self.find(name).partition("#")
        if not keys:
            raise ChannelError(
                f"the address of the webhook {name} has no key after a #: set both with {_set_address(name)}"
            )
        return keys.split(",")

    def post(
        self,
        name: str,
        body: bytes,
        service: str,
        *,
        headers: Mapping[str, str] | None = None,
        fatal: Collection[str] = (),
    ) -> None:
        """Posts JSON to a webhook of a service. No retry fixes an error that is `fatal`, whatever its status.

        Raises:
            DeliveryError: it may succeed later.
            ChannelError: it fails until somebody fixes the channel.
        """
        address = self.find(name).partition("#")[0]
        status, text, answered = self._request(address, body, service, headers or {})
        if not 200 <= status < 300:
            raise _explain(status, text, answered, f"{service} answered", name, fatal)

    def _request(
        self, address: str, body: bytes, service: str, headers: Mapping[str, str]
    ) -> tuple[int, str, Mapping[str, str]]:
        """Status, text and headers of the answer."""
        try:
            answer = self._pool.request(
                "POST",
                address,
                body=body,
                headers={"Content-Type": "application/json; charset=utf-8", **headers},
                redirect=False,
                preload_content=False,
            )
            try:
                text = answer.read(_MAX_ANSWER_BYTES).decode(errors="replace")
            finally:
                answer.release_conn()
        except (urllib3.exceptions.HTTPError, ValueError) as failure:
            problem = f"{service} could not be reached ({type(failure).__name__})"
            if isinstance(failure, urllib3.exceptions.ReadTimeoutError):
                problem = f"{service} did not answer in time"
            in_doubt = isinstance(failure, _AFTER_SENDING)
        else:
            return answer.status, text, answer.headers
        raise DeliveryError(problem, in_doubt=in_doubt)

    def _load(self) -> Mapping[str, str]:
        problem = "the secret with the addresses of webhooks cannot be read"
        try:
            addresses = json.loads(self._read() or "{}")
        except Exception as error:  # noqa: BLE001 - whatever failed, its text may hold what was read
            problem += f" ({type(error).__name__})"
        else:
            if isinstance(addresses, dict):
                return {str(name): str(address) for name, address in addresses.items()}
        raise DeliveryError(problem)


def _set_address(name: str) -> str:
    return f"pulumi config set --secret --path 'webhooks.{name}', and run pulumi up"


def _explain(
    status: int, text: str, headers: Mapping[str, str], answered: str, webhook: str, fatal: Collection[str]
) -> DeliveryError | ChannelError:
    """What an answer means that is no success."""
    found = _CODE.search(text)
    code = (found.group(1) or found.group(2)) if found else ""
    problem = f"{answered} {status} {code}".rstrip()
    if 300 <= status < 400:
        remedy = f"the address of the webhook {webhook} redirects, which is not followed; set its address"
    elif status in _WRONG_ADDRESS or code in fatal:
        remedy = f"the webhook {webhook} was removed, switched off or locked; make a new one, set its address"
    else:
        # Slack and Teams answer with seconds; a date, which HTTP allows as well, is ignored.
        seconds = headers.get("Retry-After", "")
        known = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
        wait = min(timedelta(seconds=int(seconds)), _LONGEST_WAIT) if known else None
        return DeliveryError(problem, wait, in_doubt=status in _IN_DOUBT, status=status)
    return ChannelError(f"{problem}: {remedy} with {_set_address(webhook)}")


def encode_body(payload: object) -> bytes:
    """JSON as short as possible: webhooks limit its bytes."""
    return json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
