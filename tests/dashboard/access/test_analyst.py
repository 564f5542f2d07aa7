"""An analyst whose right to read is checked every fifteen minutes, whatever the service answers."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dashboard import errors
from dashboard.access.analyst import CHECK_INTERVAL, RENEW_BEFORE, RETRY_INTERVAL, Analyst, read_claims
from dashboard.access.api import AuthApi, Tokens
from tests.dashboard.clocks import NOW, StoppedClock
from tests.dashboard.fake_auth_api import FakeAuthApi, User, id_token

LIFETIME = timedelta(hours=1)
SECOND = timedelta(seconds=1)
ASKED = {"username": "ana", "refresh_token": "refresh-ana"}
SignIn = Callable[..., Analyst]


@pytest.fixture
def service() -> FakeAuthApi:
    return FakeAuthApi(users={"ana": User("p")}, url="https://api.example")


@pytest.fixture
def sign_in(service: FakeAuthApi, clock: StoppedClock) -> SignIn:
    """Signs an analyst in, whose service answers as long as it has an address."""

    def answer(request: httpx.Request) -> httpx.Response:
        if not service.url:
            service.requests.append({})
            raise httpx.ConnectTimeout("silence", request=request)
        status, body = service.answer(json.loads(request.content))
        return httpx.Response(status, json=body)

    api = AuthApi(httpx.Client(base_url="https://api.example", transport=httpx.MockTransport(answer)))

    def make(refresh_token: str | None = "refresh-ana", lifetime: int = 3600, **token: Any) -> Analyst:
        return Analyst.signed_in(api, Tokens(id_token("ana", **token), refresh_token, lifetime), clock)

    return make


@pytest.mark.parametrize("token", ["", "a.b.c", "a.e30.c", "a.W10.c"])
def test_what_is_no_token_is_a_fault_that_does_not_quote_it(token: str) -> None:
    with pytest.raises(errors.ServiceFaultError) as caught:
        read_claims(token)
    assert caught.value.__suppress_context__


def test_only_analysts_are_let_in(sign_in: SignIn) -> None:
    for groups in ((), ("sla-reporters",)):
        with pytest.raises(errors.NotAnAnalystError, match="sla-analysts"):
            sign_in(groups=groups)


def test_the_service_is_asked_once_for_every_fifteen_minutes(
    sign_in: SignIn, service: FakeAuthApi, clock: StoppedClock
) -> None:
    ana = sign_in()
    # The refresh token is kept where no new one comes.
    service.instead = (200, {"token": id_token("ana"), "expires_in": 3600})
    for asked in (1, 2, 3):
        clock.now += CHECK_INTERVAL
        ana.verify()
        ana.id_token()
        assert service.requests == asked * [ASKED]


def test_a_short_token_is_renewed_before_it_expires(
    sign_in: SignIn, service: FakeAuthApi, clock: StoppedClock
) -> None:
    ana = sign_in(lifetime=600)
    clock.now = NOW + timedelta(seconds=600) - RENEW_BEFORE - SECOND
    ana.id_token()
    assert service.requests == []
    clock.now += SECOND
    ana.id_token()
    assert service.requests == [ASKED]


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        ((401, {}), errors.SessionExpiredError),
        ((403, {"challenge": "NEW_PASSWORD_REQUIRED"}), errors.SessionExpiredError),
        # Who left the group.
        (None, errors.NotAnAnalystError),
    ],
)
def test_who_may_no_longer_read_is_refused_from_the_next_check_on(
    sign_in: SignIn,
    service: FakeAuthApi,
    clock: StoppedClock,
    instead: tuple[int, dict[str, str]] | None,
    error: type[Exception],
) -> None:
    ana = sign_in()
    service.instead = instead
    if instead is None:
        service.users["ana"].groups = ("sla-reporters",)
    clock.now = NOW + CHECK_INTERVAL - SECOND
    ana.verify()
    clock.now = NOW + CHECK_INTERVAL
    for ask in (ana.verify, ana.id_token, ana.verify):
        with pytest.raises(error):
            ask()
        # Once refused is refused for good, whatever the service would say to the next question.
        service.instead = None


def test_without_a_refresh_token_the_session_ends_when_the_service_has_to_be_asked(
    sign_in: SignIn, clock: StoppedClock
) -> None:
    ana = sign_in(None)
    clock.now = NOW + CHECK_INTERVAL
    with pytest.raises(errors.SessionExpiredError):
        ana.id_token()


@pytest.mark.parametrize(
    ("instead", "error"),
    [
        ((429, {"message": "slow down"}), errors.TooManyRequestsError),
        ((500, {"message": "sorry"}), errors.ServiceFaultError),
        ((200, {"token": "no token", "expires_in": 3600}), errors.ServiceFaultError),
        (None, errors.UnreachableError),
    ],
)
def test_without_an_answer_the_session_goes_on_until_its_token_expires_and_no_longer(
    sign_in: SignIn,
    service: FakeAuthApi,
    clock: StoppedClock,
    instead: tuple[int, dict[str, object]] | None,
    error: type[errors.DashboardError],
) -> None:
    ana = sign_in()
    service.instead, service.url = instead, "" if instead is None else service.url
    for moment, asked in (
        (CHECK_INTERVAL, 1),
        # It is left alone for a while.
        (CHECK_INTERVAL + RETRY_INTERVAL - SECOND, 1),
        (CHECK_INTERVAL + RETRY_INTERVAL, 2),
        (LIFETIME - RENEW_BEFORE - SECOND, 3),
    ):
        clock.now = NOW + moment
        ana.verify()
        assert ana.id_token() == id_token("ana")
        assert len(service.requests) == asked
    clock.now += SECOND
    for ask in (ana.verify, ana.id_token):
        with pytest.raises(error):
            ask()
    # Nobody was signed out: with an answer, it goes on.
    service.instead, service.url = None, "https://api.example"
    ana.verify()
    assert ana.id_token() == id_token("ana")
    # Who is refused after a silence gets no grace.
    del service.users["ana"]
    clock.now += CHECK_INTERVAL
    with pytest.raises(errors.SessionExpiredError):
        ana.verify()
