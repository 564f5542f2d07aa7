"""PagerDuty: each notice as an event of its Events API v2, which opens, acknowledges or resolves an alert.

The address in the configuration ends in `#` and the integration key: it may be the regional one
(`https://events.eu.pagerduty.com/v2/enqueue`).
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final

from contract.moments import format_moment
from contract.text import shorten
from contract.words import NotificationKind
from handlers.notifications.delivery import Poster, WebhookAddresses, encode_body
from handlers.notifications.document import Document, read_facts, read_phrase
from store.notifications import Recipient

MAX_SUMMARY: Final = 1024
"""Characters of a summary (Events API v2, "PD-CEF")."""
MAX_KEY: Final = 255
"""Characters of a deduplication key."""
_SERVICE: Final = "PagerDuty"
_ACTIONS: Final = {"open": "trigger", "acknowledged": "acknowledge", "ended": "resolve"}


@dataclass(frozen=True)
class PagerDutyChannel:
    """Posts events. Threads may share it."""

    addresses: WebhookAddresses
    poster: Poster

    @staticmethod
    def fits(_: Document) -> bool:
        """Whether one event holds it: 512 KB are more than any notice takes."""
        return True

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends an event. For what it raises, see `Medium`. A refusal (400) is that event's own failure."""
        name = recipient.channel.targets[0]
        address, keys = self.addresses.find_with_keys(name)
        body = encode_body(render_pagerduty(document, recipient, keys[0]))
        self.poster.post(address, body, _SERVICE).check(_SERVICE, name)


def render_pagerduty(document: Document, recipient: Recipient, routing_key: str) -> dict[str, Any]:
    """The body of the request. Events about one incident, server or folder are one alert."""
    key = document.key
    if len(key) > MAX_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    escalated = document.kind == NotificationKind.ESCALATED
    summary = f"{document.subject}. {read_phrase(document.first_line)}"
    payload = {
        "summary": shorten(summary, MAX_SUMMARY),
        "source": document.server or "file-sla",
        "severity": "critical" if escalated else document.tone.severity,
        "timestamp": format_moment(document.at),
        "group": recipient.owner.name,
        "class": document.kind,
        "custom_details": read_facts(document),
    }
    event: dict[str, Any] = {
        "routing_key": routing_key,
        "event_action": _ACTIONS[document.state],
        "dedup_key": key,
        "payload": payload | ({"component": document.folder} if document.folder else {}),
        "client": "file-sla",
        "links": [{"href": link.url, "text": link.text} for link in (document.link, document.help) if link],
    }
    return event | ({"client_url": document.link.url} if document.link else {})
