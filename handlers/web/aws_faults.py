"""What the failures of AWS services behind us mean."""

from typing import Final

from botocore.exceptions import ClientError

_THROTTLING: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)
_OVERTAKEN: Final = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})


def is_throttling(error: Exception) -> bool:
    """Whether a service asks to slow down."""
    return read_code(error) in _THROTTLING


def is_overtaken(error: Exception) -> bool:
    """Whether another write of the same item came first, or is under way."""
    return read_code(error) in _OVERTAKEN


def list_cancellations(error: Exception) -> set[str]:
    """The codes of what kept a transaction from being done; none where it was something else."""
    reasons = error.response.get("CancellationReasons", ()) if isinstance(error, ClientError) else ()
    return {str(reason["Code"]) for reason in reasons if reason.get("Code")}


def read_code(error: Exception) -> str:
    """AWS's code of a failure; empty where it has none."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""
