"""An analyst's credentials of AWS: from the identity pool, renewed in use, never the host's."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from dashboard.access.credentials import _FAILURE_SECONDS, IdentityPool, _SharedFailure
from dashboard.errors import SessionExpiredError, UnreachableError
from tests.dashboard.test_settings import SETTINGS

TOKEN = "header.secret.signature"


class FakeIdentity:
    """Gives numbered credentials that live as long as it is told."""

    def __init__(self, lifetime: timedelta = timedelta(hours=1)) -> None:
        self.lifetime = lifetime
        self.logins: list[dict[str, str]] = []
        self.failure: Exception | None = None

    def get_id(self, **request: Any) -> dict[str, str]:
        if self.failure:
            raise self.failure
        return {"IdentityId": f"id-of-{request['IdentityPoolId']}"}

    def get_credentials_for_identity(self, **request: Any) -> dict[str, Any]:
        self.logins.append(request["Logins"])
        return {
            "Credentials": {
                "AccessKeyId": f"key-{len(self.logins)}",
                "SecretKey": "secret",
                "SessionToken": "session",
                "Expiration": datetime.now(UTC) + self.lifetime,
            }
        }


def pool(identity: FakeIdentity) -> IdentityPool:
    identity_pool = IdentityPool(SETTINGS)
    identity_pool._identity = cast("Any", identity)
    return identity_pool


def key_of(session: Any) -> str:
    return str(session.get_credentials().get_frozen_credentials().access_key)


def test_the_token_is_exchanged_under_the_user_pools_name_and_the_hosts_credentials_are_not_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "the-hosts")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "the-hosts")
    identity = FakeIdentity()
    session = pool(identity).session(lambda: TOKEN)
    assert session.region_name == "eu-central-1"
    # Lasting ones are fetched once.
    assert [key_of(session), key_of(session)] == ["key-1", "key-1"]
    assert identity.logins == [{"cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool": TOKEN}]


def test_credentials_that_expire_in_use_are_renewed_with_a_fresh_token() -> None:
    identity, given = FakeIdentity(timedelta(minutes=1)), iter(["token-1", "token-2"])
    session = pool(identity).session(lambda: next(given))
    assert [key_of(session), key_of(session)] == ["key-1", "key-2"]
    assert [list(login.values()) for login in identity.logins] == [["token-1"], ["token-2"]]


def test_a_session_that_cannot_be_renewed_says_so_where_it_is_used() -> None:
    def id_token() -> str:
        raise SessionExpiredError

    client = pool(FakeIdentity()).session(id_token).client("dynamodb")
    with pytest.raises(SessionExpiredError):
        client.list_tables()


def test_a_refusal_keeps_the_token_to_itself() -> None:
    identity = FakeIdentity()
    refusal: Any = {"Error": {"Code": "NotAuthorizedException", "Message": f"bad {TOKEN}"}}
    identity.failure = ClientError(refusal, "GetId")
    with pytest.raises(SessionExpiredError) as caught:
        key_of(pool(identity).session(lambda: TOKEN))
    assert TOKEN not in str(caught.value)
    assert caught.value.__suppress_context__


def test_those_who_wait_for_credentials_share_a_failure_and_a_later_one_tries_again() -> None:
    now = 0.0
    asked: list[float] = []

    def fetch() -> dict[str, str]:
        nonlocal now
        asked.append(now)
        now += 27
        if len(asked) == 1:
            raise UnreachableError("AWS sign-in")
        return {"access_key": "key"}

    shared = _SharedFailure(fetch, lambda: now)
    for _ in range(16):
        with pytest.raises(UnreachableError):
            shared()
    assert asked == [0]
    now += _FAILURE_SECONDS
    assert shared() == {"access_key": "key"}
