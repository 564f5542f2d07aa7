"""How the alarms stand: those that are on in words, then all of them in a table."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.columns import MOMENT, Column
from dashboard.data.metrics import Alarm
from dashboard.services.markdown import escape_markdown
from dashboard.widgets.columns import configure_column

_STATES: Final = {"ALARM": "On", "OK": "OK", "INSUFFICIENT_DATA": "No data"}
_SINCE: Final = Column("since", MOMENT, "moment", "Since")
_ROW: Final = 35
_SHOWN_ROWS: Final = 8
_NAMED: Final = 4
"""As many as fit into a line."""


def draw_alarms(alarms: Sequence[Alarm], zone: ZoneInfo) -> None:
    """Draws alarms in the given order."""
    if not alarms:
        st.info("This stack has no alarms.", icon=":material/notifications_off:")
        return
    for alarm in alarms:
        if alarm.state == "ALARM":
            since = f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}"
            st.error(
                f"**{escape_markdown(alarm.name)}**, since {since}. {escape_markdown(alarm.meaning)} "
                f"[What to do]({_build_address(alarm.runbook)})",
                icon=":material/notifications_active:",
            )
    if all(alarm.state != "ALARM" for alarm in alarms):
        st.success("No alarm is on.", icon=":material/check_circle:")
    table = pd.DataFrame(
        {
            "state": [_STATES.get(alarm.state, alarm.state) for alarm in alarms],
            "name": [alarm.name for alarm in alarms],
            "since": [alarm.since for alarm in alarms],
            "meaning": [alarm.meaning for alarm in alarms],
            "runbook": [_build_address(alarm.runbook) for alarm in alarms],
        }
    )
    with st.expander(f"All {len(alarms)} alarms"):
        st.dataframe(
            table,
            hide_index=True,
            column_order=["state", "name", "since", "runbook", "meaning"],
            height=_ROW * (min(len(alarms), _SHOWN_ROWS) + 1) + 3,
            column_config={
                "state": st.column_config.TextColumn("State", width="small"),
                "name": st.column_config.TextColumn("Alarm"),
                "since": configure_column(_SINCE, zone),
                "meaning": st.column_config.TextColumn("Meaning", width="large"),
                "runbook": st.column_config.LinkColumn("Runbook", display_text="What to do"),
            },
            alt="Alarms",
        )


def name_alarms_on(alarms: Sequence[Alarm]) -> str:
    """A sentence in Markdown that names the alarms that are on; nothing where none is."""
    on = [f"**{escape_markdown(alarm.name)}**" for alarm in alarms if alarm.state == "ALARM"]
    if not on:
        return ""
    named = ", ".join(on[:_NAMED]) + (" and others" if len(on) > _NAMED else "")
    return f"1 alarm is on: {named}." if len(on) == 1 else f"{len(on):,} alarms are on: {named}."


def _build_address(runbook: str) -> str:
    """The published section, or the dashboard's own copy of it."""
    return runbook if runbook.startswith("https://") else f"runbook#{runbook.partition('#')[2]}"
