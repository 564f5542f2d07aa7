"""Whoever may no longer read is shown nothing more, not even what the dashboard remembers."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from contract.names import ROOT
from dashboard.access.analyst import CHECK_INTERVAL
from dashboard.access.auth_api import AuthApi, Tokens
from dashboard.backend import backend
from dashboard.data.hour_cache import HourCache
from tests.dashboard.conftest import sign_in
from tests.dashboard.fake_auth_api import FakeAuthApi
from tests.dashboard.fake_table import item
from tests.dashboard.moved_clock import MovedClock, give_clock
from tests.dashboard.views.reading import button, column, list_tables, shown

FILE = "stuck.csv"
VIEWS = [f"views/{file.name}" for file in sorted((ROOT / "dashboard" / "views").glob("[a-z]*.py"))]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    return give_clock(monkeypatch)


@pytest.fixture
def looking(clock: MovedClock, signed_in: AppTest, store: Callable[..., None]) -> AppTest:
    """An analyst in front of breaches of hours ago, which are remembered from then on."""
    detected = datetime.now(UTC) - timedelta(hours=3)
    store(item(detected, "C:\\Jobs", [(FILE, detected - timedelta(hours=1))]))
    signed_in.switch_page("views/by_date.py").run()
    assert FILE in column(signed_in, "filename")
    return signed_in


def leave_group(service: FakeAuthApi) -> None:
    service.users["ana"].groups = ()


def leave(service: FakeAuthApi) -> None:
    del service.users["ana"]


@pytest.mark.parametrize(
    ("view", "revoke", "told"),
    [
        *((view, leave_group, "not a member of sla-analysts") for view in VIEWS),
        (VIEWS[0], leave, "Your session has ended"),
    ],
)
def test_a_revoked_analyst_is_shown_the_reason_and_nothing_of_memory(
    looking: AppTest,
    clock: MovedClock,
    auth_api: FakeAuthApi,
    view: str,
    revoke: Callable[[FakeAuthApi], None],
    told: str,
) -> None:
    session_id = looking.session_state["session_id"]
    revoke(auth_api)
    clock.ahead = CHECK_INTERVAL
    with patch.object(HourCache, "get", side_effect=AssertionError("nobody may look there")):
        looking.switch_page(view).run()
    assert not looking.exception
    assert told in shown(looking)
    assert not list_tables(looking)
    assert not looking.metric
    assert [title.value for title in looking.title] == ["file-sla"]
    assert backend().sessions.find(session_id) is None


def test_who_was_let_back_in_signs_in_and_goes_on(
    looking: AppTest, clock: MovedClock, auth_api: FakeAuthApi
) -> None:
    leave_group(auth_api)
    clock.ahead = CHECK_INTERVAL
    looking.run()
    assert not list_tables(looking)
    auth_api.users["ana"].groups = ("sla-analysts",)
    sign_in(looking)
    assert FILE in column(looking, "filename")


def test_nobody_is_signed_out_by_a_silent_service_until_the_token_expires(
    looking: AppTest, clock: MovedClock, auth_api: FakeAuthApi
) -> None:
    auth_api.instead = (500, {"message": "sorry", "request_id": "r-1"})
    clock.ahead = CHECK_INTERVAL
    looking.run()
    assert FILE in column(looking, "filename")
    clock.ahead = timedelta(hours=1)
    looking.run()
    assert "The sign-in service failed" in shown(looking)
    assert not list_tables(looking)
    auth_api.instead = None
    button(looking, "Try again")
    assert FILE in column(looking, "filename")


def test_the_sign_in_service_is_not_waited_for_by_the_page_itself(
    looking: AppTest, clock: MovedClock, auth_api: FakeAuthApi
) -> None:
    contexts: list[object] = []
    renew = AuthApi.renew

    def note(api: AuthApi, username: str, refresh_token: str) -> Tokens:
        contexts.append(get_script_run_ctx(suppress_warning=True))
        return renew(api, username, refresh_token)

    clock.ahead = CHECK_INTERVAL
    with patch.object(AuthApi, "renew", note):
        looking.run()
    assert FILE in column(looking, "filename")
    assert contexts == [None]


@pytest.mark.parametrize("revoke", [leave_group, leave])
def test_a_file_made_on_demand_is_not_made_for_who_may_no_longer_read(
    looking: AppTest, clock: MovedClock, auth_api: FakeAuthApi, revoke: Callable[[FakeAuthApi], None]
) -> None:
    with patch("streamlit.download_button") as download:
        looking.run()
    make_file = download.call_args.args[1]
    assert FILE in make_file().decode()
    revoke(auth_api)
    clock.ahead = CHECK_INTERVAL
    with pytest.raises(Exception, match=r"not a member|session has ended"):
        make_file()


def test_a_file_made_on_demand_is_not_made_for_who_signed_out(looking: AppTest) -> None:
    with patch("streamlit.download_button") as download:
        looking.run()
    backend().sessions.end(looking.session_state["session_id"])
    with pytest.raises(Exception, match="session has ended"):
        download.call_args.args[1]()
