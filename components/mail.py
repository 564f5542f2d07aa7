"""Mail through Amazon SES: who sends it, and by which identity."""

from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

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

    def build_identity_arn(self, parent: pulumi.Resource) -> pulumi.Output[str]:
        """The ARN of the identity, in the account of the parent's provider."""
        caller = aws.get_caller_identity_output(opts=pulumi.InvokeOutputOptions(parent=parent))
        return pulumi.Output.concat(
            "arn:aws:ses:", self.region, ":", caller.account_id, ":identity/", self.identity
        )
