"""Mail through Amazon SES."""

from typing import Any, Final

from handlers.messages.channels.aws_errors import send_by
from handlers.messages.message import Recipient
from handlers.messages.rendering.document import Document
from handlers.messages.rendering.mail import fits_mail, render_mail

_FATAL: Final = frozenset(
    {
        "AccessDeniedException",
        "AccountSuspendedException",
        "BadRequestException",
        "MailFromDomainNotVerifiedException",
        "MessageRejected",
        "NotFoundException",
    }
)
"""Not among them: `SendingPausedException` and `LimitExceededException`, which somebody or the day ends."""
_REMEDY: Final = (
    "is mailFrom or mailIdentity verified in SES in this region, are the owner's addresses well-formed, and, "
    "in the sandbox, verified too? See mail.md"
)


class MailChannel:
    """Sends mails. Threads may share it.

    Args:
        client: of SES, version 2.
        sender: who they come from, an address, alone or after a name.
    """

    def __init__(self, client: Any, sender: str) -> None:
        self._client = client
        self._sender = sender

    def fits(self, document: Document) -> bool:
        """Whether one mail holds it."""
        return fits_mail(document)

    def send(self, recipient: Recipient, document: Document) -> None:
        """Sends one mail to all addresses of the recipient's channel. For what it raises, see `Medium`."""
        mail = render_mail(document, recipient, self._sender).as_bytes()
        addresses = list(recipient.channel.targets)
        send_by(
            "Amazon SES",
            lambda: self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": addresses},
                Content={"Raw": {"Data": mail}},
            ),
            _FATAL,
            _REMEDY,
        )
