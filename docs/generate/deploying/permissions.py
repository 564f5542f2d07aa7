"""What Pulumi's AWS provider calls for a resource of one type."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

NAMES: Final = "file-sla-*"
"""What the names of every stack begin with: the project, and a hyphen (components/settings.py)."""

ANY_RESOURCE: Final[Mapping[str, str]] = {
    **dict.fromkeys(
        (
            "acm:RequestCertificate",
            "backup-storage:MountCapsule",
            "cognito-identity:CreateIdentityPool",
            "cognito-identity:SetIdentityPoolRoles",
            "cognito-idp:CreateUserPool",
            "kms:CreateKey",
            "kms:ListAliases",
            "lambda:CreateEventSourceMapping",
            "logs:DescribeLogGroups",
            "sns:GetSubscriptionAttributes",
            "sns:SetSubscriptionAttributes",
            "sns:Unsubscribe",
        ),
        "knows no resource",
    ),
    "cloudwatch:DescribeAlarms": "narrowed to alarms by name, it hides the composite ones",
}
"""The actions that have to be allowed on any resource, each with its reason."""


@dataclass(frozen=True, kw_only=True)
class Grant:
    """Actions on resources, and the condition under which."""

    actions: Sequence[str]
    resources: Sequence[str]
    condition: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Permissions:
    """The calls for one type, each as `service:Action` of the service authorization reference."""

    on: Sequence[str]
    """The resources, as narrow as their names or ids allow."""
    kept: Sequence[str] = ()
    """Further ones that a stack makes, and leaves where they are when it goes."""
    read: Sequence[str] = ()
    """For `pulumi refresh`, and after each change; what tells no secret."""
    read_secret: Sequence[str] = ()
    """The same, where the answer holds a secret: no preview of a pull request may."""
    create: Sequence[str] = ()
    update: Sequence[str] = ()
    delete: Sequence[str] = ()
    """Nothing for a type that a stack leaves behind."""
    tag: Sequence[str] = ()
    also: Sequence[Grant] = ()
    """What is done to other resources on behalf of it, and roles that it is given."""

    def list_reads(self) -> Iterator[Grant]:
        """What looks, and tells no secret."""
        yield from _grants(self.read, [*self.on, *self.kept])

    def list_writes(self) -> Iterator[Grant]:
        """What changes something, or tells a secret."""
        for actions in (self.read_secret, self.create, self.update, self.tag):
            yield from _grants(actions, [*self.on, *self.kept])
        yield from _grants(self.delete, self.on)
        yield from self.also


def pass_role(service: str, role: str = NAMES) -> Grant:
    """Lets roles of this name be given to one service and to no other."""
    return Grant(
        actions=["iam:PassRole"],
        resources=[f"arn:aws:iam::*:role/{role}"],
        condition={"StringEquals": {"iam:PassedToService": service}},
    )


def service_linked_role(service: str) -> Grant:
    """Lets a service make the role that it brings along, the first time that an account uses it."""
    return Grant(
        actions=["iam:CreateServiceLinkedRole"],
        resources=[f"arn:aws:iam::*:role/aws-service-role/{service}/*"],
        condition={"StringEquals": {"iam:AWSServiceName": service}},
    )


def _grants(actions: Sequence[str], resources: Sequence[str]) -> Iterator[Grant]:
    for action in actions:
        yield Grant(actions=[action], resources=["*"] if action in ANY_RESOURCE else resources)
