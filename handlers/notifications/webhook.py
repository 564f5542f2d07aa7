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
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from contract.moments import format_moment
from handlers.notifications.delivery import ChannelError, Poster, WebhookAddresses, encode_body
from handlers.notifications.document import Document, read_facts, read_phrase
from store.incidents import Incident
from store.notifications import Recipient

_SERVICE: Final = "The webhook"
_PREFIX: Final = "whsec_"


@dataclass(frozen=True)
class WebhookChannel:
    """Posts signed documents. Threads may share it."""

    addresses: WebhookAddresses
    poster: Poster
    clock: Callable[[], float] = time.time

    @staticmethod
    def fits(_: Document) -> bool:
        """Whether one request holds it."""
        return True

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends a document. For what it raises, see `Medium`. A retry has the same `webhook-id`."""
        name = recipient.channel.targets[0]
        address, secrets = self.addresses.find_with_keys(name)
        body = encode_body(render_webhook(document, recipient))
        stamp = str(int(self.clock()))
        headers = {
            "webhook-id": document.event_id,
            "webhook-timestamp": stamp,
            "webhook-signature": _sign(name, secrets, f"{document.event_id}.{stamp}.".encode() + body),
        }
        self.poster.post(address, body, _SERVICE, headers).check(_SERVICE, name)


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
    about = document.about
    return {
        "type": f"file_sla.{document.kind}",
        "timestamp": format_moment(document.at),
        "data": {
            "key": document.key,
            "kind": document.kind,
            "state": document.state,
            "severity": document.tone.severity,
            "owner": recipient.owner.name,
            "summary": document.subject,
            "first_line": "".join(part.text for part in document.first_line),
            "server": document.server,
            "folder": document.folder,
            "url": document.link.url if document.link else None,
            "incident": _describe(about.incident) if about and about.incident else None,
            "details": read_facts(document),
            "files": [read_phrase(row.name) for row in document.files.rows] if document.files else [],
        },
    }


def _describe(incident: Incident) -> dict[str, Any]:
    moments = {
        "breached_since": incident.breached_since,
        "last_seen_at": incident.last_seen_at,
        "ended_at": incident.ended_at,
        "oldest_creation": incident.oldest_creation,
        "acknowledged_until": incident.acknowledged_until,
    }
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
