"""Service health: how the service is used, how it answers, and which alarms are on."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from contract.moments import format_duration
from dashboard.charts import draw_latencies, draw_outcomes
from dashboard.columns import Column
from dashboard.data.metrics import CLOUDWATCH, Alarm
from dashboard.data.tables import THE_TABLE
from dashboard.figures.senders import summarize
from dashboard.figures.series import choose_step, find_span
from dashboard.figures.text import escape_markdown
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import announce, wait_for, wait_or_none
from dashboard.views import service_figures
from dashboard.widgets.basics import draw_figures
from dashboard.widgets.links import build_runbook_cell, draw_runbook_link
from dashboard.widgets.rows import Cell, draw_rows
from dashboard.widgets.table import draw_plain_table
from store.maintenance import LONGEST_GRACE_PERIOD

_COLUMNS: Final = (
    Column("status", "text", "Status", None, 64),
    Column("route", "text", "Answered by", None, 150),
    Column("requests", "count", "Requests", None, 80),
)
_STATES: Final = {"ALARM": "▲ On", "OK": "✓ OK", "INSUFFICIENT_DATA": "… No data"}
_ALARM_COLUMNS: Final = (
    Column("state", "text", "State", None, 80),
    Column("name", "name", "Alarm", None, 180),
    Column("since", "moment", "Since"),
    Column("runbook", "link", "Runbook", None, 90),
    Column("meaning", "text", "Meaning", None, 240),
)


def draw() -> None:
    """Draws the page."""
    page = start_page("Service health")
    metrics = page.session.metrics
    period, step = page.period, choose_step(page.period)
    gateway = wait_for(CLOUDWATCH, lambda: metrics.read_gateway(period.start, period.end, step), "figures")
    tables, since = page.session.tables, page.now - LONGEST_GRACE_PERIOD
    known = wait_or_none(
        THE_TABLE,
        lambda: (tables.list_live(), tables.list_senders(), page.now, tables.list_windows(since)),
        "senders",
    )
    status = summarize(*known) if known else None
    last = "unknown" if status is None else "none"
    if status is not None and status.last_report is not None:
        last = f"{format_duration(page.now - status.last_report)} ago"
    used = service_figures.summarize_usage(gateway)
    draw_figures(
        ("Requests", used.requests, "All requests to the API in the range, sign-ins included."),
        ("Refused (4XX)", used.refused, "Something was wrong with the request."),
        ("Failed (5XX)", used.failed, "The service failed."),
        (
            "Highest p95 latency",
            used.highest_p95,
            "19 of 20 requests were faster, in the slowest step below.",
        ),
        ("Last report", last, "The last report or heartbeat that was accepted, of any sender."),
    )
    senders = status.describe_senders() if status else "Whether reports are late is unknown now"
    st.caption(f"{senders}.")
    st.header("Alarms", anchor=False)
    alarms = service_figures.sort_alarms(wait_for(CLOUDWATCH, metrics.list_alarms, "alarms"))
    on = sum(alarm.state == "ALARM" for alarm in alarms)
    announce(f"Service health: {on:,} of {len(alarms):,} alarms are on")
    _draw_alarms(alarms, page)
    if gateway.empty:
        st.info(
            "No data yet: CloudWatch has no request in this range. Data takes a minute or two to arrive.",
            icon=":material/hourglass_empty:",
        )
        return
    answered = wait_for(CLOUDWATCH, lambda: metrics.read_statuses(period.start, period.end, step), "statuses")
    over_time, by_status = st.columns([3, 2], gap="medium")
    with over_time:
        st.header("Requests", anchor=False)
        outcomes = service_figures.count_outcomes(gateway, period, page.zone)
        draw_outcomes(outcomes, list(service_figures.OUTCOMES.values()))
    with by_status:
        st.header("Status codes", anchor=False)
        found = service_figures.count_statuses(answered, gateway)
        found["route"] = ("/" + found["route"]).replace("/", "(the gateway itself)")
        draw_plain_table(found, "statuses", _COLUMNS, page.zone, label="Status codes")
    st.header("Latency", anchor=False)
    draw_latencies(
        service_figures.tabulate_latencies(gateway, period, page.zone), find_span(period, page.zone)
    )


def _draw_alarms(alarms: Sequence[Alarm], page: Page) -> None:
    if not alarms:
        st.info("This stack has no alarms.", icon=":material/notifications_off:")
        return
    rows: list[tuple[str, list[Cell]]] = []
    for one in alarms:
        state, since = _STATES.get(one.state, one.state), page.spell(one.since)
        runbook = build_runbook_cell(one.runbook, one.name)
        rows.append((one.name, [state, one.name, since, runbook, one.meaning]))
        if one.state == "ALARM":
            text = f"**{escape_markdown(one.name)}**, since {since}. {escape_markdown(one.meaning)}"
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.error(text, icon=":material/notifications_active:")
                draw_runbook_link(one.runbook, one.name)
    if all(one.state != "ALARM" for one in alarms):
        st.success("No alarm is on.", icon=":material/check_circle:")
    with st.expander(f"All {len(alarms)} alarms"):
        draw_rows(rows, "alarms", _ALARM_COLUMNS, label="Alarms")


draw()
