"""Doing again what others came first with."""

import random
import time
from collections.abc import Callable
from typing import Final, TypeVar

from botocore.exceptions import ClientError

from handlers.projection.store_dynamodb import ConflictError, is_throttling
from handlers.web.errors import ThrottledError

ATTEMPTS: Final = 10
"""With twenty people who act on one incident in the same second, nobody needs more."""
_FIRST_BACKOFF_SECONDS: Final = 0.05
_MAX_BACKOFF_SECONDS: Final = 1.0

Answer = TypeVar("Answer")


def do_again(attempt: Callable[[], Answer], sleep: Callable[[float], None] = time.sleep) -> Answer:
    """What an attempt gives that no one else came in between.

    Args:
        attempt: reads anew, decides and writes; raises `ConflictError` where others wrote in between.
        sleep: waits the given seconds; tests pass their own.

    Raises:
        ThrottledError: others went on writing, or DynamoDB asks to slow down.
    """
    for number in range(ATTEMPTS):
        try:
            return attempt()
        except ConflictError:
            # Full jitter: those who met once must not meet again.
            ceiling = min(_MAX_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2**number)
            sleep(random.uniform(0, ceiling))  # noqa: S311
        except ClientError as error:
            if is_throttling(error):
                raise ThrottledError from error
            raise
    raise ThrottledError("Others are changing the same thing. Wait a moment and send the same request again.")
