"""A restart signs nobody out, where sessions are kept, and lets nobody in who may not read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from dashboard.access.analyst import CHECK_INTERVAL
from dashboard.access.api import AuthApi, Tokens
from dashboard.access.sessions import COOKIE
from dashboard.backend import backend, connect
from dashboard.data.loading import HourCache
from dashboard.settings import DashboardSettings
from tests.dashboard.clocks import MovedClock, give_clock
from tests.dashboard.conftest import PASSWORD
from tests.dashboard.fake_auth_api import FakeAuthApi
from tests.dashboard.fake_table import item
from tests.dashboard.views.reading import button, column, list_tables, shown

FILE = "stuck.csv"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    return give_clock(monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sessions"


@pytest.fixture
def session_id(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    folder: Path,
    clock: MovedClock,
    settings: DashboardSettings,
    store: Callable[..., None],
) -> str:
    """An analyst signed in, while a file was stuck; sessions are kept."""
    key = tmp_path / "key"
    key.write_text("A" * 43 + "=")
    key.chmod(0o600)
    monkeypatch.setenv("FILE_SLA_SESSION_KEY_FILE", str(key))
    monkeypatch.setenv("FILE_SLA_SESSION_DIR", str(folder))
    connect.cache_clear()
    detected = datetime.now(UTC) - timedelta(hours=3)
    store(item(detected, "C:\\Jobs", [(FILE, detected - timedelta(hours=1))]))
    return backend().admit(backend().auth.sign_in("ana", PASSWORD))


@pytest.fixture
def tab(app: AppTest, session_id: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """A tab of that analyst's browser, which opens its view after a restart of the dashboard."""
    cookies: dict[str, str] = {}
    monkeypatch.setattr(ContextProxy, "cookies", cookies)
    # Streamlit's test knows the pages only after a first run.
    app.run().switch_page("views/by_date.py")
    connect.cache_clear()
    cookies[COOKIE] = session_id
    return app


def assert_nothing_shown(tab: AppTest, reason: str) -> None:
    assert reason in shown(tab)
    assert not tab.exception
    assert not list_tables(tab)
    assert not tab.metric


def nobody_looks_into_memory() -> Any:
    return patch.object(HourCache, "find", side_effect=AssertionError("nobody may look there"))


def leave_group(service: FakeAuthApi) -> None:
    service.users["ana"].groups = ()


def leave(service: FakeAuthApi) -> None:
    del service.users["ana"]


def test_a_tab_goes_on_after_the_restart_once_cognito_and_aws_have_agreed(
    tab: AppTest, auth_api: FakeAuthApi
) -> None:
    before = len(auth_api.requests)
    tab.run()
    assert FILE in column(tab, "filename")
    assert "ana" in shown(tab)
    assert auth_api.requests[before:] == [{"username": "ana", "refresh_token": "refresh-ana"}]
    # As if nothing had been: no more questions until the next check is due.
    tab.run()
    assert len(auth_api.requests) == before + 1


@pytest.mark.parametrize(
    ("revoke", "told"), [(leave_group, "not a member of sla-analysts"), (leave, "Your session has ended")]
)
def test_who_may_no_longer_read_is_shown_nothing_after_the_restart(
    tab: AppTest, auth_api: FakeAuthApi, folder: Path, revoke: Callable[[FakeAuthApi], None], told: str
) -> None:
    revoke(auth_api)
    with nobody_looks_into_memory():
        tab.run()
    assert_nothing_shown(tab, told)
    assert [title.value for title in tab.title] == ["file-sla"]
    assert not list(folder.iterdir())


def test_nothing_is_shown_before_the_sign_in_service_answers_and_the_session_waits_for_it(
    tab: AppTest, auth_api: FakeAuthApi
) -> None:
    auth_api.instead = (500, {"message": "sorry", "request_id": "r-1"})
    assert_nothing_shown(tab.run(), "The sign-in service failed")
    auth_api.instead = None
    button(tab, "Try again")
    assert FILE in column(tab, "filename")


def test_aws_is_asked_too_before_what_is_remembered_is_shown(tab: AppTest, session_id: str) -> None:
    found = backend().sessions.find(session_id)
    assert found
    with patch.object(found.aws, "get_credentials", return_value=None), nobody_looks_into_memory():
        tab.run()
    assert_nothing_shown(tab, "Your session has ended")


def test_the_sign_in_service_is_not_waited_for_by_the_page_itself(tab: AppTest) -> None:
    contexts: list[object] = []
    renew = AuthApi.renew

    def note(api: AuthApi, username: str, refresh_token: str) -> Tokens:
        contexts.append(get_script_run_ctx(suppress_warning=True))
        return renew(api, username, refresh_token)

    with patch.object(AuthApi, "renew", note):
        tab.run()
    assert FILE in column(tab, "filename")
    assert contexts == [None]


def test_a_file_made_on_demand_is_not_made_for_who_may_no_longer_read(
    tab: AppTest, clock: MovedClock, auth_api: FakeAuthApi
) -> None:
    with patch("streamlit.download_button") as download:
        tab.run()
    make_file = download.call_args.args[1]
    assert FILE in make_file().decode()
    leave_group(auth_api)
    clock.ahead = CHECK_INTERVAL
    with pytest.raises(Exception, match="not a member"):
        make_file()
