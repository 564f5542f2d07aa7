"""Narrowing the incidents of a page down by owner, and by who is on them."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard.data.incident import Incident
from dashboard.frame.address import Parameter, parse_choice
from dashboard.frame.page import Page
from dashboard.services.incident_filters import Whose, filter_by_owner, filter_by_whose, list_owners
from dashboard.widgets.choice import draw_choice

_LONGEST: Final = 256
OWNER: Final = Parameter("owner", lambda text: text if 0 < len(text) <= _LONGEST else None)
_WHOSE: Final = Parameter("who", parse_choice(*Whose))
_LABELS: Final = {Whose.ALL: "All", Whose.UNACKNOWLEDGED: "Unacknowledged", Whose.MINE: "Mine"}


def pick_incidents(live: Sequence[Incident], ended: Sequence[Incident], page: Page) -> list[Incident]:
    """Draws the choices, and returns those that match, of both, in their order."""
    owner = pick_owner(list_owners([*live, *ended]))
    whose = Whose(_WHOSE.read(Whose.ALL.value))
    username = page.session.analyst.username
    owned = filter_by_owner(live, owner)
    counts = {one: len(filter_by_whose(owned, one, username, page.now)) for one in Whose}
    # Not a segmented control: there the Tab key leads to the first choice, whichever is chosen.
    choices = [one.value for one in Whose]
    st.radio(
        "Whose",
        choices,
        index=choices.index(whose.value),
        format_func=lambda one: f"{_LABELS[Whose(one)]} ({counts[Whose(one)]:,})",
        key=_WHOSE.key,
        on_change=_WHOSE.write_from_widget,
        horizontal=True,
        label_visibility="collapsed",
        width="content",
    )
    return filter_by_whose([*owned, *filter_by_owner(ended, owner)], whose, username, page.now)


def pick_owner(known: Sequence[str]) -> str:
    """Draws the choice of one of these owners, and returns the name; "" for all.

    Where nobody owns anything there is nothing to choose, unless a link does.
    """
    owner = OWNER.value("")
    if known or owner:
        draw_choice("Owner", OWNER, known, owner, "All owners")
    return owner
