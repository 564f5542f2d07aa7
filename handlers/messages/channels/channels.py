"""Where a message goes, by the kind of its recipient's channel."""

from collections.abc import Callable
from typing import Any

from handlers.messages.channels.webhooks import Webhooks
from handlers.messages.message import Message
from handlers.messages.rendering.context import Context


class Channels:
    """Delivers messages. Threads may share it.

    Args:
        mail: makes a client of Amazon SES, version 2 (`sesv2`). Called at the first mail.
        topics: makes a client of Amazon SNS. Called at the first message to a topic.
        webhooks: knows the addresses of webhooks.
        mail_from: who mails come from; empty where SES is not used, and mail goes to the owner's topic.
        owner_topics_prefix: what the ARN of each owner's topic begins with.
    """

    def __init__(
        self,
        *,
        mail: Callable[[], Any],
        topics: Callable[[], Any],
        webhooks: Webhooks,
        mail_from: str = "",
        owner_topics_prefix: str = "",
    ) -> None:
        self._mail = mail
        self._topics = topics
        self._webhooks = webhooks
        self._mail_from = mail_from
        self._owner_topics_prefix = owner_topics_prefix

    def deliver(self, message: Message, context: Context) -> Message:
        """Sends as much of the message as one delivery holds, and gives back what that was.

        What it gives back has lines of `message`, the worst first; the others were not sent.

        Raises:
            DeliveryError: it failed, and may go through later.
            ChannelError: it fails until somebody mends the channel.
        """
        raise NotImplementedError
