"""What can go wrong, in the domain's words, and the HTTP status each failure answers with."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar

MAX_LISTED_PROBLEMS = 50


@dataclass(frozen=True)
class FieldProblem:
    """One thing wrong with a body: where, what, and how to mend it."""

    field: str
    problem: str
    hint: str


class ServiceError(Exception):
    """A failure the caller is told about. Subclasses set the status and the default message.

    `reason` names the failure in metrics, so it stays one of a few fixed words.
    """

    status: ClassVar[int]
    reason: ClassVar[str]
    message: str = "The request failed."

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message

    def body(self) -> dict[str, Any]:
        """The JSON body, which always has a `message`."""
        return {"message": self.message}

    def headers(self) -> dict[str, str]:
        """Headers beside those every answer carries."""
        return {}


class InvalidBody(ServiceError):
    """The body breaks the contract; the problems found are listed, up to a limit."""

    status = 400
    reason = "invalid_body"

    def __init__(self, problems: Sequence[FieldProblem]) -> None:
        count = str(len(problems))
        if len(problems) > MAX_LISTED_PROBLEMS:
            count = f"more than {MAX_LISTED_PROBLEMS}"
        noun = "problem" if len(problems) == 1 else "problems"
        super().__init__(f"The request body has {count} {noun} and was refused as a whole.")
        self.problems = tuple(problems[:MAX_LISTED_PROBLEMS])

    def body(self) -> dict[str, Any]:
        """The message and the listed problems."""
        return {"message": self.message, "errors": [asdict(problem) for problem in self.problems]}


class SignInFailed(ServiceError):
    """Wrong user or password: the answer never tells which."""

    status = 401
    reason = "bad_credentials"
    message = "The user name or password is wrong."


class InvalidToken(ServiceError):
    """The token is no ID token of this user pool."""

    status = 401
    reason = "bad_token"
    message = "A valid ID token is required. Get one from the auth route."


class NotInGroup(ServiceError):
    """A valid token whose user may not do this."""

    status = 403
    reason = "not_in_group"

    def __init__(self, group: str) -> None:
        super().__init__(f"This user is not in the group {group}. Ask an administrator to add it.")


class ChallengePending(ServiceError):
    """The password was right, but the user pool wants something more first."""

    status = 403
    reason = "challenge"

    def __init__(self, challenge: str, message: str) -> None:
        super().__init__(message)
        self.challenge = challenge

    def body(self) -> dict[str, Any]:
        """The message and the challenge's name."""
        return {"message": self.message, "challenge": self.challenge}


class TooLarge(ServiceError):
    """The request is over a limit; `remedy` says how to keep within it."""

    status = 413
    reason = "too_large"

    def __init__(self, count: int, limit: int, unit: str, remedy: str) -> None:
        super().__init__(f"The request has {count:,} {unit}; the limit is {limit:,}. {remedy}")


class Throttled(ServiceError):
    """An AWS service behind us asks to slow down."""

    status = 429
    reason = "throttled"
    message = "Too many requests. Wait a moment and send the same request again."

    def headers(self) -> dict[str, str]:
        """How many seconds to wait."""
        return {"Retry-After": "5"}


class NotStored(ServiceError):
    """Some or all of a report is not in the table; sending it again makes it whole."""

    status = 500
    reason = "not_stored"
    message = (
        "The report was not stored completely. "
        "Send it again with the same Idempotency-Key header; nothing will be stored twice."
    )
