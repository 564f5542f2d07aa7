"""Channels as the function has them, but for where they lead."""

import json
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from handlers.messages.channels.channels import Channels
from handlers.messages.channels.webhooks import Webhooks

OWNER_TOPICS = "arn:aws:sns:eu-central-1:123456789012:prod-owner-"


@dataclass
class FakeClient:
    """An AWS client that remembers what it was asked for."""

    error: Exception | None = None
    calls: list[dict[str, Any]] = field(default_factory=list)

    def send_email(self, **arguments: Any) -> None:
        self._take(arguments)

    def publish(self, **arguments: Any) -> None:
        self._take(arguments)

    def _take(self, arguments: dict[str, Any]) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(arguments)


def make_channels(
    addresses: dict[str, str] | None = None,
    *,
    mail: FakeClient | None = None,
    topics: FakeClient | None = None,
    mail_from: str = "file-sla <sla@example.com>",
) -> Channels:
    return Channels(
        mail=lambda: mail or FakeClient(),
        topics=lambda: topics or FakeClient(),
        webhooks=Webhooks(lambda: json.dumps(addresses or {})),
        mail_from=mail_from,
        owner_topics_prefix=OWNER_TOPICS,
    )


def refused(code: str, text: str = "to orders@example.com") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": text}}, "Operation")
