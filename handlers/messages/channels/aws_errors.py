"""What an error of an AWS service means: wait and send again, or have somebody mend the channel."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from botocore.exceptions import BotoCoreError, ClientError

from handlers.messages.channels.errors import ChannelError, DeliveryError


@contextmanager
def telling(service: str, fatal: Collection[str], remedy: str) -> Iterator[None]:
    """Raises what an error of the service means.

    The service's own text is left out: SES names addresses in it.

    Args:
        service: what errors call it.
        fatal: codes of errors that no retry mends.
        remedy: what to look at then.

    Raises:
        DeliveryError: it may go through later.
        ChannelError: it fails until somebody mends the channel.
    """
    error: DeliveryError | ChannelError
    try:
        yield
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "unknown")
        said = f"{service} refused it ({code})"
        error = ChannelError(f"{said}: {remedy}") if code in fatal else DeliveryError(said)
    except BotoCoreError as failure:
        error = DeliveryError(f"{service} could not be reached ({type(failure).__name__})")
    else:
        return
    raise error
