"""The one mapping of what AWS answers to what an analyst can be told."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from dashboard.errors import (
    AccessDeniedError,
    DashboardError,
    ServiceFaultError,
    SessionExpiredError,
    TooManyRequestsError,
    UnreachableError,
)

_BY_CODE: Final[Mapping[str, type[DashboardError]]] = {
    "AccessDenied": AccessDeniedError,
    "AccessDeniedException": AccessDeniedError,
    # The token or the credentials made from it: the analyst has to sign in again.
    "ExpiredToken": SessionExpiredError,
    "ExpiredTokenException": SessionExpiredError,
    "InvalidClientTokenId": SessionExpiredError,
    "InvalidParameterException": SessionExpiredError,
    "NotAuthorizedException": SessionExpiredError,
    "UnrecognizedClientException": SessionExpiredError,
    "ProvisionedThroughputExceededException": TooManyRequestsError,
    "Throttling": TooManyRequestsError,
    "ThrottlingException": TooManyRequestsError,
    "TooManyRequestsException": TooManyRequestsError,
}


@contextmanager
def translate_aws_errors(what: str, denied: str | None = None) -> Iterator[None]:
    """Turns the AWS client's errors into the dashboard's. The cause is left out: it would carry the request.

    Args:
        what: who is asked, as a sentence begins with it: `The table`.
        denied: what to tell where AWS refuses; None for `AccessDeniedError`'s own words.

    Raises:
        AccessDeniedError, SessionExpiredError, TooManyRequestsError: AWS refuses, and why.
        UnreachableError: there is no answer.
        ServiceFaultError: AWS failed in another way; the message has its request id.
    """
    try:
        yield
    except ClientError as error:
        failure = _BY_CODE.get(error.response["Error"]["Code"])
        if failure is AccessDeniedError:
            raise AccessDeniedError(denied) from None
        if failure is not None:
            raise failure from None
        request_id = error.response.get("ResponseMetadata", {}).get("RequestId")
        raise ServiceFaultError(what, request_id) from None
    except BotoCoreError:
        raise UnreachableError(what) from None
