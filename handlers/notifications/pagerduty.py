"""PagerDuty: each notice as an event of its Events API v2, which opens, acknowledges or resolves an alert.

The address in the configuration ends in `#` and the integration key: it may be the regional one
(`https://events.eu.pagerduty.com/v2/enqueue`).
"""

import hashlib
from typing import Any, Final

from contract.moments import format_moment
from contract.text import shorten
from contract.words import NotificationKind
from handlers.notifications.delivery import Webhooks, encode_body
from handlers.notifications.document import Document, read_facts, read_phrase
from handlers.notifications.wording import name_place
from store.notifications import Recipient

MAX_SUMMARY: Final = 1024
"""Characters of a summary (Events API v2, "PD-CEF")."""
MAX_KEY: Final = 255
"""Characters of a deduplication key."""
_ACTIONS: Final = {"open": "trigger", "acknowledged": "acknowledge", "ended": "resolve"}


def send(webhooks: Webhooks, recipient: Recipient, document: Document) -> None:
    """Sends an event, whose refusal (400) is its own failure. For what it raises, see `Webhooks.post`."""
    webhook = recipient.channel.targets[0]
    key, *_ = webhooks.find_keys(webhook)
    webhooks.post(webhook, encode_body(render_pagerduty(document, recipient, key)), "PagerDuty")


def render_pagerduty(document: Document, recipient: Recipient, routing_key: str) -> dict[str, Any]:
    """The body of the request. Events about one incident, server or folder are one alert."""
    key = document.key
    if len(key) > MAX_KEY:
        key = hashlib.sha256(key.encode()).hexdigest()
    escalated = document.kind == NotificationKind.ESCALATED.word
    server, folder = name_place(document.about)
    links = [*document.links, *([document.help] if document.help else ())]
    summary = f"{document.subject}. {read_phrase(document.first_line)}"
    payload = {
        "summary": shorten(summary, MAX_SUMMARY),
        "source": server or "file-sla",
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
        "payload": payload | ({"component": folder} if folder else {}),
        "client": "file-sla",
        "links": [{"href": link.url, "text": link.text} for link in links],
    }
    return event | ({"client_url": document.links[-1].url} if document.links else {})
