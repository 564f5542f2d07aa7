"""A key of the stack's own, for those who must hold the key to their data."""

from dataclasses import dataclass
from typing import Any, Self

import pulumi
import pulumi_aws as aws

from components.policies import build_document
from components.settings import Settings

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


_USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


def build_key_policy(key_arn: pulumi.Input[str], prefix: str, region: str) -> pulumi.Output[str]:
    """The policy of a key that encrypts a stack's tables, secrets, dead letters, logs and topics.

    Args:
        key_arn: of the key itself, which tells the account.
        prefix: what the stack's names begin with.
        region: where the stack is.
    """
    return pulumi.Output.from_input(key_arn).apply(
        lambda arn: build_document(_build_statements(arn.split(":")[4], prefix, region))
    )


def _build_statements(account: str, prefix: str, region: str) -> list[dict[str, Any]]:
    def through(service: str, *actions: str) -> dict[str, Any]:
        """Whoever of the account may use the service may use the key by its means, and by no other."""
        return {
            "Sid": f"Through{service.capitalize()}",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": list(actions),
            "Resource": "*",
            "Condition": {
                "StringEquals": {
                    "kms:CallerAccount": account,
                    "kms:ViaService": f"{service}.{region}.amazonaws.com",
                }
            },
        }

    return [
        {
            "Sid": "Administration",
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "kms:*",
            "Resource": "*",
        },
        through("dynamodb", "kms:CreateGrant", *_USE),
        through("secretsmanager", *_USE),
        through("sqs", *_USE),
        through("sns", "kms:Decrypt", "kms:GenerateDataKey*"),
        {
            "Sid": "Logs",
            "Effect": "Allow",
            "Principal": {"Service": f"logs.{region}.amazonaws.com"},
            "Action": list(_USE),
            "Resource": "*",
            "Condition": {
                "ArnLike": {
                    "kms:EncryptionContext:aws:logs:arn": [
                        f"arn:aws:logs:{region}:{account}:log-group:/aws/{kind}/{prefix}*"
                        for kind in ("lambda", "apigateway")
                    ]
                }
            },
        },
        {
            # An alarm publishes as CloudWatch, which cannot use AWS's own key of SNS.
            "Sid": "Alarms",
            "Effect": "Allow",
            "Principal": {"Service": "cloudwatch.amazonaws.com"},
            "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:SourceAccount": account}},
        },
    ]
