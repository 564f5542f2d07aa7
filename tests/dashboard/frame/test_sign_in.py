import pytest
from streamlit.testing.v1 import AppTest

from contract.limits import MIN_PASSWORD_CHARACTERS
from dashboard.backend import backend, connect
from tests.dashboard.conftest import PASSWORD, sign_in
from tests.dashboard.fake_auth_api import FakeAuthApi, User
from tests.dashboard.views.reading import button, list_tables, shown

NEW_PASSWORD = "another long password 2?"


def form_button(app: AppTest) -> AppTest:
    return app.button[0].click().run()


def fill(app: AppTest, **texts: str) -> None:
    for label, text in texts.items():
        next(box for box in app.text_input if box.label == label.replace("_", " ")).input(text)


def is_signed_in(app: AppTest) -> bool:
    return "Sign out" in [button.label for button in app.button]


def test_the_right_password_opens_the_overview_and_nothing_is_shown_before(app: AppTest) -> None:
    app.run()
    assert [title.value for title in app.title] == ["file-sla"]
    assert not list_tables(app)
    assert not is_signed_in(app)
    sign_in(app)
    assert is_signed_in(app)
    assert [title.value for title in app.title] == ["Overview"]


def test_a_refusal_is_told_in_the_dashboards_words(app: AppTest, auth_api: FakeAuthApi) -> None:
    auth_api.instead = (500, {"message": "internals", "request_id": "r-1"})
    sign_in(app.run())
    assert "r-1" in shown(app)
    assert "internals" not in shown(app)
    assert not is_signed_in(app)


def test_empty_fields_are_not_sent(app: AppTest, auth_api: FakeAuthApi) -> None:
    sign_in(app.run(), username=" ", password="")
    assert "Fill in every field" in shown(app)
    assert auth_api.requests == []


def test_without_the_analyst_group_nothing_is_shown(app: AppTest, auth_api: FakeAuthApi) -> None:
    auth_api.users["rob"] = User(PASSWORD, groups=("sla-reporters",))
    sign_in(app.run(), "rob")
    assert "not a member of sla-analysts" in shown(app)
    assert not is_signed_in(app)
    assert not list_tables(app)


def test_a_first_password_is_replaced_while_signing_in(app: AppTest, auth_api: FakeAuthApi) -> None:
    auth_api.users["new"] = User(PASSWORD, must_change=True)
    sign_in(app.run(), "new")
    assert "Choose your password" in shown(app)
    assert f"{MIN_PASSWORD_CHARACTERS} characters or more" in shown(app)
    for password, again, problem in (("short", "short", "too short"), (NEW_PASSWORD, "different", "differ")):
        fill(app, New_password=password, **{"New password, again": again})
        form_button(app)
        assert problem in shown(app)
        assert auth_api.users["new"].must_change
    fill(app, **{"New password, again": NEW_PASSWORD})
    form_button(app)
    assert is_signed_in(app)
    assert auth_api.users["new"].password == NEW_PASSWORD
    # The step that asked for the new password held the old one: neither stays behind.
    assert "sign_in_step" not in app.session_state
    kept = str({key: app.session_state[key] for key in app.session_state})
    assert PASSWORD not in kept
    assert NEW_PASSWORD not in kept


def test_the_code_sets_the_password_that_then_signs_in(app: AppTest, auth_api: FakeAuthApi) -> None:
    app.run()
    button(app, "Forgot password?")
    fill(app, User_name="ana")
    form_button(app)
    # The same as of a user who does not exist: the service does not tell.
    assert "If this user exists, a code is on its way" in shown(app)
    assert auth_api.requests == [{"username": "ana", "forgot_password": True}]
    again = {"New password, again": NEW_PASSWORD}
    fill(app, **{"Code from the e-mail": "000000", "New password": NEW_PASSWORD}, **again)
    form_button(app)
    assert auth_api.users["ana"].password == PASSWORD
    assert "code is wrong" in shown(app)
    fill(app, **{"Code from the e-mail": auth_api.code})
    form_button(app)
    assert "Your password is set" in shown(app)
    sign_in(app, password=NEW_PASSWORD)
    assert is_signed_in(app)


def test_signing_out_ends_the_session_and_forgets_what_was_shown(signed_in: AppTest) -> None:
    session_id = signed_in.run().session_state["session_id"]
    signed_in.session_state["secret"] = "x"
    button(signed_in, "Sign out")
    assert not is_signed_in(signed_in)
    assert backend().sessions.find(session_id) is None
    assert "secret" not in signed_in.session_state


def test_missing_settings_are_told_with_both_ways_to_give_them(
    app: AppTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("FILE_SLA_TABLE_NAME")
    connect.cache_clear()
    app.run()
    message = shown(app)
    assert "FILE_SLA_TABLE_NAME" in message
    assert "FILE_SLA_OUTPUTS" in message
