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


def is_throttling(error: Exception) -> bool:
    """Whether a service asks to slow down."""
    return read_code(error) in _THROTTLING


def read_code(error: Exception) -> str:
    """AWS's code of a failure; empty where it has none."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""
