"""What the routes are asked, and what their answers mean."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dashboard import errors
from dashboard.access.api import ActionApi, AuthApi, Tokens

TOKENS = {"token": "id", "token_type": "Bearer", "expires_in": 3600, "refresh_token": "refresh"}
SECRET = "hunter2-hunter2"
TOKEN = "a.secret.token"
BODY = {"incident_id": "1", "action": "note", "note": "x"}


def connect(answer: Callable[[httpx.Request], httpx.Response]) -> httpx.Client:
    return httpx.Client(base_url="https://api.example/dev", transport=httpx.MockTransport(answer))


def answering(status: int, body: Any) -> httpx.Client:
    content = {"content": body} if isinstance(body, bytes) else {"json": body}
    return connect(lambda _: httpx.Response(status, **content))


@pytest.mark.parametrize(
    ("call", "body"),
    [
        (lambda auth: auth.sign_in("ana", SECRET), {"password": SECRET}),
        (
            lambda auth: auth.set_first_password("ana", "old", "new"),
            {"password": "old", "new_password": "new"},
        ),
        (lambda auth: auth.renew("ana", "refresh"), {"refresh_token": "refresh"}),
        (lambda auth: auth.send_code("ana"), {"forgot_password": True}),
        (lambda auth: auth.reset_password("ana", "123", "new"), {"code": "123", "new_password": "new"}),
    ],
)
def test_every_use_sends_the_body_of_the_contract(
    call: Callable[[AuthApi], object], body: dict[str, Any]
) -> None:
    asked: list[Any] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append((str(request.url), json.loads(request.content)))
        return httpx.Response(200, json=TOKENS)

    tokens = call(AuthApi(connect(answer)))
    assert asked == [("https://api.example/dev/auth", {"username": "ana", **body})]
    assert tokens in (None, Tokens("id", "refresh", 3600))


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (401, {"message": "no"}, errors.WrongCredentialsError, "user name or password is wrong"),
        (403, {"challenge": "NEW_PASSWORD_REQUIRED"}, errors.PasswordChangeRequiredError, "Choose a"),
        (403, {"challenge": "SMS_MFA"}, errors.DashboardError, "further sign-in step"),
        (429, {"message": "slow"}, errors.TooManyRequestsError, "Too many attempts"),
        (500, {"message": "sorry", "request_id": "r-1"}, errors.ServiceFaultError, "request id: r-1"),
        (502, "gateway", errors.ServiceFaultError, "sign-in service failed"),
        (503, b"<html>", errors.ServiceFaultError, "sign-in service failed"),
        (200, {"message": "no token"}, errors.ServiceFaultError, "sign-in service failed"),
    ],
)
def test_every_failure_has_its_own_error(
    status: int, body: Any, error: type[errors.DashboardError], told: str
) -> None:
    with pytest.raises(error, match=told):
        AuthApi(answering(status, body)).sign_in("ana", SECRET)


def test_a_wrong_code_is_no_wrong_password() -> None:
    with pytest.raises(errors.DashboardError, match="The code is wrong"):
        AuthApi(answering(401, {})).reset_password("ana", "123", "new")


def test_no_answer_is_told_apart_and_nothing_shows_what_it_holds() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(errors.UnreachableError) as caught:
        AuthApi(connect(answer)).sign_in("ana", SECRET)
    assert caught.value.__suppress_context__
    assert SECRET not in str(caught.value)
    shown = repr(AuthApi(answering(200, {**TOKENS, "token": SECRET})).sign_in("ana", "p"))
    assert SECRET not in shown
    assert "refresh" not in shown.replace("refresh_token", "")


def test_an_action_is_asked_for_as_the_analyst_with_the_key() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"message": "Done.", "incident": {}})

    assert ActionApi(connect(answer)).act(TOKEN, BODY, "key-1") == "Done."
    [request] = asked
    assert str(request.url) == "https://api.example/dev/incident_action"
    assert json.loads(request.content) == BODY
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Idempotency-Key"] == "key-1"


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (404, {"message": "internal words"}, errors.DashboardError, "It does not exist"),
        (409, {"message": "It has ended.", "incident": {}}, errors.ChangedMeanwhileError, "It has ended."),
        (409, {}, errors.ChangedMeanwhileError, "changed it after you looked"),
        (422, {"message": "Wrong."}, errors.InvalidInputError, "Wrong."),
        (401, {"message": "no"}, errors.SessionExpiredError, "Sign in again"),
        (403, {"message": "no"}, errors.NotAnAnalystError, "not a member of sla-analysts"),
        (429, {"message": "no"}, errors.TooManyRequestsError, "Too many actions at once"),
        (504, "no JSON", errors.ServiceFaultError, "The service failed"),
    ],
)
def test_a_refusal_is_what_an_analyst_can_be_told(
    status: int, body: Any, error: type[errors.DashboardError], told: str
) -> None:
    with pytest.raises(error, match=told):
        ActionApi(answering(status, body)).act(TOKEN, BODY, "key-1")
