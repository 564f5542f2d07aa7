"""Charts. Each draws a frame that a service computed, in the theme's colours.

Times in these frames are what the clocks of the chosen zone show. They are handed over as if they
were UTC, and drawn as such, or else the browser would shift them to its own zone.
"""

from typing import Final

import altair as alt
import pandas as pd
import streamlit as st

from dashboard.services.durations import format_duration

_HEIGHT: Final = 220
_LIMIT_COLOUR: Final = "#D55E00"
"""Vermilion: told from the theme's blue by every kind of colour vision, on light and on dark."""
_TIME_LABEL: Final = (
    "utchours(datum.value) + utcminutes(datum.value) == 0"
    " ? utcFormat(datum.value, '%a %d %b') : utcFormat(datum.value, '%H:%M')"
)


def draw_files_in_breach(series: pd.DataFrame) -> None:
    """Bars of `files` from `time` to `until`."""
    chart = (
        alt.Chart(label_as_utc(series, "time", "until"))
        .mark_bar(binSpacing=1)
        .encode(
            x=build_time_axis("time"),
            x2="until:T",
            y=alt.Y("files:Q", title="Files in breach", axis=alt.Axis(tickMinStep=1)),
            y2=alt.datum(0),
            tooltip=[build_time_tooltip("time", "From"), alt.Tooltip("files:Q", title="Files in breach")],
        )
    )
    st.altair_chart(chart.properties(height=_HEIGHT), alt="Files in breach over time")


def draw_longest_waits(waits: pd.DataFrame) -> None:
    """The longest wait in `hours` at each report, at `time`, against the `sla`."""
    data = label_as_utc(waits, "time").assign(
        waited=(waits["hours"] * 60).map(format_duration), allowed=(waits["sla"] * 60).map(format_duration)
    )
    base = alt.Chart(data).encode(x=build_time_axis("time"))
    waited = base.mark_line(point=alt.OverlayMarkDef(size=16)).encode(
        # No line where nothing was reported.
        detail="stretch:N",
        y=alt.Y("hours:Q", title="Hours waited"),
        tooltip=[
            build_time_tooltip("time", "Reported"),
            alt.Tooltip("waited:N", title="Longest wait"),
            alt.Tooltip("allowed:N", title="SLA"),
            alt.Tooltip("files:Q", title="Files"),
        ],
    )
    limit = base.mark_line(color=_LIMIT_COLOUR, strokeDash=[6, 4], interpolate="step-after").encode(y="sla:Q")
    st.altair_chart(
        (waited + limit).properties(height=_HEIGHT), alt="Longest wait at each report, against the SLA"
    )


def draw_weeks(weeks: pd.DataFrame) -> None:
    """Bars of `hours` for each `week`."""
    data = weeks.assign(label=weeks["week"].dt.strftime("%Y-%m-%d"))
    chart = (
        alt.Chart(data)
        .mark_bar(size=28)
        .encode(
            x=alt.X("label:O", title="Week from", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("hours:Q", title="Hours in breach", axis=alt.Axis(tickMinStep=1)),
            tooltip=[
                alt.Tooltip("label:N", title="Week from"),
                alt.Tooltip("hours:Q", title="Hours in breach"),
            ],
        )
    )
    st.altair_chart(chart.properties(height=_HEIGHT), alt="Hours in breach by week")


def label_as_utc(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with these wall-clock columns handed over as if they were UTC."""
    return frame.assign(**{name: frame[name].dt.tz_localize("UTC") for name in names})


def build_time_axis(name: str) -> alt.X:
    """The axis of such a column."""
    axis = alt.Axis(labelExpr=_TIME_LABEL, labelOverlap=True)
    return alt.X(f"{name}:T", title=None, scale=alt.Scale(type="utc"), axis=axis)


def build_time_tooltip(name: str, title: str) -> alt.Tooltip:
    """The tooltip of such a column."""
    return alt.Tooltip(f"utcyearmonthdatehoursminutes({name}):T", title=title, format="%Y-%m-%d %H:%M")
