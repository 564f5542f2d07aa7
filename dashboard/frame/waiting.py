"""Waiting for an answer without leaving the analyst in the dark.

While a script runs, Streamlit leaves what it drew last time on the screen, faded, until something else
takes its place. So the notice has a place of its own, which every run keeps in the same spot.
"""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Final, TypeVar
from uuid import uuid4

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.errors import DashboardError, NotAnAnalystError, SessionExpiredError

T = TypeVar("T")

TICK_SECONDS: Final = 1.0
"""How often to look whether the analyst has asked for something else meanwhile."""
NOTICE_SECONDS: Final = 5
"""Silence up to this is not mentioned. From then on its length is shown, in steps of as much."""


class SilenceNotice:
    """Says what is waited for once it has been silent for a while, with a button to ask anew."""

    def __init__(self, what: str, key: str, now: Callable[[], float] = time.monotonic) -> None:
        """`what` is asked, as a sentence begins with it (`The table`); the key is unique on the page."""
        self._what = what
        self._key = key
        self._now = now
        self._place = st.empty()
        self._told: DeltaGenerator | None = None
        self._times = 0
        self._silent_since = now()

    def tick(self) -> None:
        """Says how long there has been no answer.

        Call it every `TICK_SECONDS`: what it draws is where Streamlit ends this run once another is wanted.
        """
        seconds = int(self._now() - self._silent_since) // NOTICE_SECONDS * NOTICE_SECONDS
        if not seconds:
            self._place.empty()  # it shows nothing, and is drawn so that Streamlit can end the run
            return
        self._told = self._told or self._draw()
        self._told.warning(
            f"{self._what} has not answered for {seconds} s. Until it does, the page stays as it was.",
            icon=":material/hourglass_top:",
        )

    def answered(self) -> None:
        """There was an answer: the notice goes, and silence is counted anew."""
        self._silent_since = self._now()
        if self._told is not None:
            self._place.empty()
            self._told = None

    def _draw(self) -> DeltaGenerator:
        self._times += 1
        with self._place.container(horizontal=True, vertical_alignment="center"):
            place = st.empty()
            # A new run is all it takes. The key is new each time, since one run may not use it twice.
            st.button("Try again", icon=":material/refresh:", key=f"try_{self._key}_again_{self._times}")
        return place


def wait_for(what: str, call: Callable[[], T], key: str) -> T:
    """What the call returns or raises. It runs in another thread, so it must not draw anything.

    The thread of a call that nobody waits for any longer goes on until the call itself ends.
    """
    notice = SilenceNotice(what, key)
    thread = ThreadPoolExecutor(1, thread_name_prefix="waited-for")
    answer = thread.submit(call)
    thread.shutdown(wait=False)
    while not wait([answer], TICK_SECONDS).done:
        notice.tick()
    notice.answered()
    return answer.result()


def wait_or_none(what: str, call: Callable[[], T], key: str) -> T | None:
    """The same; None where it fails, unless because the analyst may not look any more."""
    try:
        return wait_for(what, call, key)
    except (NotAnAnalystError, SessionExpiredError):
        raise
    except DashboardError:
        return None


TITLE: Final = "title"
"""The focus on the page's title."""
_SCRIPT: Final = Path(__file__).with_name("attention.js").read_text(encoding="utf-8")
_FOCUS: Final = "attention_focus"
_TOLD: Final = "attention_told"
_FIRST: Final = "attention_first"
_PAGE: Final = "attention_page"


def move_focus(anchor: str) -> None:
    """Moves the focus, once this run has drawn it, to the heading of this anchor, or to the `TITLE`."""
    st.session_state[_FOCUS] = {"anchor": anchor, "token": uuid4().hex}


def announce(text: str, *, first: bool = False) -> None:
    """What a screen reader says of the page once this run ends, unless it said the same before.

    What is said `first` comes before that, in this run alone.
    """
    st.session_state[_FIRST if first else _TOLD] = text


def begin_page(title: str, section: str = "") -> None:
    """Moves the focus to the title of another page than the last one, as following a link does.

    It goes to the anchor of a section instead where the address names one, also of the first page.
    """
    last = st.session_state.get(_PAGE)
    if last != (title, section) and (last or section):
        move_focus(section or TITLE)
    st.session_state[_PAGE] = title, section
    announce(title)


def draw_attention() -> None:
    """Does both. Draw it last: what the focus goes to, or is brought back to, has to be there."""
    attention = st.components.v2.component("attention", js=_SCRIPT)
    told = " ".join(filter(None, [st.session_state.pop(_FIRST, ""), st.session_state.get(_TOLD, "")]))
    # The browser hears of each run: after its Back button it looks for what had the focus.
    data = {"told": told, "focus": st.session_state.get(_FOCUS), "run": uuid4().hex}
    attention(data=data, key="attention")
