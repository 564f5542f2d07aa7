"""The user pool's word is what counts in the dashboard, for those who are signed in already too."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from streamlit.testing.v1 import AppTest

from contract.moments import format_moment
from contract.names import Group
from dashboard.access.analyst import CHECK_INTERVAL
from dashboard.backend import backend, connect
from ops.user_pool import User
from tests.dashboard.clocks import MovedClock, give_clock
from tests.dashboard.conftest import sign_in
from tests.dashboard.views.reading import column, list_tables, shown
from tests.stands.running_stack import RunningStack

FOLDER = "C:\\Jobs\\Revoked"
PATIENCE_SECONDS = 60


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    return give_clock(monkeypatch)


@pytest.fixture
def user(stack: RunningStack) -> User:
    return stack.new_user(f"leaver-{uuid4().hex[:8]}", Group.ANALYSTS)


@pytest.fixture
def looking(
    stack: RunningStack, clock: MovedClock, user: User, monkeypatch: pytest.MonkeyPatch
) -> Iterator[AppTest]:
    """The dashboard as the user sees it, with a reported breach on the screen."""
    monkeypatch.setenv("FILE_SLA_OUTPUTS", str(stack.folder / "outputs.json"))
    created = format_moment(datetime.now(UTC) - timedelta(hours=5))
    files = [{"filename": "stuck.csv", "creationDate": created}]
    folders = [{"folder": folder, "sla": 20, "files": files} for folder in (FOLDER, "C:\\Jobs\\Other")]
    stack.report({"sla_error": folders}, stack.token(stack.reporter)).raise_for_status()
    connect.cache_clear()
    app = AppTest.from_file("../../dashboard/app.py", default_timeout=PATIENCE_SECONDS)
    # Other tests have reported more than a table shows at first.
    app.query_params["q"] = FOLDER
    yield sign_in(app.run(), user["username"], user["password"])
    backend().auth._http.close()
    connect.cache_clear()


def disable(cognito: Any, **who: str) -> None:
    cognito.admin_disable_user(**who)


def leave_group(cognito: Any, **who: str) -> None:
    cognito.admin_remove_user_from_group(GroupName=Group.ANALYSTS, **who)


def sign_out_everywhere(cognito: Any, **who: str) -> None:
    cognito.admin_user_global_sign_out(**who)


@pytest.mark.parametrize(
    ("revoke", "told"),
    [
        (disable, "Your session has ended"),
        (sign_out_everywhere, "Your session has ended"),
        (leave_group, "not a member of sla-analysts"),
    ],
)
def test_who_may_no_longer_read_sees_nothing_after_a_quarter_of_an_hour(
    stack: RunningStack,
    clock: MovedClock,
    user: User,
    looking: AppTest,
    revoke: Callable[..., None],
    told: str,
) -> None:
    assert set(column(looking, "folder")) == {FOLDER}
    clock.ahead = CHECK_INTERVAL
    looking.run()
    assert set(column(looking, "folder")) == {FOLDER}

    cognito = stack.aws.client("cognito-idp")
    revoke(cognito, UserPoolId=stack.outputs["user_pool_id"], Username=user["username"])
    clock.ahead = 2 * CHECK_INTERVAL
    looking.run()
    assert told in shown(looking)
    assert not list_tables(looking)
    assert [title.value for title in looking.title] == ["file-sla"]
