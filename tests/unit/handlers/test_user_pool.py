"""The client secret in a running function: read again where Cognito refuses it, and no more than needed."""

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.sign_in import compute_secret_hash
from handlers.user_pool import IDLE_SECONDS, ClientSecret, UserPool
from handlers.web.errors import SignInFailedError

CLIENT = "client"
TOKENS = {"AuthenticationResult": {"IdToken": "id", "RefreshToken": "refresh", "ExpiresIn": 3600}}
PASSWORD = "Right-horse-7"


class Cognito:
    """A pool with one user, `ana`. Its words for a wrong secret differ, as AWS's do."""

    def __init__(self) -> None:
        self.secret = "old"

    def admin_initiate_auth(self, *, AuthFlow: str, AuthParameters: dict[str, str], **_: Any) -> Any:  # noqa: N803
        if AuthFlow == "REFRESH_TOKEN_AUTH":
            self._check(
                "ana", AuthParameters["SECRET_HASH"], "SecretHash does not match for the client: client"
            )
            return TOKENS
        self._check(AuthParameters["USERNAME"], AuthParameters["SECRET_HASH"])
        if AuthParameters["PASSWORD"] != PASSWORD:
            raise _refusal("Incorrect username or password.")
        return TOKENS

    def forgot_password(self, *, Username: str, SecretHash: str, **_: Any) -> None:  # noqa: N803
        self._check(Username, SecretHash)

    def confirm_forgot_password(self, *, Username: str, SecretHash: str, **_: Any) -> None:  # noqa: N803
        self._check(Username, SecretHash)

    def _check(
        self, username: str, given: str, words: str = "Unable to verify secret hash for client client"
    ) -> None:
        if given != compute_secret_hash(username, CLIENT, self.secret):
            raise _refusal(words)


def _refusal(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "NotAuthorizedException", "Message": message}}, "Call")


class Kept:
    """The secret at Secrets Manager, the times it was read, and a clock."""

    def __init__(self) -> None:
        self.value, self.reads, self.now = "old", 0, 0.0

    def read(self) -> str:
        self.reads += 1
        return self.value

    def rotate(self, cognito: Cognito) -> None:
        self.value = cognito.secret = f"{self.value}-new"


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
def cognito() -> Cognito:
    return Cognito()


@pytest.fixture
def pool(kept: Kept, cognito: Any) -> UserPool:
    return UserPool(cognito, "pool", CLIENT, ClientSecret(kept.read, clock=lambda: kept.now))


def test_a_rotated_secret_is_read_once_and_then_kept(pool: UserPool, kept: Kept, cognito: Cognito) -> None:
    for _ in range(3):
        for _ in range(3):
            assert pool.sign_in("ana", PASSWORD).token == "id"
            assert pool.refresh("ana", "refresh").token == "id"
        kept.rotate(cognito)
    assert kept.reads == 3


@pytest.mark.parametrize(
    "go_on",
    [
        lambda pool: pool.refresh("ana", "refresh"),
        lambda pool: pool.start_recovery("ana"),
        lambda pool: pool.end_recovery("ana", "123456", PASSWORD),
    ],
)
def test_every_operation_goes_on_after_a_rotation(
    pool: UserPool, kept: Kept, cognito: Cognito, go_on: Callable[[UserPool], object]
) -> None:
    pool.sign_in("ana", PASSWORD)
    kept.rotate(cognito)
    go_on(pool)
    assert kept.reads == 2


def test_guessing_passwords_reads_nothing(pool: UserPool, kept: Kept) -> None:
    for _ in range(20):
        with pytest.raises(SignInFailedError):
            pool.sign_in("ana", "Wrong-horse-7")
    assert kept.reads == 1


def test_another_users_refresh_token_is_refused_and_costs_one_read_in_a_while(
    pool: UserPool, kept: Kept
) -> None:
    for _ in range(20):
        with pytest.raises(SignInFailedError):
            pool.refresh("ben", "refresh")
    assert kept.reads == 2
    kept.now += IDLE_SECONDS
    with pytest.raises(SignInFailedError):
        pool.refresh("ben", "refresh")
    assert kept.reads == 3


def test_who_plays_with_refresh_tokens_does_not_keep_others_from_signing_in(
    pool: UserPool, kept: Kept, cognito: Cognito
) -> None:
    with pytest.raises(SignInFailedError):
        pool.refresh("ben", "refresh")
    kept.rotate(cognito)
    assert pool.sign_in("ana", PASSWORD).token == "id"


def test_a_secret_that_is_wrong_for_good_is_our_fault_and_read_seldom(
    pool: UserPool, kept: Kept, cognito: Cognito
) -> None:
    cognito.secret = "another"
    for _ in range(20):
        with pytest.raises(ClientError, match="secret hash"):
            pool.sign_in("ana", PASSWORD)
    with pytest.raises(ClientError, match="secret hash"):
        pool.end_recovery("ana", "123456", PASSWORD)
    assert kept.reads == 2
