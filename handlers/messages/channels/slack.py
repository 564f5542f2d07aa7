"""Slack, by incoming webhooks."""

import time
from collections.abc import Callable
from http import HTTPStatus
from threading import Lock
from typing import Final

from handlers.messages.channels.posting import Poster
from handlers.messages.channels.refusals import check_answer
from handlers.messages.channels.webhooks import Webhooks
from handlers.messages.message import Recipient
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.json_body import encode_body
from handlers.messages.rendering.slack import fits_slack, render_plainly, render_slack

_SERVICE: Final = "Slack"
_SECONDS_APART: Final = 1.0
"""Slack takes a message a second from a webhook ("Rate limits")."""


class SlackChannel:
    """Sends to webhooks of Slack, each at its pace. Threads may share it.

    Args:
        webhooks: knows their addresses.
        poster: sends requests.
        clock: seconds that only grow; tests pass their own.
        sleep: waits for as many seconds.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        poster: Poster,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._webhooks = webhooks
        self._poster = poster
        self._clock = clock
        self._sleep = sleep
        self._lock = Lock()
        self._next: dict[str, float] = {}

    def fits(self, document: Document) -> bool:
        """Whether one message holds it."""
        return fits_slack(document)

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends a document to the recipient's webhook. For what it raises, see `Medium`."""
        webhook = recipient.channel.targets[0]
        address = self._webhooks.find(webhook)
        self._wait_for_turn(webhook)
        answer = self._poster.post(address, encode_body(render_slack(document)), _SERVICE)
        if answer.status == HTTPStatus.BAD_REQUEST:
            # What it does not like is how it looks. Better plain than never.
            self._wait_for_turn(webhook)
            answer = self._poster.post(address, encode_body(render_plainly(document)), _SERVICE)
        check_answer(answer, _SERVICE, webhook)

    def _wait_for_turn(self, webhook: str) -> None:
        with self._lock:
            now = self._clock()
            turn = max(self._next.get(webhook, now), now)
            self._next[webhook] = turn + _SECONDS_APART
        if turn > now:
            self._sleep(turn - now)
