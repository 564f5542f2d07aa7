"""IAM policy documents."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi

VERSION = "2012-10-17"


@dataclass(frozen=True)
class Allow:
    """A statement of an identity policy: actions that are allowed on resources."""

    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    condition: Mapping[str, Any] = field(default_factory=dict)

    def to_statement(self) -> dict[str, Any]:
        """The statement in IAM's policy grammar."""
        condition = {"Condition": dict(self.condition)} if self.condition else {}
        allowed = {"Action": list(self.actions), "Resource": list(self.resources)}
        return {"Effect": "Allow", **allowed, **condition}


def build_identity_policy(*statements: Allow) -> pulumi.Output[str]:
    """An identity policy as JSON."""
    return _dump(*(statement.to_statement() for statement in statements))


def build_service_trust(service: str, source_arn: pulumi.Input[str] | None = None) -> pulumi.Output[str]:
    """A trust policy that lets an AWS service assume the role.

    Args:
        service: such as `lambda.amazonaws.com`.
        source_arn: the only resource for which it may; None for any.
    """
    condition = {"Condition": {"ArnEquals": {"aws:SourceArn": source_arn}}} if source_arn else {}
    trusted = {"Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return _dump({"Effect": "Allow", **trusted, **condition})


def build_identity_pool_trust(identity_pool_id: pulumi.Input[str]) -> pulumi.Output[str]:
    """A trust policy that lets signed-in users of one identity pool assume the role."""
    provider = "cognito-identity.amazonaws.com"
    return _dump(
        {
            "Effect": "Allow",
            "Principal": {"Federated": provider},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {f"{provider}:aud": identity_pool_id},
                "ForAnyValue:StringLike": {f"{provider}:amr": "authenticated"},
            },
        }
    )


def build_callers_policy(blocks: Sequence[str], execution_arn: pulumi.Input[str]) -> pulumi.Output[str]:
    """A resource policy that lets these CIDR blocks call an API, or any address where there are none."""
    condition = {"Condition": {"IpAddress": {"aws:SourceIp": list(blocks)}}} if blocks else {}
    allowed = {"Action": "execute-api:Invoke", "Resource": pulumi.Output.concat(execution_arn, "/*")}
    return _dump({"Effect": "Allow", "Principal": "*", **allowed, **condition})


def build_document(statements: Sequence[Mapping[str, Any]]) -> str:
    """A policy as JSON, of statements without outputs."""
    return json.dumps({"Version": VERSION, "Statement": statements}, sort_keys=True)


def _dump(*statements: dict[str, Any]) -> pulumi.Output[str]:
    return pulumi.Output.json_dumps({"Version": VERSION, "Statement": statements}, sort_keys=True)
