import json
from datetime import timedelta

import httpx
import pytest

from dashboard.access.analyst import RENEW_BEFORE, Analyst
from dashboard.access.auth_api import AuthApi, Tokens
from dashboard.access.claims import read_claims
from dashboard.errors import NotAnAnalystError, ServiceFaultError, SessionExpiredError, TooManyRequestsError
from tests.dashboard.fake_auth_api import FakeAuthApi, User, id_token
from tests.dashboard.stopped_clock import NOW, StoppedClock

LIFETIME = timedelta(hours=1)


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def service() -> FakeAuthApi:
    return FakeAuthApi(users={"ana": User("p")})


def analyst(service: FakeAuthApi, clock: StoppedClock, tokens: Tokens | None = None) -> Analyst:
    def answer(request: httpx.Request) -> httpx.Response:
        status, body = service.answer(json.loads(request.content))
        return httpx.Response(status, json=body)

    api = AuthApi(httpx.Client(base_url="https://api.example", transport=httpx.MockTransport(answer)))
    return Analyst(api, tokens or Tokens(id_token("ana"), "refresh-ana", 3600), clock)


def test_the_claims_are_read_from_the_token() -> None:
    claims = read_claims(id_token("ana", ("sla-analysts", "other")))
    assert claims.username == "ana"
    assert claims.groups == {"sla-analysts", "other"}


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.e30.c", "a.W10.c"])
def test_what_is_no_token_is_a_fault_that_does_not_quote_it(token: str) -> None:
    with pytest.raises(ServiceFaultError) as caught:
        read_claims(token)
    assert caught.value.__suppress_context__


def test_only_analysts_are_let_in(service: FakeAuthApi, clock: StoppedClock) -> None:
    for groups in ((), ("sla-reporters",)):
        with pytest.raises(NotAnAnalystError, match="sla-analysts"):
            analyst(service, clock, Tokens(id_token("rob", groups), None, 3600))


def test_a_valid_token_is_used_as_it_is(service: FakeAuthApi, clock: StoppedClock) -> None:
    ana = analyst(service, clock)
    clock.now = NOW + LIFETIME - RENEW_BEFORE - timedelta(seconds=1)
    assert ana.id_token() == id_token("ana")
    assert service.requests == []


def test_a_token_about_to_expire_is_renewed_once(service: FakeAuthApi, clock: StoppedClock) -> None:
    ana = analyst(service, clock)
    clock.now = NOW + LIFETIME - RENEW_BEFORE
    ana.id_token()
    ana.id_token()
    assert service.requests == [{"username": "ana", "refresh_token": "refresh-ana"}]


def test_the_refresh_token_is_kept_when_no_new_one_comes(service: FakeAuthApi, clock: StoppedClock) -> None:
    ana = analyst(service, clock)
    service.instead = (200, {"token": id_token("ana"), "expires_in": 3600})
    for hour in (1, 2):
        clock.now = NOW + hour * LIFETIME
        ana.id_token()
    assert [request["refresh_token"] for request in service.requests] == ["refresh-ana", "refresh-ana"]


def test_a_refused_renewal_ends_the_session(service: FakeAuthApi, clock: StoppedClock) -> None:
    ana = analyst(service, clock, Tokens(id_token("ana"), "revoked", 3600))
    clock.now = NOW + LIFETIME
    with pytest.raises(SessionExpiredError):
        ana.id_token()


def test_without_a_refresh_token_the_session_ends_with_the_id_token(
    service: FakeAuthApi, clock: StoppedClock
) -> None:
    ana = analyst(service, clock, Tokens(id_token("ana"), None, 3600))
    clock.now = NOW + LIFETIME
    with pytest.raises(SessionExpiredError):
        ana.id_token()


def test_a_throttled_renewal_does_not_end_the_session(service: FakeAuthApi, clock: StoppedClock) -> None:
    ana = analyst(service, clock)
    clock.now = NOW + LIFETIME
    service.instead = (429, {"message": "slow down"})
    with pytest.raises(TooManyRequestsError):
        ana.id_token()
    service.instead = None
    assert ana.id_token() == id_token("ana")
