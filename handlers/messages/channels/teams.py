"""Teams, by webhooks of workflows."""

from typing import Final

from handlers.messages.channels.posting import Poster
from handlers.messages.channels.refusals import check_answer
from handlers.messages.channels.webhooks import Webhooks
from handlers.messages.message import Recipient
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.json_body import encode_body
from handlers.messages.rendering.teams import fits_teams, render_teams

_SERVICE: Final = "Teams"
_FATAL: Final = frozenset(
    {"WorkflowTriggerIsNotEnabled", "WorkflowNotFound", "DirectApiAuthorizationRequired"}
)
"""Errors of Azure Logic Apps, on which workflows run: switched off, deleted, and an address cut short."""


class TeamsChannel:
    """Sends to webhooks of workflows. Threads may share it.

    Args:
        webhooks: knows their addresses.
        poster: sends requests.
    """

    def __init__(self, webhooks: Webhooks, poster: Poster) -> None:
        self._webhooks = webhooks
        self._poster = poster

    def fits(self, document: Document) -> bool:
        """Whether one card holds it."""
        return fits_teams(document)

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends a document to the recipient's webhook. For what it raises, see `Medium`.

        What the workflow makes of it, it does not tell.
        """
        webhook = recipient.channel.targets[0]
        body = encode_body(render_teams(document))
        answer = self._poster.post(self._webhooks.find(webhook), body, _SERVICE)
        check_answer(answer, _SERVICE, webhook, _FATAL)
