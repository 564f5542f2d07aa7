"""Operations: how the service is used, how it answers, and which alarms are on."""

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard.charts.operations import draw_latencies, draw_outcomes, draw_statuses
from dashboard.data.metrics import NAME
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import wait_for
from dashboard.services.durations import format_duration
from dashboard.services.operations import (
    count_outcomes,
    count_statuses,
    sort_alarms,
    summarize_usage,
    tabulate_latencies,
)
from dashboard.services.series import choose_step
from dashboard.widgets.alarm_list import draw_alarms
from dashboard.widgets.figures import draw_figures


def draw() -> None:
    """Draws the view."""
    page = start_page("Operations")
    metrics = page.session.metrics
    period, step = page.period, choose_step(page.period)
    gateway, last_report = wait_for(
        NAME,
        lambda: (
            metrics.read_gateway(period.start, period.end, step),
            metrics.find_last_report(page.now),
        ),
        "figures",
    )
    _draw_figures(gateway, last_report, page.now)
    st.subheader("Alarms")
    draw_alarms(sort_alarms(wait_for(NAME, metrics.list_alarms, "alarms")), page.zone)
    if gateway.empty:
        st.info(
            "No data yet: CloudWatch knows of no request in this range. It takes a minute or two to tell.",
            icon=":material/hourglass_empty:",
        )
        return
    answered = wait_for(NAME, lambda: metrics.read_statuses(period.start, period.end, step), "statuses")
    _draw_requests(gateway, answered, page)
    st.subheader("Latency")
    draw_latencies(tabulate_latencies(gateway, period, page.zone))


def _draw_figures(gateway: pd.DataFrame, last_report: datetime | None, now: datetime) -> None:
    used = summarize_usage(gateway)
    draw_figures(
        {
            "Requests": f"{used.requests:,}" if used else "none",
            "Refused (4XX)": f"{used.refused_percent:.1f} %" if used else "-",
            "Failed (5XX)": f"{used.failed_percent:.1f} %" if used else "-",
            "Highest p95 latency": f"{used.highest_p95:,.0f} ms" if used and used.highest_p95 else "-",
            "Last report": f"{format_duration(now - last_report)} ago" if last_report else "none for 15 days",
        }
    )


def _draw_requests(gateway: pd.DataFrame, answered: pd.DataFrame, page: Page) -> None:
    over_time, by_status = st.columns([3, 2], gap="medium")
    with over_time:
        st.subheader("Requests")
        draw_outcomes(count_outcomes(gateway, page.period, page.zone))
    with by_status:
        st.subheader("Status codes")
        draw_statuses(count_statuses(answered, gateway))


draw()
