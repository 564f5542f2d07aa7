"""Signing in to the Cognito user pool through its confidential app client, whose secret may be rotated."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, TypeVar

from botocore.exceptions import ClientError

from contract.answers import FieldProblem, SignedIn
from contract.names import Challenge
from contract.sign_in import compute_secret_hash, is_secret_refused
from handlers.runtime import logger
from handlers.web.errors import ChallengePendingError, InvalidBodyError, SignInFailedError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_cognito_idp.literals import AuthFlowTypeType
    from mypy_boto3_cognito_idp.type_defs import (
        AdminInitiateAuthResponseTypeDef,
        AuthenticationResultTypeTypeDef,
    )


IDLE_SECONDS: Final = 10.0
"""How long the secret is not read again after a reading that brought nothing new."""


class Doubt(Enum):
    """Why Cognito may have refused the hash."""

    SECRET = auto()
    """It can only be the secret."""
    SECRET_OR_NAME = auto()
    """A caller can cause it, with another user's name beside a refresh token."""


class ClientSecret:
    """The app client's secret: read once, and again only if Cognito refuses it, after a rotation.

    A wrong password is no reason to read it. A caller who has the hash refused on purpose causes one read in
    `IDLE_SECONDS`, and does not keep anyone else from reading.
    """

    def __init__(self, read: Callable[[], str], clock: Callable[[], float] = time.monotonic) -> None:
        self._read = read
        self._clock = clock
        self._value: str | None = None
        self._idle_until: dict[Doubt, float] = {}

    def get(self) -> str:
        """The secret."""
        if self._value is None:
            self._value = self._read()
        return self._value

    def renew(self, doubt: Doubt) -> str | None:
        """The secret that has replaced the refused one; None if it is still the same."""
        if self._clock() < self._idle_until.get(doubt, 0.0):
            return None
        refused, self._value = self._value, self._read()
        if self._value != refused:
            return self._value
        self._idle_until[doubt] = self._clock() + IDLE_SECONDS
        return None


_Answer = TypeVar("_Answer")

_REFUSED: Final = {
    "InvalidParameterException", "NotAuthorizedException", "UserNotConfirmedException",
    "UserNotFoundException",
}  # fmt: skip
_THROTTLING: Final = {"LimitExceededException", "TooManyRequestsException", "ThrottlingException"}
_WRONG_CODE: Final = _REFUSED | {
    "CodeMismatchException", "ExpiredCodeException", "TooManyFailedAttemptsException",
}  # fmt: skip


@dataclass(frozen=True)
class UserPool:
    """The user pool, as the sign-in route sees it."""

    client: "CognitoIdentityProviderClient"
    pool_id: str
    client_id: str
    secret: ClientSecret

    def sign_in(self, username: str, password: str, new_password: str | None = None) -> SignedIn:
        """Signs a user in, and sets the user's own first password if that is pending.

        Raises:
            SignInFailedError: no such user, or a wrong password.
            ChallengePendingError: the pool requires something that was not sent.
            InvalidBodyError: `new_password` breaks the password policy, or no change is pending.
            ThrottledError: Cognito is over its rate.
        """
        try:
            answer = self._initiate(username, "ADMIN_USER_PASSWORD_AUTH", PASSWORD=password)
        except ClientError as error:
            raise self._refusal(error) from error
        challenge = answer.get("ChallengeName")
        if challenge == Challenge.NEW_PASSWORD_REQUIRED and new_password is not None:
            return self._set_first_password(username, new_password, answer["Session"])
        if challenge is not None:
            problem = "This user has a sign-in step that this API does not offer."
            if challenge == Challenge.NEW_PASSWORD_REQUIRED:
                problem = "The password must be changed first: send it again together with new_password."
            raise ChallengePendingError(challenge, problem)
        if new_password is not None:
            hint = "leave it out; to change it, recover the account"
            raise InvalidBodyError([FieldProblem("new_password", "is not asked for", hint)])
        return _answer(answer["AuthenticationResult"])

    def refresh(self, username: str, refresh_token: str) -> SignedIn:
        """New tokens for a refresh token, which stays valid and is handed back.

        Raises:
            SignInFailedError: the refresh token is unknown, revoked, expired or another user's.
            ThrottledError: Cognito is over its rate.
        """
        try:
            answer = self._initiate(
                username, "REFRESH_TOKEN_AUTH", Doubt.SECRET_OR_NAME, REFRESH_TOKEN=refresh_token
            )
        except ClientError as error:
            if is_secret_refused(error.response):
                raise SignInFailedError from error
            raise self._refusal(error) from error
        return _answer(answer["AuthenticationResult"], refresh_token)

    def start_recovery(self, username: str) -> None:
        """Has Cognito mail a recovery code, if it can. The caller cannot see whether it could.

        Raises:
            ThrottledError: the account is over its rate, which reveals nothing about the user.
        """
        try:
            self._call(
                username,
                lambda secret_hash: self.client.forgot_password(
                    ClientId=self.client_id, SecretHash=secret_hash, Username=username
                ),
            )
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "TooManyRequestsException":
                raise ThrottledError from error
            # A different answer would reveal who exists. Our own faults go to the log.
            logger.warning("recovery not started", extra={"error": code})

    def end_recovery(self, username: str, code: str, new_password: str) -> None:
        """Sets a new password with a recovery code.

        Raises:
            InvalidBodyError: the code is wrong or expired, or the password breaks the policy.
            ThrottledError: Cognito is over its rate.
        """
        try:
            self._call(
                username,
                lambda secret_hash: self.client.confirm_forgot_password(
                    ClientId=self.client_id,
                    SecretHash=secret_hash,
                    Username=username,
                    ConfirmationCode=code,
                    Password=new_password,
                ),
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _WRONG_CODE and not is_secret_refused(error.response):
                raise InvalidBodyError(
                    [FieldProblem("code", "is wrong or has expired", "ask for a new code and try again")]
                ) from error
            raise self._refusal(error) from error

    def _set_first_password(self, username: str, new_password: str, session: str) -> SignedIn:
        given = {"USERNAME": username, "NEW_PASSWORD": new_password}
        try:
            answer = self._call(
                username,
                lambda secret_hash: self.client.admin_respond_to_auth_challenge(
                    UserPoolId=self.pool_id,
                    ClientId=self.client_id,
                    ChallengeName=Challenge.NEW_PASSWORD_REQUIRED.value,
                    Session=session,
                    ChallengeResponses={**given, "SECRET_HASH": secret_hash},
                ),
            )
        except ClientError as error:
            raise self._refusal(error) from error
        return _answer(answer["AuthenticationResult"])

    def _initiate(
        self, username: str, flow: "AuthFlowTypeType", doubt: Doubt = Doubt.SECRET, **given: str
    ) -> "AdminInitiateAuthResponseTypeDef":
        return self._call(
            username,
            lambda secret_hash: self.client.admin_initiate_auth(
                UserPoolId=self.pool_id,
                ClientId=self.client_id,
                AuthFlow=flow,
                AuthParameters={"USERNAME": username, "SECRET_HASH": secret_hash, **given},
            ),
            doubt,
        )

    def _call(self, username: str, call: Callable[[str], _Answer], doubt: Doubt = Doubt.SECRET) -> _Answer:
        """Calls with the secret's hash; after a rotation once more, with the hash of the new secret."""
        try:
            return call(compute_secret_hash(username, self.client_id, self.secret.get()))
        except ClientError as error:
            if not is_secret_refused(error.response):
                raise
            renewed = self.secret.renew(doubt)
            if renewed is None:
                raise
        logger.info("client secret renewed")
        return call(compute_secret_hash(username, self.client_id, renewed))

    @staticmethod
    def _refusal(error: ClientError) -> Exception:
        """The domain's exception for the error's code; the error itself, our fault, if there is none."""
        code = error.response["Error"]["Code"]
        if code in _REFUSED and not is_secret_refused(error.response):
            return SignInFailedError()
        if code in _THROTTLING:
            return ThrottledError()
        if code == "PasswordResetRequiredException":
            return ChallengePendingError(
                Challenge.PASSWORD_RESET_REQUIRED,
                "An administrator has reset this password: recover the account.",
            )
        if code == "InvalidPasswordException":
            # Cognito's message names the rule that is broken, never the password.
            rule = error.response["Error"]["Message"].removeprefix("Password did not conform with policy: ")
            return InvalidBodyError([FieldProblem("new_password", "breaks the password policy", rule)])
        return error


def _answer(result: "AuthenticationResultTypeTypeDef", refresh_token: str = "") -> SignedIn:
    return SignedIn(
        message="Signed in.",
        token=result["IdToken"],
        token_type="Bearer",
        expires_in=result["ExpiresIn"],
        # A refresh answers without a refresh token: the one used stays valid.
        refresh_token=result.get("RefreshToken", refresh_token),
    )
