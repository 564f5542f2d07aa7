"""Why a command could not be done, in words for whoever ran it."""

from typing import Final

from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, PartialCredentialsError

_SIGN_IN: Final = "Sign in first, such as with: aws sso login"
_EXPIRED: Final = {"ExpiredToken", "ExpiredTokenException", "RequestExpired"}


class OpsError(Exception):
    """A command cannot be done; the text says why, and what to do about it."""


FAILURES: Final = (OpsError, BotoCoreError, ClientError)
"""What may end a command: all that `describe` has words for."""


def describe(error: Exception) -> str:
    """The problem and its remedy, for one of `FAILURES`."""
    match error:
        case NoCredentialsError() | PartialCredentialsError():
            return f"This machine has no AWS credentials. {_SIGN_IN}"
        case ClientError():
            said = error.response["Error"]
            if said.get("Code") in _EXPIRED:
                return f"The AWS credentials of this machine have expired. {_SIGN_IN}"
            return f"AWS refused {error.operation_name}: {said.get('Code')}: {said.get('Message')}"
        case BotoCoreError():
            return f"AWS cannot be asked: {error}"
    return str(error)
