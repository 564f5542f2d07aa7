"""Senders: who reports, who no longer does, and what is wrong with each."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import streamlit as st

from contract.words import SenderState
from dashboard import sender_columns
from dashboard.data.record_table import THE_TABLE
from dashboard.frame.attention import tell
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import wait_for
from dashboard.services.filters import filter_by_text
from dashboard.services.known_senders import Known, list_senders
from dashboard.services.sender_warnings import list_warnings
from dashboard.services.senders import COLUMNS, tabulate_senders
from dashboard.widgets.download import draw_download
from dashboard.widgets.figures import draw_figures
from dashboard.widgets.first_steps import draw_first_steps
from dashboard.widgets.search import pick_text
from dashboard.widgets.sender_card import draw_sender
from dashboard.widgets.sender_link import SENDER
from dashboard.widgets.table import draw_table

_SHOWN: Final = tuple(
    column for column in COLUMNS if column not in (sender_columns.KEY, sender_columns.LAST_RUN_AT)
)
_EXPLANATIONS: Final = {
    "Silent": "Not heard of for longer than twice their interval.",
    "Late": "Due, and not heard of yet.",
    "Refused": "Their last report was refused, and none was taken since.",
    "With warnings": "Something is wrong with them; their details say what to do about it.",
}
_ON_PHONE: Final = (
    sender_columns.NAME,
    sender_columns.STATE,
    sender_columns.WARNINGS,
    sender_columns.LAST_RUN_AGO,
    sender_columns.DUE_IN,
)
_SEARCHED: Final = ("name", "client", "account", "addresses")


def draw() -> None:
    """Draws the view."""
    page = start_page("Senders", ranged=False)
    session = page.session
    fleet, incidents = wait_for(
        THE_TABLE, lambda: (session.senders.list_all(), session.incidents.list_live()), "senders"
    )
    known = list_senders(fleet)
    if not known:
        draw_first_steps()
        return
    tell(f"Senders: {len(known):,}")
    _draw_figures(known, page)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = pick_text("Search senders, accounts, addresses")
        frame = filter_by_text(tabulate_senders(known, page.now, page.zone), text, _SEARCHED)
        draw_download(lambda: frame, len(frame), "senders", COLUMNS[1:], page, text)
    picked = draw_table(
        frame,
        "senders",
        _SHOWN,
        page.zone,
        identity=[sender_columns.KEY.name],
        noun="senders",
        picked_in=SENDER,
        on_phone=_ON_PHONE,
    )
    if picked is not None:
        key = picked[sender_columns.KEY.name]
        sender, refusal = wait_for(THE_TABLE, lambda: session.senders.read(key), "sender")
        listed = next(one for one in known if one.key == key)
        whole = replace(listed, sender=sender or listed.sender, refusal=refusal or listed.refusal)
        draw_sender(whole, [one for one in incidents if one.sender == key], page)


def _draw_figures(known: Sequence[Known], page: Page) -> None:
    states = [one.sender.state if one.sender else None for one in known]
    warned = sum(bool(list_warnings(one, page.now, page.zone)) for one in known)
    draw_figures(
        {
            "Senders": f"{len(known):,}",
            "Silent": f"{states.count(SenderState.SILENT):,}",
            "Late": f"{states.count(SenderState.LATE):,}",
            "Refused": f"{sum(one.refused for one in known):,}",
            "With warnings": f"{warned:,}",
        },
        _EXPLANATIONS,
    )


draw()
