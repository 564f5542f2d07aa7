"""A key of the stack's own, for those who must hold the key to their data."""

from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

from components.settings import Settings
from components.specs.key_policy import build_key_policy

_DELETION_DAYS = 30
"""The longest that KMS waits before a deleted key is gone, and the data under it with it."""


@dataclass(frozen=True, kw_only=True)
class EncryptionKeyArgs:
    """What a stack decides about its key."""

    prefix: str
    region: str

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """As the stack's settings want it."""
        return cls(prefix=settings.prefix, region=settings.region)


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key that is renewed every year, its policy, and an alias.

    The policy says who may use the key, and lets them do so only through the service that holds the
    data: no role needs a permission for it. Key and policy outlive the stack's use of them. Logs that
    were written, and backups of the tables, stay readable by this key alone; it may go once they are gone.

    Exposes `arn`.
    """

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:encryption:EncryptionKey", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the records, the client secret, the logs and the alarms of {args.prefix}.",
            enable_key_rotation=True,
            deletion_window_in_days=_DELETION_DAYS,
            opts=kept,
        )
        policy = aws.kms.KeyPolicy(
            f"{name}-policy",
            key_id=key.id,
            policy=build_key_policy(key.arn, args.prefix, args.region),
            opts=kept,
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{args.prefix}", target_key_id=key.id, opts=child)
        # Whoever uses the key waits for its policy.
        self.arn: pulumi.Output[str] = pulumi.Output.all(key.arn, policy.id).apply(lambda known: known[0])
        self.register_outputs({"arn": self.arn})
