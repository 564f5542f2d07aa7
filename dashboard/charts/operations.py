"""Charts of the operations view; times as in `charts`."""

from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.charts.records import Span, build_time_axis, build_time_tooltip, label_as_utc
from dashboard.services.operations import OUTCOMES

_HEIGHT: Final = 240
# Told from each other by every kind of colour vision, on light and on dark.
_COLOURS: Final = ("#0072b2", "#e69f00", "#d55e00")


def draw_outcomes(outcomes: pd.DataFrame) -> None:
    """Bars of `requests` by `outcome` from `time` to `until`, and from `base` to `top`."""
    chart = (
        alt.Chart(label_as_utc(outcomes, "time", "until"))
        .mark_bar(binSpacing=1)
        .encode(
            x=build_time_axis("time"),
            x2="until:T",
            y=alt.Y("base:Q", title="Requests", axis=alt.Axis(tickMinStep=1)),
            y2="top:Q",
            color=alt.Color(
                "outcome:N",
                title=None,
                scale=alt.Scale(domain=list(OUTCOMES.values()), range=list(_COLOURS)),
                legend=alt.Legend(orient="bottom", columns=2),
            ),
            tooltip=[
                build_time_tooltip("time", "From"),
                alt.Tooltip("outcome:N", title="Answer"),
                alt.Tooltip("requests:Q", title="Requests"),
            ],
        )
    )
    st.altair_chart(chart.properties(height=_HEIGHT), alt="Requests over time by outcome")


def draw_latencies(lines: pd.DataFrame, span: Span) -> None:
    """A line of `milliseconds` over `time` for each `line`."""
    chart = (
        alt.Chart(label_as_utc(lines, "time"))
        .mark_line(point=alt.OverlayMarkDef(size=24))
        .encode(
            x=build_time_axis("time", span),
            y=alt.Y("milliseconds:Q", title="Milliseconds"),
            color=alt.Color("line:N", title=None, legend=alt.Legend(orient="bottom", columns=2)),
            tooltip=[
                build_time_tooltip("time", "From"),
                alt.Tooltip("line:N", title="Route"),
                alt.Tooltip("milliseconds:Q", title="Milliseconds", format=",.0f"),
            ],
        )
    )
    st.altair_chart(chart.properties(height=_HEIGHT), alt="Latency over time")
