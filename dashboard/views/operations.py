"""Operations: how the service is used, how it answers, and which alarms are on."""

from datetime import datetime

import pandas as pd
import streamlit as st

from dashboard.services.durations import spell
from dashboard.services.operations import latencies, outcomes_over_time, ranked, statuses, usage
from dashboard.services.series import step_for
from dashboard.views.parts.alarm_list import draw_alarms
from dashboard.views.parts.context import Context, start
from dashboard.views.parts.figures import draw_figures
from dashboard.views.parts.metrics_source import metrics_of
from dashboard.views.parts.operations_charts import draw_latencies, draw_outcomes, draw_statuses


def draw() -> None:
    """Draws the view."""
    context = start("Operations")
    metrics = metrics_of(context.session)
    period, step = context.period, step_for(context.period)
    gateway = metrics.gateway(period.start, period.end, step)
    _draw_figures(gateway, metrics.last_report(context.now), context.now)
    st.subheader("Alarms")
    draw_alarms(ranked(metrics.alarms()), context.zone)
    if gateway.empty:
        st.info(
            "No data yet: CloudWatch knows of no request in this range. It takes a minute or two to tell.",
            icon=":material/hourglass_empty:",
        )
        return
    _draw_requests(gateway, metrics.statuses(period.start, period.end, step), context)
    st.subheader("Latency")
    draw_latencies(latencies(gateway, period, context.zone))


def _draw_figures(gateway: pd.DataFrame, last_report: datetime | None, now: datetime) -> None:
    used = usage(gateway)
    draw_figures(
        {
            "Requests": f"{used.requests:,}" if used else "none",
            "Refused (4XX)": f"{used.refused_percent:.1f} %" if used else "-",
            "Failed (5XX)": f"{used.failed_percent:.1f} %" if used else "-",
            "Highest p95 latency": f"{used.highest_p95:,.0f} ms" if used and used.highest_p95 else "-",
            "Last report": f"{spell(now - last_report)} ago" if last_report else "none for 15 days",
        }
    )


def _draw_requests(gateway: pd.DataFrame, answered: pd.DataFrame, context: Context) -> None:
    over_time, by_status = st.columns([3, 2], gap="medium")
    with over_time:
        st.subheader("Requests")
        draw_outcomes(outcomes_over_time(gateway, context.period, context.zone))
    with by_status:
        st.subheader("Status codes")
        draw_statuses(statuses(answered, gateway))


draw()
