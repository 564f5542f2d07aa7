"""A key of the stack's own, for those who must hold the key to their data."""

from dataclasses import dataclass
from typing import Self

import pulumi
import pulumi_aws as aws

from components.settings import Settings
from components.specs.policy import Allow

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
    """A KMS key that is renewed every year, with an alias.

    Its policy is KMS's default: the account's IAM policies say who may use it. Exposes `arn`.
    """

    def __init__(
        self, name: str, args: EncryptionKeyArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:encryption:EncryptionKey", name, None, opts)
        self._region = args.region
        child = pulumi.ResourceOptions(parent=self)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the records and the client secret of {args.prefix}.",
            enable_key_rotation=True,
            deletion_window_in_days=_DELETION_DAYS,
            opts=child,
        )
        aws.kms.Alias(f"{name}-alias", name=f"alias/{args.prefix}", target_key_id=key.id, opts=child)
        self.arn: pulumi.Output[str] = key.arn
        self.register_outputs({"arn": self.arn})

    def allow_table_use(self) -> Allow:
        """Lets a principal read and write an encrypted table, and use the key for nothing else."""
        return self._allow_via(
            "dynamodb",
            "kms:CreateGrant", "kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*",
            "kms:ReEncrypt*",
        )  # fmt: skip

    def allow_secret_use(self) -> Allow:
        """Lets a principal read an encrypted secret, and use the key for nothing else."""
        return self._allow_via("secretsmanager", "kms:Decrypt")

    def _allow_via(self, service: str, *actions: str) -> Allow:
        via = {"StringEquals": {"kms:ViaService": f"{service}.{self._region}.amazonaws.com"}}
        return Allow(actions, [self.arn], via)
