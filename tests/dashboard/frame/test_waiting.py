"""The notice in each of its states, as scripts draw it."""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.testing.v1 import AppTest

from dashboard.errors import UnreachableError
from dashboard.frame import waiting
from dashboard.frame.waiting import NOTICE_SECONDS, SilenceNotice
from tests.dashboard.conftest import sign_in
from tests.dashboard.views.reading import open_view


def draw_notice(*steps: float) -> None:
    """A script of one notice: seconds of silence after which it ticks; a negative one is an answer."""
    import streamlit as st

    from dashboard.frame.waiting import SilenceNotice

    seconds = 0.0
    notice = SilenceNotice("The table", "test", lambda: seconds)
    for step in steps:
        seconds += abs(step)
        (notice.tick if step >= 0 else notice.answered)()
    st.dataframe({"old": [1]})


def run(*steps: float) -> AppTest:
    app = AppTest.from_function(draw_notice, args=steps, default_timeout=20).run()
    assert not app.exception
    assert len(app.dataframe) == 1
    return app


def texts(app: AppTest) -> list[str]:
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize(
    ("steps", "seconds"),
    [
        ((1, 1, 1, 1, NOTICE_SECONDS - 4.001), None),
        ((1, 1, 6), 5),
        ((5, 1, 1, 1), 5),
        ((11, 11), 20),
        # An answer takes the notice away, and a new silence brings it back.
        ((8, -1), None),
        ((8, -1, 4), None),
        ((8, -1, 6), 5),
    ],
)
def test_a_silence_that_is_not_short_is_told_with_a_button(
    steps: tuple[float, ...], seconds: int | None
) -> None:
    app = run(*steps)
    told = f"The table has not answered for {seconds} s. Until it does, the page stays as it was."
    assert texts(app) == ([] if seconds is None else [told])
    assert [button.label for button in app.button] == ([] if seconds is None else ["Try again"])
    if seconds:
        app.button[0].click().run()
        assert not app.exception


def draw_answer(call: "Callable[[], str]") -> None:
    """A script of one call, as a page makes it."""
    import streamlit as st

    from dashboard.errors import DashboardError
    from dashboard.frame.waiting import wait_for

    try:
        st.text(wait_for("The table", call, "test"))
    except DashboardError as error:
        st.error(str(error))


@pytest.mark.parametrize("fails", [False, True])
def test_a_call_that_takes_long_is_shown_and_what_comes_of_it_comes_all_the_same(
    monkeypatch: pytest.MonkeyPatch, fails: bool
) -> None:
    drawn, draw = threading.Event(), SilenceNotice._draw
    contexts: list[object] = []

    def draw_and_set(notice: SilenceNotice) -> object:
        done = draw(notice)
        drawn.set()
        return done

    def call() -> str:
        contexts.append(get_script_run_ctx(suppress_warning=True))
        assert drawn.wait(20)
        if fails:
            raise UnreachableError("The table")
        return "the answer"

    monkeypatch.setattr(SilenceNotice, "_draw", draw_and_set)
    monkeypatch.setattr(waiting, "TICK_SECONDS", 0.01)
    monkeypatch.setattr(waiting, "NOTICE_SECONDS", 1)
    app = AppTest.from_function(draw_answer, args=(call,), default_timeout=20).run()
    assert not app.exception
    # Whatever came of it, it is no longer waited for.
    assert (texts(app), list(app.button)) == ([], [])
    assert [text.value for text in app.text] == ([] if fails else ["the answer"])
    assert [error.value for error in app.error] == ([str(UnreachableError("The table"))] if fails else [])
    # Not in the script's own thread, which would be deaf meanwhile.
    assert contexts == [None]


def attention(app: AppTest) -> dict[str, Any]:
    """What the browser was given at the end of the last run."""
    [given] = [
        json.loads(element.proto.json)
        for element in app.get("bidi_component")
        if element.proto.component_name == "attention"
    ]
    return dict(given)


def test_the_focus_goes_to_the_title_of_another_page_and_stays_where_it_is_on_the_same(app: AppTest) -> None:
    signed_in = sign_in(app.run())
    first = attention(signed_in)
    assert (first["focus"]["anchor"], first["told"]) == ("title", "Overview")
    open_view(signed_in, "senders")
    moved = attention(signed_in)["focus"]
    assert moved["anchor"] == "title"
    assert moved != first["focus"]
    # The browser acts on a token once: looking again moves nothing.
    assert attention(signed_in.run())["focus"] == moved
