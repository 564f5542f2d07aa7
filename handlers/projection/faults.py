"""Which faults pass by themselves, and which are of the sender that is being worked on."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from handlers.projection.sender_store import ConflictError
from handlers.web.aws_faults import list_cancellations, read_code

_LASTING: Final = frozenset(
    {"ItemCollectionSizeLimitExceededException", "ValidationError", "ValidationException"}
)
"""What DynamoDB says of a request that it will never take, and of such a part of a transaction."""


def may_pass(error: Exception) -> bool:
    """Whether the same work may well be done another time: a service failed, or another was first."""
    if not isinstance(error, ClientError):
        return isinstance(error, (BotoCoreError, ConflictError))
    return not {read_code(error), *list_cancellations(error)} & _LASTING
