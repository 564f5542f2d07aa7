"""How the alarms stand: those that are on in words, then all of them in a table."""

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

import streamlit as st

from dashboard.data.metrics import Alarm
from dashboard.services.markdown import escape_markdown
from dashboard.widgets.rows import RowColumn, draw_rows
from dashboard.widgets.runbook_link import build_runbook_cell, draw_runbook_link

_STATES: Final = {"ALARM": "▲ On", "OK": "✓ OK", "INSUFFICIENT_DATA": "… No data"}
_COLUMNS: Final = (
    RowColumn(name="state", heading="State", kind="text", width=80),
    RowColumn(name="name", heading="Alarm", kind="name", width=180),
    RowColumn(name="since", heading="Since", kind="moment", width=136),
    RowColumn(name="runbook", heading="Runbook", kind="link", width=90),
    RowColumn(name="meaning", heading="Meaning", kind="text", width=240, on_phone=False),
)
_NAMED: Final = 4
"""As many as fit into a line."""


def draw_alarms(alarms: Sequence[Alarm], zone: ZoneInfo) -> None:
    """Draws alarms in the given order."""
    if not alarms:
        st.info("This stack has no alarms.", icon=":material/notifications_off:")
        return
    for alarm in alarms:
        if alarm.state == "ALARM":
            _draw_alarm_on(alarm, zone)
    if all(alarm.state != "ALARM" for alarm in alarms):
        st.success("No alarm is on.", icon=":material/check_circle:")
    with st.expander(f"All {len(alarms)} alarms"):
        draw_rows(
            [(alarm.name, _list_cells(alarm, zone)) for alarm in alarms],
            "alarms",
            _COLUMNS,
            label="Alarms",
        )


def name_alarms_on(alarms: Sequence[Alarm]) -> str:
    """A sentence in Markdown that names the alarms that are on; nothing where none is."""
    on = [f"**{escape_markdown(alarm.name)}**" for alarm in alarms if alarm.state == "ALARM"]
    if not on:
        return ""
    named = ", ".join(on[:_NAMED]) + (" and others" if len(on) > _NAMED else "")
    return f"1 alarm is on: {named}." if len(on) == 1 else f"{len(on):,} alarms are on: {named}."


def _draw_alarm_on(alarm: Alarm, zone: ZoneInfo) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.error(
            f"**{escape_markdown(alarm.name)}**, since {alarm.since.astimezone(zone):%Y-%m-%d %H:%M}. "
            f"{escape_markdown(alarm.meaning)}",
            icon=":material/notifications_active:",
        )
        draw_runbook_link(alarm.runbook, alarm.name)


def _list_cells(alarm: Alarm, zone: ZoneInfo) -> list[str | tuple[str, str, str]]:
    return [
        _STATES.get(alarm.state, alarm.state),
        alarm.name,
        f"{alarm.since.astimezone(zone):%Y-%m-%d %H:%M}",
        build_runbook_cell(alarm.runbook, alarm.name),
        alarm.meaning,
    ]
