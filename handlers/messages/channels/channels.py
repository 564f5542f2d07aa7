"""Where a message goes, by the kind of its recipient's channel."""

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING, Any

from contract.owners.model import ChannelKind
from handlers.messages.channels.medium import Medium
from handlers.messages.channels.webhooks import Webhooks
from handlers.messages.message import Message
from handlers.messages.rendering.context import Context
from handlers.messages.rendering.fitting import write_what_fits

if TYPE_CHECKING:
    from handlers.messages.channels.posting import Poster


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
        self._connect_mail = mail
        self._connect_topics = topics
        self._webhooks = webhooks
        self._mail_from = mail_from
        self._owner_topics_prefix = owner_topics_prefix
        self._lock = Lock()
        self._media: dict[ChannelKind, Medium] = {}
        self._poster: Poster | None = None

    def deliver(self, message: Message, context: Context) -> Message:
        """Sends as much of the message as one delivery holds, and gives back what that was.

        What it gives back has lines of `message`, the worst first; the others were not sent.

        Raises:
            DeliveryError: it failed, and may go through later.
            ChannelError: it fails until somebody mends the channel.
        """
        medium = self._find(message.recipient.channel.kind)
        part, document = write_what_fits(message, context, medium.fits)
        medium.send(message.recipient, document)
        return part

    def _find(self, kind: ChannelKind) -> Medium:
        with self._lock:
            if kind not in self._media:
                self._media[kind] = self._make(kind)
            return self._media[kind]

    # What one medium alone needs is imported when it is first sent to: most sweeps send nothing.
    def _make(self, kind: ChannelKind) -> Medium:
        match kind:
            case ChannelKind.SLACK:
                from handlers.messages.channels.slack import SlackChannel

                return SlackChannel(self._webhooks, self._make_poster())
            case ChannelKind.TEAMS:
                from handlers.messages.channels.teams import TeamsChannel

                return TeamsChannel(self._webhooks, self._make_poster())
            case ChannelKind.MAIL if self._mail_from:
                from handlers.messages.channels.mail import MailChannel

                return MailChannel(self._connect_mail(), self._mail_from)
            case ChannelKind.MAIL | ChannelKind.SNS:
                from handlers.messages.channels.topics import TopicChannel

                return TopicChannel(self._connect_topics(), self._owner_topics_prefix)

    def _make_poster(self) -> "Poster":
        from handlers.messages.channels.posting import Poster

        self._poster = self._poster or Poster()
        return self._poster
