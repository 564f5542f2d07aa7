"""What the route of actions is asked, and what its answers mean."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from dashboard.access.action_api import ActionApi
from dashboard.errors import (
    ConflictError,
    DashboardError,
    InvalidInputError,
    NotAnAnalystError,
    NotKnownError,
    ServiceFaultError,
    SessionExpiredError,
    TooManyActionsError,
    UnreachableError,
)

TOKEN = "a.secret.token"
BODY = {"incident_id": "1", "action": "note", "note": "x"}


def api(answer: Callable[[httpx.Request], httpx.Response]) -> ActionApi:
    return ActionApi(httpx.Client(base_url="https://api.example/dev", transport=httpx.MockTransport(answer)))


def test_it_is_asked_as_the_analyst_with_the_key() -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json={"message": "Done.", "incident": {}})

    assert api(answer).act(TOKEN, BODY, "key-1") == "Done."
    [request] = asked
    assert str(request.url) == "https://api.example/dev/incident_action"
    assert json.loads(request.content) == BODY
    assert request.headers["Authorization"] == f"Bearer {TOKEN}"
    assert request.headers["Idempotency-Key"] == "key-1"


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (404, {"message": "internal words"}, NotKnownError, "It is not known"),
        (409, {"message": "It has ended.", "incident": {}}, ConflictError, "It has ended."),
        (409, {}, ConflictError, "no longer as it was when you looked"),
        (422, {"message": "Wrong."}, InvalidInputError, "Wrong."),
        (401, {"message": "no"}, SessionExpiredError, "Sign in again"),
        (403, {"message": "no"}, NotAnAnalystError, "not a member of sla-analysts"),
        (429, {"message": "no"}, TooManyActionsError, "Too much is being done at once"),
        (500, {"request_id": "r-1"}, ServiceFaultError, "request id: r-1"),
        (504, "no JSON", ServiceFaultError, "The service failed"),
    ],
)
def test_a_refusal_is_what_an_analyst_can_be_told(
    status: int, body: Any, error: type[DashboardError], told: str
) -> None:
    with pytest.raises(error, match=told):
        api(lambda _: httpx.Response(status, json=body)).act(TOKEN, BODY, "key-1")


def test_no_answer_holds_nothing_of_the_token() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"failed with {request.headers['Authorization']}", request=request)

    with pytest.raises(UnreachableError, match="The service cannot be reached") as caught:
        api(fail).act(TOKEN, BODY, "key-1")
    assert TOKEN not in repr(caught.value)
    assert caught.value.__cause__ is None
