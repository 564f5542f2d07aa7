"""A webhook of anybody's: each notice as one JSON document, signed after the Standard Webhooks specification.

The address in the configuration ends in `#` and the secret, `whsec_` and base64; while one secret replaces
another, both, with a comma between them: every request is then signed with both. docs/webhook.schema.json
describes the body.
"""

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Sequence
from typing import Any, Final

from contract.moments import format_moment
from handlers.notifications.delivery import ChannelError, Webhooks, encode_body
from handlers.notifications.document import Document, read_facts, read_phrase
from handlers.notifications.wording import name_place
from store.incidents import Incident
from store.notifications import Recipient

_PREFIX: Final = "whsec_"
_MOMENTS: Final = ("breached_since", "last_seen_at", "ended_at", "oldest_creation", "acknowledged_until")


def send(webhooks: Webhooks, recipient: Recipient, document: Document) -> None:
    """Sends a document. For what it raises, see `Webhooks.post`. A retry has the same `webhook-id`."""
    name = recipient.channel.targets[0]
    body = encode_body(render_webhook(document, recipient))
    event, stamp = _identify(document, recipient), str(int(time.time()))
    signature = _sign(name, webhooks.find_keys(name), f"{event}.{stamp}.".encode() + body)
    headers = {"webhook-id": event, "webhook-timestamp": stamp, "webhook-signature": signature}
    webhooks.post(name, body, "The webhook", headers=headers)


def _identify(document: Document, recipient: Recipient) -> str:
    """The same at each attempt to say the same."""
    at = document.about.noticed if document.about else document.at
    parts = (recipient.key, document.key, document.kind, document.reason, str(at))
    return hashlib.blake2b("\n".join(parts).encode(), digest_size=16).hexdigest()


def _sign(name: str, secrets: Sequence[str], content: bytes) -> str:
    """The signatures with each of the secrets.

    Raises:
        ChannelError: one of them is no secret.
    """
    try:
        keys = [base64.b64decode(secret.removeprefix(_PREFIX), validate=True) for secret in secrets]
    except binascii.Error:
        keys = []
    if not keys or not all(keys):
        raise ChannelError(f"the secret of the webhook {name} is not {_PREFIX} and base64")
    digests = (hmac.digest(key, content, hashlib.sha256) for key in keys)
    return " ".join(f"v1,{base64.b64encode(digest).decode()}" for digest in digests)


def render_webhook(document: Document, recipient: Recipient) -> dict[str, Any]:
    """The body of the request."""
    incident = document.about.incident if document.about else None
    server, folder = name_place(document.about)
    files = [item.name for section in document.sections if section.files for item in section.items]
    return {
        "type": f"file_sla.{document.kind}",
        "timestamp": format_moment(document.at),
        "data": {
            "key": document.key,
            "kind": document.kind,
            "reason": document.reason or None,
            "state": document.state,
            "severity": document.tone.severity,
            "owner": recipient.owner.name,
            "summary": document.subject,
            "first_line": "".join(part.text for part in document.first_line),
            "server": server,
            "folder": folder,
            "url": document.links[-1].url if document.links else None,
            "actions": [{"text": link.text, "url": link.url} for link in document.links[:-1]],
            "incident": _describe(incident) if incident else None,
            "details": read_facts(document),
            "files": [read_phrase(file) for file in files],
        },
    }


def _describe(incident: Incident) -> dict[str, Any]:
    moments = {name: getattr(incident, name) for name in _MOMENTS}
    return {
        "id": incident.incident_id,
        "sender": incident.sender_name,
        "folder": incident.folder,
        "status": incident.status,
        "reason": incident.reason,
        "sla_minutes": incident.sla,
        "file_count": incident.file_count,
        "acknowledged_by": incident.acknowledged_by or None,
        **{name: format_moment(at) if at else None for name, at in moments.items()},
    }
