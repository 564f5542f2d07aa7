"""What an error of an AWS service means: wait and send again, or have somebody mend the channel."""

from collections.abc import Callable, Collection

from botocore.exceptions import BotoCoreError, ClientError, ConnectionClosedError, ReadTimeoutError

from handlers.messages.channels.errors import ChannelError, DeliveryError


def send_by(service: str, request: Callable[[], object], fatal: Collection[str], remedy: str) -> None:
    """Makes a request, and raises what an error of the service means.

    The service's own text is left out, for SES names addresses in it; so is the error itself, which is why
    nothing is raised where it is at hand.

    Args:
        service: what errors call it.
        request: makes the request.
        fatal: codes of errors that no retry mends.
        remedy: what to look at then.

    Raises:
        DeliveryError: it may go through later.
        ChannelError: it fails until somebody mends the channel.
    """
    error: DeliveryError | ChannelError
    try:
        request()
    except ClientError as failure:
        code = failure.response.get("Error", {}).get("Code", "unknown")
        said = f"{service} refused it ({code})"
        error = ChannelError(f"{said}: {remedy}") if code in fatal else DeliveryError(said)
    except BotoCoreError as failure:
        in_doubt = isinstance(failure, (ReadTimeoutError, ConnectionClosedError))
        error = DeliveryError(f"{service} could not be reached ({type(failure).__name__})", in_doubt=in_doubt)
    else:
        return
    raise error
