"""Who may use the stack's own KMS key, written into the key itself.

So the rights stay with the key for as long as anything is encrypted with it, whatever becomes of the
roles. AWS's managed keys are given away in the same manner.
"""

from typing import Any

import pulumi

from components.specs.policy import build_document

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
