"""Signing in, setting a first password, and getting back in with a mailed code."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Literal

import streamlit as st

from contract.limits import MIN_PASSWORD_CHARACTERS
from dashboard.access.api import Tokens
from dashboard.backend import backend
from dashboard.errors import DashboardError, InvalidInputError, PasswordChangeRequiredError
from dashboard.figures.text import escape_markdown
from dashboard.frame import signed_in
from dashboard.frame.waiting import TITLE, move_focus

_STEP: Final = "sign_in_step"
_NOTICE: Final = "sign_in_notice"
_USERNAME: Final = "sign_in_username"
_WANTED_OF_PASSWORDS: Final = (
    f"{MIN_PASSWORD_CHARACTERS} characters or more, among them an upper-case and a lower-case letter, "
    "a digit and a symbol."
)


@dataclass(frozen=True)
class _Step:
    """Where a tab is: the form that it shows, and what is known by then."""

    form: Literal["sign in", "first password", "forgot password", "reset"] = "sign in"
    """Of those, the second follows a password of an administrator's that was right and has to be replaced;
    at the last, a code may be under way to the user."""
    username: str = ""
    password: str = field(default="", repr=False)


def draw() -> None:
    """Draws the form of the step that this tab is at."""
    _, middle, _ = st.columns([1, 2, 1])
    with middle:
        st.title("file-sla", icon=":material/hourglass_top:", anchor=False)
        if notice := st.session_state.pop(_NOTICE, None):
            st.success(notice, icon=":material/check_circle:")
        elif reason := st.session_state.get(signed_in.ENDED):
            st.warning(reason, icon=":material/lock_clock:")
        step: _Step = st.session_state.get(_STEP, _Step())
        forms = {"first password": _draw_first_password, "forgot password": _draw_forgot_password}
        {**forms, "reset": _draw_reset, "sign in": _draw_sign_in}[step.form](step)


def _draw_sign_in(step: _Step) -> None:
    with st.form("sign_in"):
        st.header("Sign in", anchor=False)
        username = st.text_input("User name", step.username, key=_USERNAME, autocomplete="username")
        password = st.text_input("Password", type="password", autocomplete="current-password")
        submitted = st.form_submit_button("Sign in", type="primary", width="stretch")
        # Of the form, or else the name that was typed there would stay there.
        st.form_submit_button(
            "Forgot password?",
            type="tertiary",
            on_click=lambda: _choose(_Step("forgot password", st.session_state[_USERNAME])),
        )
    if submitted and _all_given(username, password):
        try:
            _admit(lambda: backend().auth.sign_in(username, password))
        except PasswordChangeRequiredError:
            _go_to(_Step("first password", username, password))


def _draw_first_password(step: _Step) -> None:
    with st.form("first_password"):
        st.header("Choose your password", anchor=False)
        st.caption("The password you were given works once. Choose your own to continue.")
        # For password managers.
        st.text_input("User name", step.username, autocomplete="username", disabled=True)
        new_password = _new_password_inputs()
        submitted = st.form_submit_button("Set password and sign in", type="primary", width="stretch")
    if submitted and new_password:
        _admit(lambda: backend().auth.set_first_password(step.username, step.password, new_password))
    _back_button(step.username)


def _draw_forgot_password(step: _Step) -> None:
    with st.form("forgot_password"):
        st.header("Forgot password", anchor=False)
        username = st.text_input("User name", step.username, autocomplete="username")
        submitted = st.form_submit_button("Send me a code", type="primary", width="stretch")
    if submitted and _all_given(username) and _done(lambda: backend().auth.send_code(username)):
        _go_to(
            _Step("reset", username),
            "If this user exists, a code is on its way to the user's e-mail address.",
        )
    _back_button(username)


def _draw_reset(step: _Step) -> None:
    with st.form("reset_password"):
        st.header("Set a new password", anchor=False)
        st.text_input("User name", step.username, autocomplete="username", disabled=True)
        code = st.text_input("Code from the e-mail", autocomplete="one-time-code")
        new_password = _new_password_inputs()
        submitted = st.form_submit_button("Set password", type="primary", width="stretch")
    if (
        submitted
        and new_password
        and _all_given(code)
        and _done(lambda: backend().auth.reset_password(step.username, code.strip(), new_password))
    ):
        _go_to(_Step(username=step.username), "Your password is set. Sign in with it.")
    _back_button(step.username)


def _admit(sign_in: Callable[[], Tokens]) -> None:
    with st.spinner("Signing in …"):
        done = _done(lambda: signed_in.begin_session(backend().admit(sign_in())))
    if done:
        st.session_state.pop(_STEP, None)
        move_focus(TITLE)
        st.rerun()


def _done(action: Callable[[], None]) -> bool:
    """Whether the action went through; if not, the reason is on the screen."""
    try:
        action()
    except PasswordChangeRequiredError:
        raise
    except DashboardError as error:
        problems = error.problems if isinstance(error, InvalidInputError) else ()
        lines = map(escape_markdown, (str(error), *problems))
        st.error("\n- ".join(lines), icon=":material/error:")
        return False
    return True


def _new_password_inputs() -> str | None:
    """The new password, once it was typed twice alike."""
    st.caption(_WANTED_OF_PASSWORDS)
    new_password = st.text_input("New password", type="password", autocomplete="new-password")
    again = st.text_input("New password, again", type="password", autocomplete="new-password")
    if new_password != again:
        st.error("The two passwords differ.")
        return None
    return new_password or None


def _all_given(*values: str) -> bool:
    if all(value.strip() for value in values):
        return True
    st.error("Fill in every field.")
    return False


def _back_button(username: str) -> None:
    back = (_Step(username=username),)
    st.button("Back to sign-in", type="tertiary", icon=":material/arrow_back:", on_click=_choose, args=back)


def _choose(step: _Step) -> None:
    st.session_state[_STEP] = step
    move_focus(TITLE)


def _go_to(step: _Step, notice: str | None = None) -> None:
    _choose(step)
    if notice:
        st.session_state[_NOTICE] = notice
    st.rerun()
