"""Operations: how the service is used, how it answers, and which alarms are on."""

from datetime import datetime
from typing import Final

import pandas as pd
import streamlit as st

from contract.moments import format_duration
from dashboard.charts.operations import draw_latencies, draw_outcomes
from dashboard.data import record_table
from dashboard.data.metrics import CLOUDWATCH
from dashboard.errors import DashboardError, NotAnAnalystError, SessionExpiredError
from dashboard.frame.attention import tell
from dashboard.frame.page import Page, start_page
from dashboard.frame.waiting import wait_for
from dashboard.services.operations import (
    count_outcomes,
    count_statuses,
    sort_alarms,
    summarize_usage,
    tabulate_latencies,
)
from dashboard.services.punctuality import describe_punctuality
from dashboard.services.series import choose_step, find_span
from dashboard.widgets.alarm_list import draw_alarms
from dashboard.widgets.figures import draw_figures
from dashboard.widgets.status_list import draw_statuses

_EXPLANATIONS: Final = {
    "Requests": "All that the API was asked in the range, signing in included.",
    "Refused (4XX)": "Answered with what was wrong with the request.",
    "Failed (5XX)": "Not answered as they should have been: the service is at fault.",
    "Highest p95 latency": "Of every 20 requests, 19 were faster, in the slowest step of the chart below.",
}


def draw() -> None:
    """Draws the view."""
    page = start_page("Operations")
    metrics = page.session.metrics
    period, step = page.period, choose_step(page.period)
    gateway, last_report = wait_for(
        CLOUDWATCH,
        lambda: (
            metrics.read_gateway(period.start, period.end, step),
            metrics.find_last_report(page.now),
        ),
        "figures",
    )
    _draw_figures(gateway, last_report, page.now)
    _tell_whether_late(page)
    st.header("Alarms", anchor=False)
    alarms = sort_alarms(wait_for(CLOUDWATCH, metrics.list_alarms, "alarms"))
    tell(f"Operations: {sum(alarm.state == 'ALARM' for alarm in alarms):,} of {len(alarms):,} alarms are on")
    draw_alarms(alarms, page.zone)
    if gateway.empty:
        st.info(
            "No data yet: CloudWatch knows of no request in this range. It takes a minute or two to tell.",
            icon=":material/hourglass_empty:",
        )
        return
    answered = wait_for(CLOUDWATCH, lambda: metrics.read_statuses(period.start, period.end, step), "statuses")
    _draw_requests(gateway, answered, page)
    st.header("Latency", anchor=False)
    draw_latencies(tabulate_latencies(gateway, period, page.zone), find_span(period, page.zone))


def _draw_figures(gateway: pd.DataFrame, last_report: datetime | None, now: datetime) -> None:
    used = summarize_usage(gateway)
    draw_figures(
        {
            "Requests": f"{used.requests:,}" if used else "none",
            "Refused (4XX)": f"{used.refused_percent:.1f} %" if used else "-",
            "Failed (5XX)": f"{used.failed_percent:.1f} %" if used else "-",
            "Highest p95 latency": f"{used.highest_p95:,.0f} ms" if used and used.highest_p95 else "-",
            "Last report": f"{format_duration(now - last_report)} ago" if last_report else "none for 15 days",
        },
        _EXPLANATIONS,
    )


def _tell_whether_late(page: Page) -> None:
    """That nobody can tell keeps nothing else from being shown."""
    try:
        fleet = wait_for(record_table.THE_TABLE, page.session.senders.list_all, "senders")
    except (NotAnAnalystError, SessionExpiredError):
        raise
    except DashboardError:
        told = "Whether reports are late cannot be told at the moment."
    else:
        told = f"Reports: {describe_punctuality(fleet.senders, page.now)}."
    st.caption(told)


def _draw_requests(gateway: pd.DataFrame, answered: pd.DataFrame, page: Page) -> None:
    over_time, by_status = st.columns([3, 2], gap="medium")
    with over_time:
        st.header("Requests", anchor=False)
        draw_outcomes(count_outcomes(gateway, page.period, page.zone))
    with by_status:
        st.header("Status codes", anchor=False)
        draw_statuses(count_statuses(answered, gateway))


draw()
