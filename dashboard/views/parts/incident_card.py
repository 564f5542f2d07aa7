"""One incident in full."""

from typing import Any

import pandas as pd
import streamlit as st

from dashboard.services.durations import spell
from dashboard.views.parts.context import Context
from dashboard.views.parts.folder_link import draw_folder_link
from dashboard.views.parts.text import draw_path


def draw_incident(incident: "pd.Series[Any]", context: Context) -> None:
    """Draws everything known of the incident, and the way to its folder's history."""

    def local(moment: pd.Timestamp) -> str:
        return f"{moment.tz_convert(context.zone):%Y-%m-%d %H:%M:%S}"

    facts = {
        "Waiting since": local(incident["created"]),
        "SLA": spell(incident["sla"]),
        "Over SLA at worst": spell(incident["overdue_worst"]),
        "First reported": local(incident["first_seen"]),
        "Last reported": local(incident["last_seen"]),
        "Reports": f"{incident['reports']:,}",
    }
    if not pd.isna(incident["cleared_at"]):
        facts["Known to be cleared at"] = local(incident["cleared_at"])
    with st.container(border=True):
        draw_path(incident["folder"], incident["filename"])
        st.markdown(f"**{incident['status']}**: {incident['basis']}.")
        st.markdown("\n".join(f"- {name}: **{value}**" for name, value in facts.items()))
        st.caption(f"Times in {context.zone.key}")
        draw_folder_link(incident["folder"])
