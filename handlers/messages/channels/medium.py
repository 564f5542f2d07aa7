"""What every way to send a message has in common."""

from typing import Protocol

from handlers.messages.message import Recipient
from handlers.messages.rendering.document import Document


class Medium(Protocol):
    """A way to send."""

    def fits(self, document: Document) -> bool:
        """Whether one delivery holds the document."""

    def send(self, recipient: Recipient, document: Document) -> None:
        """Delivers it.

        Raises:
            DeliveryError: it failed, and may go through later.
            ChannelError: it fails until somebody mends the channel.
        """
