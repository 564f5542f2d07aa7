"""What can go wrong, in the domain's words, and the HTTP status each failure answers with."""

from collections.abc import Sequence
from typing import ClassVar

from contract import answers
from contract.answers import Challenged, FieldProblem, Message, Problems
from contract.limits import MAX_LISTED_PROBLEMS
from contract.metrics import Reason
from contract.names import Challenge, Group


class ServiceError(Exception):
    """A failure the caller is told about. Subclasses set the status, the reason and the message."""

    status: ClassVar[int]
    reason: ClassVar[Reason]
    message: str = "The request failed."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message

    def body(self) -> Message:
        """The answer's body."""
        return Message(message=self.message)

    def headers(self) -> dict[str, str]:
        """Headers beside those every answer carries."""
        return {}


class InvalidBodyError(ServiceError):
    """The body breaks the contract; the problems found are listed, up to a limit.

    Of a 400 and a 500, PowerShell shows the status line alone; of a 422 it shows the body, and with
    it the remedy.
    """

    status = 422
    reason = Reason.INVALID_BODY

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        count = str(len(problems))
        if len(problems) > MAX_LISTED_PROBLEMS:
            count = f"more than {MAX_LISTED_PROBLEMS}"
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"The request body has {count} {noun} and was refused as a whole.")
        self.problems = tuple(problems[:MAX_LISTED_PROBLEMS])

    def body(self) -> Problems:
        """The message and the listed problems."""
        return Problems(message=self.message, errors=list(self.problems))


class SignInFailedError(ServiceError):
    """Wrong user or password: the answer never tells which."""

    status = 401
    reason = Reason.BAD_CREDENTIALS
    message = answers.SIGN_IN_FAILED


class InvalidTokenError(ServiceError):
    """The token is no ID token of this user pool."""

    status = 401
    reason = Reason.BAD_TOKEN
    message = answers.INVALID_TOKEN


class NotInGroupError(ServiceError):
    """A valid token whose user may not do this."""

    status = 403
    reason = Reason.NOT_IN_GROUP

    def __init__(self, group: Group) -> None:
        super().__init__(f"This user is not in the group {group}. Ask an administrator to add it.")


class ChallengePendingError(ServiceError):
    """The password was right, but the user pool wants something more first."""

    status = 403
    reason = Reason.CHALLENGE

    def __init__(self, challenge: Challenge | str, message: str) -> None:
        super().__init__(message)
        self.challenge = challenge

    def body(self) -> Challenged:
        """The message and the challenge's name."""
        return Challenged(message=self.message, challenge=self.challenge)


class TooLargeError(ServiceError):
    """The request is over a limit; `remedy` says how to keep within it."""

    status = 413
    reason = Reason.TOO_LARGE

    def __init__(self, count: int, limit: int, unit: str, remedy: str) -> None:
        super().__init__(f"The request has {count:,} {unit}; the limit is {limit:,}. {remedy}")


class ThrottledError(ServiceError):
    """An AWS service behind us asks to slow down."""

    status = 429
    reason = Reason.THROTTLED
    message = answers.THROTTLED

    def headers(self) -> dict[str, str]:
        """How many seconds to wait."""
        return {"Retry-After": "5"}


class TooManyReportsError(ThrottledError):
    """One account sends more reports than it may."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            f"This account has sent more than {limit:,} reports within a minute. Wait a minute. Look for a "
            "script that runs in a loop; servers that share an account need one each."
        )

    def headers(self) -> dict[str, str]:
        """How many seconds to wait."""
        return {"Retry-After": "60"}


class NotStoredError(ServiceError):
    """Some or all of a report is not in the table; sending it again makes it whole."""

    status = 500
    reason = Reason.NOT_STORED
    message = answers.NOT_STORED
