"""The notifications that arrived: posts in memory, mails in the emulator's folder."""

import json
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parseaddr
from html import unescape
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

from jsonschema import Draft202012Validator
from standardwebhooks import Webhook, WebhookVerificationError

from contract.owners.model import Channel, ChannelKind, Owner, Owners, list_channels, list_mail_topics

PAGERDUTY_EVENT: Final[dict[str, Any]] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["routing_key", "event_action", "dedup_key", "payload"],
    "properties": {
        "routing_key": {"type": "string", "pattern": "^[A-Za-z0-9]{32}$"},
        "event_action": {"enum": ["trigger", "acknowledge", "resolve"]},
        "dedup_key": {"type": "string", "minLength": 1, "maxLength": 255},
        "client": {"type": "string"},
        "client_url": {"type": "string"},
        "links": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["href"],
                "properties": {"href": {"type": "string"}, "text": {"type": "string"}},
            },
        },
        "payload": {
            "type": "object",
            "additionalProperties": False,
            "required": ["summary", "severity", "source"],
            "properties": {
                "summary": {"type": "string", "minLength": 1, "maxLength": 1024},
                "severity": {"enum": ["critical", "error", "warning", "info"]},
                "source": {"type": "string", "minLength": 1},
                "timestamp": {"type": "string", "format": "date-time"},
                "component": {"type": "string"},
                "group": {"type": "string"},
                "class": {"type": "string"},
                "custom_details": {"type": "object"},
            },
        },
    },
}
"""What PagerDuty publishes of an event (Events API v2, OpenAPI), and the lengths in its reference."""
KEYS: Final = {
    ChannelKind.PAGERDUTY: "0123456789abcdef0123456789abcdef",
    ChannelKind.WEBHOOK: "whsec_ZmlsZS1zbGEncyBsb2NhbCBzdGFjaw==",
}
"""What follows the `#` in the addresses of a local stack: no secret."""
_KEPT: Final = 2_000
"""Posts kept. A local stack sends fewer in its life."""


@dataclass(frozen=True, kw_only=True)
class Received:
    """One notification."""

    message_id: str
    at: datetime
    kind: ChannelKind
    target: str
    """Mail addresses, or the name of a webhook or topic."""
    owners: tuple[str, ...]
    """The owners with that channel; empty if there are none."""
    subject: str
    text: str
    """All of its text, a line for each paragraph."""
    source: str
    """The JSON that was posted, or the headers of the mail."""
    html: str | None = None
    """The HTML part of a mail."""


class Inbox:
    """Everything that arrived.

    Args:
        owners: the stack's owners; None if it notifies nobody.
        mails: the folder of mails.
    """

    def __init__(self, owners: Owners | None, mails: Path) -> None:
        self._owners = () if owners is None else tuple(owners.owners.values())
        self.owners = tuple(owner.name for owner in self._owners)
        """The names of all owners, in the order of their file."""
        self._mails = mails
        self._posted: deque[Received] = deque(maxlen=_KEPT)
        self._read: dict[Path, Received] = {}

    def add_post(self, kind: ChannelKind, webhook: str, body: bytes, headers: Mapping[str, str]) -> str:
        """Adds what was posted to a webhook; returns why the service would refuse it, or "".

        Raises:
            ValueError: the body is not JSON.
        """
        posted: Any = json.loads(body)
        match kind:
            case ChannelKind.PAGERDUTY:
                wrong = Draft202012Validator(PAGERDUTY_EVENT).iter_errors(posted)
                problem = next((one.message for one in wrong), "")
                if problem or posted["routing_key"] != KEYS[kind]:
                    return problem or "Invalid routing key"
                payload = posted["payload"]
                what = f"{posted['event_action']} {posted['dedup_key']}, {payload['severity']}"
                lines = [payload["summary"], what, *_list_details(payload["custom_details"])]
            case ChannelKind.WEBHOOK:
                try:
                    Webhook(KEYS[kind]).verify(body, dict(headers))
                except WebhookVerificationError as error:
                    return str(error)
                data = posted["data"]
                what = f"{posted['type']} {data['key']}, {data['state']}"
                lines = [data["summary"], what, *_list_details(data["details"])]
            case _:
                lines = [line for line in _list_texts(posted) if line.strip()]
                if lines and kind is ChannelKind.SLACK:
                    # The message's own text is escaped; the texts in its blocks are not.
                    lines[:1] = unescape(lines[0]).split("\n")
        self._posted.append(
            Received(
                message_id=str(uuid4()),
                at=datetime.now(UTC),
                kind=kind,
                target=webhook,
                owners=self._find_owners(Channel(kind=kind, targets=(webhook,))),
                subject=lines[0] if lines else "",
                text="\n".join(lines),
                source=json.dumps(posted, indent=2, ensure_ascii=False),
            )
        )
        return ""

    def add_publication(self, envelope: dict[str, Any]) -> None:
        """Adds what SNS published to its subscribers; `envelope` is the body that it posted."""
        topic, text = envelope["TopicArn"].rpartition(":")[2], envelope["Message"]
        self._posted.append(
            Received(
                message_id=envelope["MessageId"],
                at=datetime.now(UTC),
                kind=ChannelKind.SNS,
                target=topic,
                owners=tuple(one.name for one in self._owners if _publishes_to(one, topic)),
                subject=envelope.get("Subject") or text.partition("\n")[0],
                text=text,
                source=json.dumps(envelope, indent=2, ensure_ascii=False),
            )
        )

    def list_newest_first(self, owner: str | None = None) -> list[Received]:
        """All notifications, or those to one owner."""
        for file in self._mails.glob("*.eml"):
            if file not in self._read:
                self._read[file] = self._read_mail(file)
        everything = (*self._posted, *self._read.values())
        wanted = (one for one in everything if owner is None or owner in one.owners)
        return sorted(wanted, key=lambda one: one.at, reverse=True)

    def _read_mail(self, file: Path) -> Received:
        mail = message_from_bytes(file.read_bytes(), policy=policy.default)
        assert isinstance(mail, EmailMessage)  # noqa: S101 - the policy says so
        readers = [str(one) for one in mail.get_all("Delivered-To", ())]
        channel = Channel(kind=ChannelKind.MAIL, targets=tuple(parseaddr(one)[1] for one in readers))
        found = {kind: mail.get_body((kind,)) for kind in ("plain", "html")}
        parts = {kind: None if part is None else str(part.get_content()) for kind, part in found.items()}
        return Received(
            message_id=file.stem,
            at=datetime.fromtimestamp(file.stat().st_mtime, UTC),
            kind=ChannelKind.MAIL,
            target=", ".join(readers),
            owners=self._find_owners(channel),
            # The header of a long subject may be wrapped before its first word.
            subject=str(mail["Subject"] or "").strip(),
            text=parts["plain"] or "",
            source="\n".join(f"{name}: {value}" for name, value in mail.items()),
            html=parts["html"],
        )

    def _find_owners(self, channel: Channel) -> tuple[str, ...]:
        return tuple(
            owner.name
            for owner in self._owners
            if channel.key in {one.key for _, one in list_channels(owner)}
        )


def _list_details(details: Mapping[str, Any]) -> list[str]:
    return [f"{label}: {value}" for label, value in details.items()]


def _list_texts(part: Any) -> Iterator[str]:
    """The texts of a payload, in order; texts next to each other in a list are one paragraph."""
    if isinstance(part, list):
        runs = [one["text"] for one in part if isinstance(one, dict) and isinstance(one.get("text"), str)]
        if runs:
            yield "".join(runs)
        else:
            for one in part:
                yield from _list_texts(one)
    elif isinstance(part, dict):
        if isinstance(text := part.get("text"), str):
            yield text
        for value in part.values():
            yield from _list_texts(value)


def _publishes_to(owner: Owner, topic: str) -> bool:
    """Whether an owner is notified by a topic: one that its file names, or one that the stack has for it."""
    named = (channel for _, channel in list_channels(owner) if channel.kind is ChannelKind.SNS)
    if topic in {target.rpartition(":")[2] for channel in named for target in channel.targets}:
        return True
    return topic.endswith(tuple(f"-owner-{name}" for name, _ in list_mail_topics(owner)))
