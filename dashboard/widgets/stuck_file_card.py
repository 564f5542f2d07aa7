"""One stuck file in full."""

from typing import Any

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard.frame.page import Page
from dashboard.services.creation_dates import spell_creation
from dashboard.services.markdown import escape_markdown
from dashboard.widgets.folder_link import draw_folder_link
from dashboard.widgets.lost_letters import draw_lost_letters
from dashboard.widgets.path import draw_path
from dashboard.widgets.picking import PICK
from dashboard.widgets.table import name_details


def draw_stuck_file(stuck: "pd.Series[Any]", page: Page) -> None:
    """Draws everything known of the file, and the way to its folder's history."""

    def local(moment: pd.Timestamp) -> str:
        return f"{moment.tz_convert(page.zone):%Y-%m-%d %H:%M:%S}"

    created = spell_creation(stuck["created"], page.zone, plausible=stuck["plausible"])
    facts = {
        "Sender": escape_markdown(stuck["sender_name"]),
        "Waiting since": local(stuck["created"]) if stuck["plausible"] else f"not known; created {created}",
        "SLA": format_duration(stuck["sla"]),
        "Over SLA at worst": format_duration(stuck["overdue_worst"]),
        "First reported": local(stuck["first_seen"]),
        "Last reported": local(stuck["last_seen"]),
        "Reports": f"{stuck['reports']:,}",
    }
    if not pd.isna(stuck["cleared_at"]):
        facts["Known to be cleared at"] = local(stuck["cleared_at"])
    with st.container(border=True):
        st.header("Stuck file", anchor=name_details(PICK))
        draw_path(stuck["folder"], stuck["filename"])
        st.markdown(f"**{stuck['status']}**: {stuck['basis']}.")
        draw_lost_letters([stuck["folder"], stuck["filename"]])
        st.markdown("\n".join(f"- {name}: **{value}**" for name, value in facts.items()))
        st.caption(f"Times in {page.zone.key}")
        draw_folder_link(stuck["folder"])
