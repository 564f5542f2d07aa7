"""Why a message was not delivered.

No address of a webhook and none of a mail is in their texts: these are stored, logged and shown.
"""

from datetime import timedelta


class DeliveryError(Exception):
    """It failed this time, and may go through later.

    Args:
        problem: what went wrong.
        retry_after: how long the service asked to be left alone; None where it did not say.
        in_doubt: whether it may have gone through nevertheless: it was sent, and no answer came.
    """

    def __init__(self, problem: str, retry_after: timedelta | None = None, *, in_doubt: bool = False) -> None:
        super().__init__(problem)
        self.problem = problem
        self.retry_after = retry_after
        self.in_doubt = in_doubt


class ChannelError(Exception):
    """It fails until somebody mends the channel.

    Args:
        problem: what is wrong, and how to mend it.
    """

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem
