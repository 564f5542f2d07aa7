"""Mail through Amazon SES: who sends it, and by which identity."""

from dataclasses import dataclass
from typing import Self

from components.settings import Settings
from components.specs.mail_address import find_address


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The sender of a stack's mails. Its identity was verified in SES before."""

    sender: str
    """An address, alone or after a name."""
    identity: str
    """The address or the domain that SES has verified."""
    region: str

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """As the stack's settings want it; none where SES is not used."""
        if not settings.mail_from:
            return None
        return cls(
            sender=settings.mail_from,
            identity=settings.mail_identity or find_address(settings.mail_from),
            region=settings.region,
        )

    @property
    def address(self) -> str:
        """The sender's address, without a name."""
        return find_address(self.sender)

    def identity_arn(self, account: str) -> str:
        """The ARN of the identity, in the account with this id."""
        return f"arn:aws:ses:{self.region}:{account}:identity/{self.identity}"
