"""A KMS key of the stack's own, for those who must hold the key to their data."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components.policies import build_document
from components.settings import Settings

_DELETION_DAYS: Final = 30
"""The longest that KMS waits before a deleted key is gone, and with it the data that it encrypts."""
_USE: Final = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")


@dataclass(frozen=True)
class Base:
    """What most components work with."""

    settings: Settings
    key: pulumi.Output[str] | None
    """ARN of the stack's own key; None where AWS's own keys encrypt."""


class EncryptionKey(pulumi.ComponentResource):
    """A KMS key that is rotated every year, its policy, and an alias.

    The policy says who may use the key, and only through the service that holds the data: no role needs a
    permission for it. Key and policy stay when the stack no longer uses them. Logs that were written, and
    backups of the tables, can be read with this key alone; delete it once they are gone.

    Exposes `arn`.
    """

    def __init__(self, name: str, settings: Settings, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("file-sla:encryption:EncryptionKey", name, None, opts)
        prefix, region = settings.prefix, settings.region
        kept = pulumi.ResourceOptions(parent=self, retain_on_delete=True)
        key = aws.kms.Key(
            f"{name}-key",
            description=f"Encrypts the records, the client secret, the logs and the alarms of {prefix}.",
            enable_key_rotation=True,
            deletion_window_in_days=_DELETION_DAYS,
            opts=kept,
        )
        policy = aws.kms.KeyPolicy(
            f"{name}-policy",
            key_id=key.id,
            policy=key.arn.apply(lambda arn: _build_policy(arn.split(":")[4], prefix, region)),
            opts=kept,
        )
        aws.kms.Alias(
            f"{name}-alias",
            name=f"alias/{prefix}",
            target_key_id=key.id,
            opts=pulumi.ResourceOptions(parent=self),
        )
        # Whoever uses the key waits for its policy.
        self.arn: pulumi.Output[str] = pulumi.Output.all(key.arn, policy.id).apply(lambda known: known[0])
        self.register_outputs({"arn": self.arn})


def _build_policy(account: str, prefix: str, region: str) -> str:
    """Who may use the key. It stays with the key whatever becomes of the roles, as in AWS's managed keys."""

    def allow(
        sid: str, principal: dict[str, str], actions: Sequence[str], condition: dict[str, Any]
    ) -> dict[str, Any]:
        allowed = {"Sid": sid, "Effect": "Allow", "Principal": principal, "Action": list(actions)}
        return {**allowed, "Resource": "*", "Condition": condition}

    def through(service: str, *actions: str) -> dict[str, Any]:
        """Whoever of the account may use the service may use the key through it, and in no other way."""
        via = {"kms:CallerAccount": account, "kms:ViaService": f"{service}.{region}.amazonaws.com"}
        return allow(f"Through{service.capitalize()}", {"AWS": "*"}, actions, {"StringEquals": via})

    of_logs = [
        f"arn:aws:logs:{region}:{account}:log-group:/aws/{kind}/{prefix}*"
        for kind in ("lambda", "apigateway")
    ]
    of_account = {"AWS": f"arn:aws:iam::{account}:root"}
    administration = {"Sid": "Administration", "Effect": "Allow", "Principal": of_account}
    return build_document(
        [
            {**administration, "Action": "kms:*", "Resource": "*"},
            through("dynamodb", "kms:CreateGrant", *_USE),
            through("secretsmanager", *_USE),
            through("sqs", *_USE),
            through("sns", "kms:Decrypt", "kms:GenerateDataKey*"),
            allow(
                "Logs",
                {"Service": f"logs.{region}.amazonaws.com"},
                _USE,
                {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": of_logs}},
            ),
            # An alarm publishes as CloudWatch, which cannot use AWS's own key of SNS.
            allow(
                "Alarms",
                {"Service": "cloudwatch.amazonaws.com"},
                ("kms:Decrypt", "kms:GenerateDataKey*"),
                {"StringEquals": {"aws:SourceAccount": account}},
            ),
        ]
    )
