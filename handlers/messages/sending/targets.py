"""Where a channel leads, told without saying it: a disabled one is tried again once it leads elsewhere."""

import hashlib

from contract.owners.model import Channel, ChannelKind
from handlers.messages.channels.errors import ChannelError, DeliveryError
from handlers.messages.channels.webhooks import Webhooks

_DIGEST_BYTES = 16
_WEBHOOKS = (ChannelKind.SLACK, ChannelKind.TEAMS)


class Targets:
    """Tells one target from another.

    Args:
        webhooks: knows the addresses of webhooks.
        mail_from: who mails come from; empty where SES is not used.
    """

    def __init__(self, webhooks: Webhooks, mail_from: str) -> None:
        self._webhooks = webhooks
        self._mail_from = mail_from

    def digest(self, channel: Channel) -> str | None:
        """The same as long as the channel leads to the same place; None where that cannot be told now.

        Addresses of people and topics are in the channel's own key: with others, it is another channel.
        """
        if channel.kind is ChannelKind.MAIL:
            return _digest(self._mail_from)
        if channel.kind not in _WEBHOOKS:
            return ""
        try:
            return _digest(self._webhooks.find(channel.targets[0]))
        except ChannelError:
            return ""
        except DeliveryError:
            return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()
