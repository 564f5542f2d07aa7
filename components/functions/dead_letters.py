"""Where the runs are named that could not be applied."""

from dataclasses import dataclass
from typing import Final, Self

import pulumi
import pulumi_aws as aws

from components.encryption import EncryptionKey
from components.settings import Settings
from components.specs.policy import Allow

_KEPT_SECONDS: Final = 14 * 24 * 60 * 60
"""The longest that SQS keeps a message."""


@dataclass(frozen=True, kw_only=True)
class DeadLettersArgs:
    """What a stack decides about its dead letters."""

    queue_name: str
    key: EncryptionKey | None
    """The KMS key of the queue; one of SQS's own where there is none."""

    @classmethod
    def of(cls, settings: Settings, key: EncryptionKey | None) -> Self:
        """As the stack's settings want it."""
        return cls(queue_name=settings.dead_letters_name, key=key)


class DeadLetters(pulumi.ComponentResource):
    """An SQS queue that nobody empties but the people who are told of it.

    Exposes `queue_name`, `url` and `arn`, and what a function is allowed: `allow_send`.
    """

    def __init__(self, name: str, args: DeadLettersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:functions:DeadLetters", name, None, opts)
        queue = aws.sqs.Queue(
            f"{name}-queue",
            name=args.queue_name,
            message_retention_seconds=_KEPT_SECONDS,
            kms_master_key_id=args.key.arn if args.key else None,
            # Always said, but where there is a key: SQS takes one of the two at a time.
            sqs_managed_sse_enabled=None if args.key else True,
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.queue_name: pulumi.Output[str] = queue.name
        self.url: pulumi.Output[str] = queue.url
        self.arn: pulumi.Output[str] = queue.arn
        self.register_outputs({"url": self.url})

    def allow_send(self) -> Allow:
        """Lets a function add to them, and neither read nor remove any."""
        return Allow(["sqs:SendMessage"], [self.arn])
