"""A document as a message to a topic of Amazon SNS."""

from typing import Final

from handlers.messages.rendering.document import Document
from handlers.messages.rendering.plain_text import render_text

MAX_TOPIC_BYTES: Final = 60_000
"""Bytes of text: Amazon SNS takes 256 KB and bills each 64 KB of it as a message."""


def fits_topic(document: Document) -> bool:
    """Whether it can be sent as one message."""
    return len(render_text(document).encode()) <= MAX_TOPIC_BYTES
