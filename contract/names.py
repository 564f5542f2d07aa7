"""Names of the service that fit under no other heading."""

from enum import StrEnum, unique
from typing import Final

SERVICE: Final = "file-sla"
STAGE: Final = "v1"
"""The one stage of the REST API."""
PROJECTION: Final = "incident-projection"
"""The function that keeps senders and incidents, as its module in `handlers`, with hyphens."""
MESSAGES: Final = "incident-messages"
"""The function that tells owners of their incidents, as its module in `handlers`, with hyphens."""
SWEEP: Final = {"sweep": True}
"""What the schedule invokes it with."""
MADE_ANEW: Final = frozenset({"owners-webhooks", "owners-webhooks-value"})
"""What the program calls secrets that hold what is in its configuration, and nothing else."""
ALARM_SEPARATOR: Final = "/"
"""Between the stack's prefix and the alarm: no prefix has one, so those of `prod` are not `prod-eu`'s."""


@unique
class Group(StrEnum):
    """Groups of the user pool; membership travels in the `cognito:groups` claim."""

    REPORTERS = "sla-reporters"
    ANALYSTS = "sla-analysts"


@unique
class TokenUse(StrEnum):
    """What a Cognito token says it is for, in its `token_use` claim."""

    ID = "id"
    ACCESS = "access"


@unique
class Challenge(StrEnum):
    """What the user pool wants before it lets a user in whose password was right."""

    NEW_PASSWORD_REQUIRED = "NEW_PASSWORD_REQUIRED"
    PASSWORD_RESET_REQUIRED = "PASSWORD_RESET_REQUIRED"
