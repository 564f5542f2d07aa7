import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from handlers import auth
from handlers.auth import parse_sign_in
from handlers.user_pool import ClientSecret, UserPool
from handlers.web.errors import InvalidBodyError
from tests.stands.events import LambdaContext, auth_event
from tests.unit.conftest import REGION, create_user_pool

PASSWORD = "Correct-horse-7"


def _post(body: object) -> tuple[int, dict[str, Any]]:
    answer = auth.handler(auth_event(body), LambdaContext())
    decoded = json.loads(answer["body"])
    assert decoded["message"]
    return answer["statusCode"], decoded


@pytest.fixture(scope="module")
def pool() -> Iterator[UserPool]:
    """A user pool in memory with a confidential client and the user `ana`, for all tests of the module."""
    with mock_aws():
        client = boto3.client("cognito-idp", region_name=REGION)
        pool_id, app = create_user_pool(client)
        client.admin_create_user(UserPoolId=pool_id, Username="ana", TemporaryPassword=PASSWORD)
        client.admin_set_user_password(UserPoolId=pool_id, Username="ana", Password=PASSWORD, Permanent=True)
        client.admin_create_user(UserPoolId=pool_id, Username="new", TemporaryPassword=PASSWORD)
        secret = ClientSecret(lambda: app["ClientSecret"])
        yield UserPool(client, pool_id, app["ClientId"], secret)


@pytest.fixture
def user(pool: UserPool, monkeypatch: pytest.MonkeyPatch) -> str:
    """A user with a password of their own."""
    # A cache like the function's, which is cleared after each test.
    monkeypatch.setattr(auth, "_user_pool", cache(lambda: pool))
    return "ana"


def test_sign_in_answers_with_the_contracts_keys(user: str) -> None:
    status, body = _post({"username": user, "password": PASSWORD})
    assert status == 200
    assert body.keys() == {"message", "token", "token_type", "expires_in", "refresh_token"}
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)


@pytest.mark.parametrize("who", ["ana", "nobody"])
def test_wrong_password_and_unknown_user_look_the_same(user: str, who: str) -> None:
    assert _post({"username": who, "password": "Wrong-horse-7"}) == (
        401,
        {"message": "The user name or password is wrong."},
    )


def test_first_password_must_be_changed(user: str) -> None:
    status, body = _post({"username": "new", "password": PASSWORD})
    assert (status, body["challenge"]) == (403, "NEW_PASSWORD_REQUIRED")
    status, body = _post({"username": "new", "password": PASSWORD, "new_password": "Better-horse-8"})
    assert status == 200
    assert _post({"username": "new", "password": "Better-horse-8"})[0] == 200


def test_new_password_that_nobody_asked_for_is_refused(user: str) -> None:
    status, body = _post({"username": user, "password": PASSWORD, "new_password": "Better-horse-8"})
    assert status == 422
    assert body["errors"][0]["field"] == "new_password"


@pytest.mark.parametrize(
    "code",
    [
        "InvalidParameterException",  # no verified address
        "LimitExceededException",  # of one user's attempts
        "NotAuthorizedException",  # disabled
        "UserNotFoundException",
    ],
)
def test_recovery_keeps_what_the_pool_says_of_a_user_to_itself(
    user: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    begun = _post({"username": user, "forgot_password": True})
    _answer_with(monkeypatch, "forgot_password", _raise(code))
    assert _post({"username": user, "forgot_password": True}) == begun
    assert begun[0] == 200


def test_recovery_sets_the_password(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[dict[str, Any]] = []
    _answer_with(monkeypatch, "confirm_forgot_password", calls.append)
    status, _ = _post({"username": user, "code": "123456", "new_password": "Better-horse-8"})
    assert status == 200
    assert calls[0]["ConfirmationCode"] == "123456"
    assert calls[0]["SecretHash"]


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("NotAuthorizedException", 401),
        ("UserNotConfirmedException", 401),
        ("PasswordResetRequiredException", 403),
        ("TooManyRequestsException", 429),
        ("InternalErrorException", 500),
    ],
)
def test_refusals_of_cognito_keep_their_meaning(
    user: str, monkeypatch: pytest.MonkeyPatch, code: str, status: int
) -> None:
    _answer_with(monkeypatch, "admin_initiate_auth", _raise(code))
    answered, body = _post({"username": user, "password": PASSWORD})
    assert answered == status
    assert code not in json.dumps(body)


@pytest.mark.parametrize("code", ["CodeMismatchException", "ExpiredCodeException", "UserNotFoundException"])
def test_wrong_code_looks_the_same_for_everyone(
    user: str, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    _answer_with(monkeypatch, "confirm_forgot_password", _raise(code))
    status, body = _post({"username": user, "code": "000000", "new_password": "Better-horse-8"})
    assert (status, body["errors"][0]["field"]) == (422, "code")


def test_weak_password_is_told_with_its_rule(user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    message = "Password did not conform with policy: Password not long enough"
    _answer_with(monkeypatch, "confirm_forgot_password", _raise("InvalidPasswordException", message))
    status, body = _post({"username": user, "code": "123456", "new_password": "short"})
    assert status == 422
    assert body["errors"] == [
        {"field": "new_password", "problem": "breaks the password policy", "hint": "Password not long enough"}
    ]


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["username", "password"]),
        ({"username": "", "password": "x"}, ["username"]),
        ({"username": 7, "password": None}, ["username", "password"]),
        ({"username": "ana", "password": "x" * 5000}, ["password"]),
        ({"username": "ana", "password": "x", "new_password": ""}, ["new_password"]),
        ({"username": "ana", "code": "1"}, ["new_password"]),
        ({"username": "\ud800", "password": "x"}, ["username"]),
    ],
)
def test_each_field_that_is_wrong_is_named(body: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(InvalidBodyError) as refused:
        parse_sign_in(json.dumps(body).encode())
    assert [problem.field for problem in refused.value.problems] == fields


def _answer_with(monkeypatch: pytest.MonkeyPatch, operation: str, behaviour: Any) -> None:
    pool: UserPool = auth._user_pool()
    monkeypatch.setattr(pool.client, operation, lambda **arguments: behaviour(arguments))


def _raise(code: str, message: str = "no") -> Any:
    def behaviour(_: dict[str, Any]) -> None:
        raise ClientError({"Error": {"Code": code, "Message": message}}, "Operation")

    return behaviour


def test_answer_comes_in_time_even_if_every_call_stalls() -> None:
    config: Any = auth._CONFIG
    calls = 2  # for a user pool and, the first time, for the client's secret
    attempts = config.retries["total_max_attempts"]
    assert attempts > 1  # a fault that passes is not the user's business
    stalled = attempts * (config.connect_timeout + config.read_timeout)
    assert calls * stalled < LambdaContext().get_remaining_time_in_millis() / 1000
