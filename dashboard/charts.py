"""Charts of records. Each draws a data frame that `figures` computed, in the theme's colours.

Times in these frames are what the clocks of the chosen zone show. They are handed over as if they
were UTC, and drawn as such, or else the browser would shift them to its own zone.
"""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import altair as alt
import pandas as pd
import streamlit as st

from contract.moments import DAY_NAMES, format_duration
from dashboard.frame.choices import RANGE, zoom

_HEIGHT: Final = 160
_GROUND: Final = alt.datum(0)
_LIMIT_COLOUR: Final = "#D55E00"
"""Vermilion: distinct from the theme's blue in every kind of colour vision, on light and on dark."""
# Two lines: a time of day says nothing without its day.
_TIME_LABEL: Final = "[utcFormat(datum.value, '%H:%M'), utcFormat(datum.value, '%a %d %b')]"

Span = tuple[pd.Timestamp, pd.Timestamp]
"""The first and the last moment of a chart on the wall clock: those of the range, whatever the data."""


_BRUSH: Final = "brush"


def _draw(chart: Any, name: str, height: int, zone: ZoneInfo | None) -> None:
    """Draws it; where there is a zone, the stretch of its time axis that is brushed becomes the range."""
    chart = chart.properties(height=height)
    if zone is None:
        st.altair_chart(chart, alt=name)
        return
    key = f"{name} {RANGE.value('')}"  # another chart for each range, without the brush of the last

    def zoom_in() -> None:
        brushed = st.session_state[key].selection.get(_BRUSH, {}).get("time", ())
        if len(brushed) == 2:
            start, end = (pd.Timestamp(moment, unit="ms").to_pydatetime() for moment in brushed)
            zoom(start, end, zone)

    # By mouse: on a phone a finger on the chart scrolls the page.
    drag = "[pointerdown[event.pointerType === 'mouse'], window:pointerup] > window:pointermove!"
    brush = alt.selection_interval(name=_BRUSH, encodings=["x"], on=drag)
    # In SVG the brush would be a symbol without a name, to screen readers. They hear the chart's.
    chart = chart.add_params(brush).properties(usermeta={"embedOptions": {"renderer": "canvas"}})
    st.altair_chart(chart, alt=name, key=key, on_select=zoom_in, selection_mode=_BRUSH)


def draw_files_in_breach(series: pd.DataFrame, zone: ZoneInfo) -> None:
    """Bars of `files` from `time` to `until`, on the clocks of the zone. Brushing them sets the range."""
    y = alt.Y("files:Q", title="Files in breach", axis=alt.Axis(tickMinStep=1))
    tooltip = [build_time_tooltip("time", "From"), alt.Tooltip("files:Q", title="Files in breach")]
    draw_bars(series, "Files in breach over time", y=y, tooltip=tooltip, zone=zone)


def draw_bars(
    frame: pd.DataFrame,
    name: str,
    *,
    y: alt.Y,
    tooltip: Sequence[alt.Tooltip],
    y2: Any = _GROUND,
    colour: Any = alt.Undefined,
    span: Span | None = None,
    height: int = _HEIGHT,
    zone: ZoneInfo | None = None,
) -> None:
    """Bars from `time` to `until` on the wall clock, and from `y` to `y2`.

    `name` is the chart's for screen readers, `span` has its ends if they are not those of the data, `height`
    is in pixels. Where there is a `zone`, brushing the chart sets the range.
    """
    chart = alt.Chart(label_as_utc(frame, "time", "until")).mark_bar(binSpacing=1)
    x = build_time_axis("time", span)
    encoded = chart.encode(x=x, x2="until:T", y=y, y2=y2, color=colour, tooltip=list(tooltip))
    _draw(encoded, name, height, zone)


def draw_longest_waits(waits: pd.DataFrame, span: Span) -> None:
    """The longest wait in `hours` at each report, at `time`, against the `sla`."""
    data = label_as_utc(waits, "time").assign(
        waited=(waits["hours"] * 60).map(format_duration), allowed=(waits["sla"] * 60).map(format_duration)
    )
    waited = (
        alt.Chart(data)
        .mark_line(point=alt.OverlayMarkDef(size=16))
        .encode(
            x=build_time_axis("time", span),
            # No line where nothing was reported.
            detail="stretch:N",
            y=alt.Y("hours:Q", title="Hours waited", scale=alt.Scale(zero=True)),
            tooltip=[
                build_time_tooltip("time", "Reported"),
                alt.Tooltip("waited:N", title="Longest wait"),
                alt.Tooltip("allowed:N", title="SLA"),
                alt.Tooltip("files:Q", title="Files"),
            ],
        )
    )
    chart = alt.layer(waited, *_draw_limit(waits, span))
    _draw(chart, "Longest wait at each report, against the SLA", _HEIGHT, None)


def _draw_limit(waits: pd.DataFrame, span: Span) -> tuple[alt.Chart, alt.Chart]:
    """The SLA from end to end of the range, with its name."""
    known = waits[["time", "sla"]]
    ends = pd.DataFrame({"time": list(span), "sla": [known["sla"].iloc[0], known["sla"].iloc[-1]]})
    limit = label_as_utc(pd.concat([ends[:1], known, ends[1:]], ignore_index=True), "time")
    line = alt.Chart(limit).mark_line(color=_LIMIT_COLOUR, strokeDash=[6, 4], interpolate="step-after")
    name = f"SLA {format_duration(float(known['sla'].iloc[0]) * 60)}"
    label = alt.Chart(limit[:1]).mark_text(
        align="left", baseline="bottom", dy=-3, color=_LIMIT_COLOUR, fontWeight="bold", text=name
    )
    axis = build_time_axis("time", span)
    return line.encode(x=axis, y="sla:Q"), label.encode(x=axis, y="sla:Q")


def draw_days(days: pd.DataFrame, span: Span, zone: ZoneInfo) -> None:
    """Bars of `hours` for each `day`. Brushing them sets the range."""
    draw_bars(
        days.assign(time=days["day"], until=days["day"] + pd.Timedelta(days=1)).drop(columns="day"),
        "Hours in breach by day",
        y=alt.Y("hours:Q", title="Hours in breach"),
        tooltip=[
            alt.Tooltip("utcyearmonthdate(time):T", title="Day", format="%a %Y-%m-%d"),
            alt.Tooltip("hours:Q", title="Hours in breach"),
        ],
        span=span,
        zone=zone,
    )


def draw_heat_map(minutes: pd.DataFrame, name: str) -> None:
    """Squares of `minutes` in breach, by `weekday` and `hour`; `name` is the chart's, for screen readers."""
    days = list(DAY_NAMES.values())
    spelt = minutes.assign(
        day=minutes["weekday"].map(days.__getitem__), spelt=minutes["minutes"].map(format_duration)
    )
    chart = (
        alt.Chart(spelt)
        .mark_rect()
        .encode(
            x=alt.X("hour:O", title="Hour", axis=alt.Axis(labelAngle=0)),
            y=alt.Y("day:O", title=None, sort=days, axis=alt.Axis(labelOverlap=False)),
            color=alt.Color("minutes:Q", title="Minutes"),
            tooltip=[
                alt.Tooltip("day:N", title="Day"),
                alt.Tooltip("hour:O", title="From"),
                alt.Tooltip("spelt:N", title="In breach"),
            ],
        )
    )
    _draw(chart, name, _HEIGHT + 60, None)


def label_as_utc(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with these wall-clock columns handed over as if they were UTC."""
    return frame.assign(**{name: frame[name].dt.tz_localize("UTC") for name in names})


def build_time_axis(name: str, span: Span | None = None) -> alt.X:
    """The axis of such a column; from end to end of the span, or of the data where there is none."""
    axis = alt.Axis(labelExpr=_TIME_LABEL, labelOverlap=True, labelSeparation=8, tickCount=8)
    ends = [moment.tz_localize("UTC").to_pydatetime() for moment in span] if span else alt.Undefined
    return alt.X(f"{name}:T", title=None, scale=alt.Scale(type="utc", domain=ends, nice=False), axis=axis)


def build_time_tooltip(name: str, title: str) -> alt.Tooltip:
    """The tooltip of such a column."""
    return alt.Tooltip(f"utcyearmonthdatehoursminutes({name}):T", title=title, format="%Y-%m-%d %H:%M")
