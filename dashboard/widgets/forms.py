"""What the forms of actions share: the button that opens one, what surrounds its fields, and how it ends."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Final, Literal

import streamlit as st

from contract.action import ACTION_PARAMETER, LinkedAction
from dashboard.frame import acting
from dashboard.frame.acting import ActionForm
from dashboard.frame.choices import Parameter, parse_choice

ANCHOR: Final = "action-form"
"""Of the heading of the one form that is open."""
LINKED: Final = Parameter(ACTION_PARAMETER, parse_choice(*LinkedAction))
"""The form that a link opens. It leaves the address with the first button that is pressed."""


def draw_opener(place: str, action: str, label: str, icon: str) -> None:
    """A button that opens the form of an action at a place, and closes it where it is open."""

    def toggle() -> None:
        LINKED.write(None)
        acting.toggle_form(place, action, ANCHOR)

    st.button(f"{label}…", icon=icon, key=f"{place}_{action}", on_click=toggle)


@contextmanager
def draw_form(
    form: ActionForm, title: str, explanation: str, buttons: Mapping[str, Callable[[], None]], focus: str
) -> Iterator[None]:
    """Draws the form around the fields that its `with` block draws.

    Args:
        form: that is open.
        title: its heading.
        explanation: what it does.
        buttons: what each button beside Cancel does, by its label; the first is the main one.
        focus: the anchor of the heading that Cancel leads back to.
    """

    def press(then: Callable[[], None]) -> None:
        LINKED.write(None)
        then()

    with st.form(f"{form.place}_{form.token}"):
        st.subheader(title, anchor=ANCHOR)
        st.caption(explanation)
        yield
        with st.container(horizontal=True, gap="xsmall"):
            for number, (label, submit) in enumerate(buttons.items()):
                kind: Literal["primary", "secondary"] = "secondary" if number else "primary"
                st.form_submit_button(label, type=kind, on_click=press, args=(submit,))
            st.form_submit_button("Cancel", on_click=press, args=(lambda: acting.cancel_form(focus),))
