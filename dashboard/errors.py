"""What can go wrong between an analyst and the data, in words that can be shown as they are.

No message ever holds a password, a token or a secret.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from store.dynamodb import error_code, is_throttling


class DashboardError(Exception):
    """A failure that the analyst sees; its text is the message shown."""

    message = "Something went wrong."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)


class WrongCredentialsError(DashboardError):
    """The sign-in service does not know this combination of user and password."""

    message = "The user name or password is wrong."


class PasswordChangeRequiredError(DashboardError):
    """The password was right, and has to be replaced by one of the user's own first."""

    message = "Choose a password of your own to finish signing in."


class InvalidInputError(DashboardError):
    """The service refused what was typed; `problems` says why, one sentence each."""

    def __init__(self, message: str, problems: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.problems = tuple(problems)


class TooManyRequestsError(DashboardError):
    """The service asks to slow down."""

    message = "Too many attempts. Wait a moment and try again."


class ChangedMeanwhileError(DashboardError):
    """What was to be changed is no longer as it was when it was shown."""

    message = "Somebody changed it after you looked. Nothing was done."


class UnreachableError(DashboardError):
    """No answer: the network, or the service itself, is down."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} cannot be reached. Check the network, then try again.")


class ServiceFaultError(DashboardError):
    """The service answered with a fault of its own; `request_id` finds it in the service's log."""

    def __init__(self, what: str, request_id: str | None = None) -> None:
        reference = f" Tell the service's owner this request id: {request_id}" if request_id else ""
        super().__init__(f"{what} failed. Try again in a moment.{reference}")


class NotAnAnalystError(DashboardError):
    """Signed in, but not a member of the group that may read records."""

    def __init__(self, group: str) -> None:
        super().__init__(
            f"You are signed in, but not a member of {group}, so there is nothing to show. "
            "Ask an administrator to add you to that group, then sign in again."
        )


class SessionExpiredError(DashboardError):
    """The sign-in can no longer be renewed."""

    message = "Your session has ended. Sign in again to continue where you were."


class AccessDeniedError(DashboardError):
    """AWS refused a query that an analyst should be allowed to make."""

    message = (
        "AWS refused to show the records to you. Ask the service's owner to check the analyst role: "
        "it must allow dynamodb:Query on both indexes."
    )


_EXPIRED: Final = (
    "ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId", "InvalidParameterException",
    "NotAuthorizedException", "UnrecognizedClientException",
)  # fmt: skip
"""The token, or the credentials made from it: the analyst has to sign in again."""


@contextmanager
def translate_aws_errors(what: str, denied: str | None = None) -> Iterator[None]:
    """Turns the AWS client's errors into the dashboard's. The cause is left out: it would carry the request.

    Args:
        what: who is asked, as a sentence begins with it: `The table`.
        denied: what to say where AWS refuses; None for `AccessDeniedError`'s own words.

    Raises:
        AccessDeniedError, SessionExpiredError, TooManyRequestsError: AWS refuses, and why.
        UnreachableError: there is no answer.
        ServiceFaultError: AWS failed in another way; the message has its request id.
    """
    try:
        yield
    except ClientError as error:
        code = error_code(error)
        if code in ("AccessDenied", "AccessDeniedException"):
            raise AccessDeniedError(denied) from None
        if code in _EXPIRED:
            raise SessionExpiredError from None
        if is_throttling(error):
            raise TooManyRequestsError from None
        raise ServiceFaultError(what, error.response.get("ResponseMetadata", {}).get("RequestId")) from None
    except BotoCoreError:
        raise UnreachableError(what) from None
