"""Charts of records. Each draws a data frame that `figures` computed, in the theme's colours.

They are written as specifications of Vega-Lite: to have a library build and check the three of a folder took
56 ms of each look, as much as all the rest of the page, and takes 8 so. The tests check them.

Times in these frames are what the clocks of the chosen zone show. They are handed over as if they
were UTC, and drawn as such, or else the browser would shift them to its own zone.
"""

from collections.abc import Sequence
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from contract.moments import DAY_NAMES, format_duration
from dashboard.frame.choices import RANGE, zoom

Spec = dict[str, Any]
"""A part of a specification."""
Span = tuple[pd.Timestamp, pd.Timestamp]
"""The first and the last moment of a chart on the wall clock: those of the range, whatever the data."""

_HEIGHT: Final = 160
_TALL: Final = 240
_VERMILION: Final = "#d55e00"
_COLOURS: Final = ("#0072b2", "#e69f00", _VERMILION)
"""Told from each other, and from the theme's blue, by every kind of colour vision, on light and on dark."""
_LEGEND: Final = {"orient": "bottom", "columns": 2}
# Two lines: a time of day says nothing without its day.
_TIME_LABEL: Final = "[utcFormat(datum.value, '%H:%M'), utcFormat(datum.value, '%a %d %b')]"
_BRUSH: Final = "brush"
_BRUSHED: Final = {
    "name": _BRUSH,
    "select": {
        "type": "interval",
        "encodings": ["x"],
        # By mouse: on a phone a finger on the chart scrolls the page.
        "on": "[pointerdown[event.pointerType === 'mouse'], window:pointerup] > window:pointermove!",
    },
}
# In SVG the brush would be a symbol without a name, to screen readers. They hear the chart's.
_CANVAS: Final = {"embedOptions": {"renderer": "canvas"}}


def _draw_chart(
    frame: pd.DataFrame | None, name: str, spec: Spec, *, height: int = _HEIGHT, zone: ZoneInfo | None = None
) -> None:
    """Draws a specification of the frame; `name` is the chart's, for screen readers.

    Where there is a `zone`, the stretch of its time axis that is brushed becomes the range. The height is in
    pixels.
    """
    spec = {**spec, "height": height}
    if zone is None:
        st.vega_lite_chart(frame, spec, alt=name)
        return
    key = f"{name} {RANGE.value('')}"  # another chart for each range, without the brush of the last

    def zoom_in() -> None:
        brushed = st.session_state[key].selection.get(_BRUSH, {}).get("time", ())
        if len(brushed) == 2:
            start, end = (pd.Timestamp(moment, unit="ms").to_pydatetime() for moment in brushed)
            zoom(start, end, zone)

    spec |= {"params": [_BRUSHED], "usermeta": _CANVAS}
    st.vega_lite_chart(frame, spec, alt=name, key=key, on_select=zoom_in, selection_mode=_BRUSH)


def draw_files_in_breach(series: pd.DataFrame, zone: ZoneInfo) -> None:
    """Bars of `files` from `time` to `until`, on the clocks of the zone. Brushing them sets the range."""
    files = _build_number("files", "Files in breach", axis={"tickMinStep": 1})
    tooltip = [_build_time_tooltip("From"), _build_number("files", "Files in breach")]
    _draw_bars(series, "Files in breach over time", {"y": files, "tooltip": tooltip}, zone=zone)


def _draw_bars(
    frame: pd.DataFrame,
    name: str,
    encoding: Spec,
    *,
    span: Span | None = None,
    height: int = _HEIGHT,
    zone: ZoneInfo | None = None,
) -> None:
    """Bars from `time` to `until` on the wall clock, and from the ground to what `encoding` has for `y`.

    `span` has the ends of the time axis if they are not those of the data. See `_draw_chart`.
    """
    ends = {"x": _build_time_axis(span), "x2": {"field": "until"}, "y2": {"datum": 0}}
    spec = {"mark": {"type": "bar", "binSpacing": 1}, "encoding": ends | encoding}
    _draw_chart(_label_as_utc(frame, "time", "until"), name, spec, height=height, zone=zone)


def draw_longest_waits(waits: pd.DataFrame, span: Span) -> None:
    """The longest wait in `hours` at each report, at `time`, against the `sla`."""
    data = _label_as_utc(waits, "time").assign(
        waited=(waits["hours"] * 60).map(format_duration), allowed=(waits["sla"] * 60).map(format_duration)
    )
    tooltip = [
        _build_time_tooltip("Reported"),
        _build_name("waited", "Longest wait"),
        _build_name("allowed", "SLA"),
        _build_number("files", "Files"),
    ]
    waited = {
        "mark": {"type": "line", "point": {"size": 16}},
        "encoding": {
            "y": _build_number("hours", "Hours waited", scale={"zero": True}),
            # No line where nothing was reported.
            "detail": _build_name("stretch"),
            "tooltip": tooltip,
        },
    }
    # The SLA from end to end of the range, with its name.
    known = waits[["time", "sla"]]
    ends = pd.DataFrame({"time": list(span), "sla": [known["sla"].iloc[0], known["sla"].iloc[-1]]})
    limit = _label_as_utc(pd.concat([ends[:1], known, ends[1:]], ignore_index=True), "time")
    encoding = {"y": {"field": "sla", "type": "quantitative"}}
    line = {"type": "line", "color": _VERMILION, "strokeDash": [6, 4], "interpolate": "step-after"}
    label = {
        "type": "text", "align": "left", "baseline": "bottom", "dy": -3, "color": _VERMILION,
        "fontWeight": "bold", "text": f"SLA {format_duration(float(known['sla'].iloc[0]) * 60)}",
    }  # fmt: skip
    spec = {
        "datasets": {"waits": data, "limit": limit, "first": limit[:1]},
        "encoding": {"x": _build_time_axis(span)},
        "layer": [
            {"data": {"name": "waits"}, **waited},
            {"data": {"name": "limit"}, "mark": line, "encoding": encoding},
            {"data": {"name": "first"}, "mark": label, "encoding": encoding},
        ],
    }
    _draw_chart(None, "Longest wait at each report, against the SLA", spec)


def draw_days(days: pd.DataFrame, span: Span, zone: ZoneInfo) -> None:
    """Bars of `hours` for each `day`. Brushing them sets the range."""
    hours = _build_number("hours", "Hours in breach")
    day = _build_time_tooltip("Day", unit="utcyearmonthdate", shown="%a %Y-%m-%d")
    _draw_bars(
        days.assign(time=days["day"], until=days["day"] + pd.Timedelta(days=1)).drop(columns="day"),
        "Hours in breach by day",
        {"y": hours, "tooltip": [day, hours]},
        span=span,
        zone=zone,
    )


def draw_heat_map(minutes: pd.DataFrame, name: str) -> None:
    """Squares of `minutes` in breach, by `weekday` and `hour`; `name` is the chart's, for screen readers."""
    days = list(DAY_NAMES.values())
    spelt = minutes.assign(
        day=minutes["weekday"].map(days.__getitem__), spelt=minutes["minutes"].map(format_duration)
    )
    named = ("day", "Day"), ("hour", "From"), ("spelt", "In breach")
    encoding = {
        "x": {"field": "hour", "type": "ordinal", "title": "Hour", "axis": {"labelAngle": 0}},
        "y": {
            "field": "day", "type": "ordinal", "title": None, "sort": days, "axis": {"labelOverlap": False},
        },
        "color": _build_number("minutes", "Minutes"),
        "tooltip": [_build_name(*one) for one in named],
    }  # fmt: skip
    _draw_chart(spelt, name, {"mark": "rect", "encoding": encoding}, height=_HEIGHT + 60)


def draw_outcomes(outcomes: pd.DataFrame, names: Sequence[str]) -> None:
    """Bars of `requests` by `outcome`, one of at most three `names`, from `time` to `until`.

    They reach from `base` to `top`, which stacks them.
    """
    encoding = {
        "y": _build_number("base", "Requests", axis={"tickMinStep": 1}),
        "y2": {"field": "top"},
        "color": _build_name("outcome", scale={"domain": names, "range": list(_COLOURS)}, legend=_LEGEND),
        "tooltip": [
            _build_time_tooltip("From"),
            _build_name("outcome", "Answer"),
            _build_number("requests", "Requests"),
        ],
    }
    _draw_bars(outcomes, "Requests over time by outcome", encoding, height=_TALL)


def draw_latencies(lines: pd.DataFrame, span: Span) -> None:
    """A line of `milliseconds` over `time` for each `line`."""
    encoding = {
        "x": _build_time_axis(span),
        "y": _build_number("milliseconds", "Milliseconds"),
        "color": _build_name("line", legend=_LEGEND),
        "tooltip": [
            _build_time_tooltip("From"),
            _build_name("line", "Route"),
            _build_number("milliseconds", "Milliseconds", format=",.0f"),
        ],
    }
    spec = {"mark": {"type": "line", "point": {"size": 24}}, "encoding": encoding}
    _draw_chart(_label_as_utc(lines, "time"), "Latency over time", spec, height=_TALL)


def _label_as_utc(frame: pd.DataFrame, *names: str) -> pd.DataFrame:
    """The frame with these wall-clock columns handed over as if they were UTC."""
    return frame.assign(**{name: frame[name].dt.tz_localize("UTC") for name in names})


def _build_number(name: str, title: str, **more: Any) -> Spec:
    """What shows a column of numbers."""
    return {"field": name, "type": "quantitative", "title": title, **more}


def _build_name(name: str, title: str | None = None, **more: Any) -> Spec:
    """What shows a column of names."""
    return {"field": name, "type": "nominal", "title": title, **more}


def _build_time_axis(span: Span | None) -> Spec:
    """The axis of `time` on the wall clock, from end to end of the span; of the data where there is none."""
    scale: Spec = {"type": "utc", "nice": False}
    if span is not None:
        # No numbers: Vega-Lite takes them for years in some charts.
        scale["domain"] = [
            {
                "year": one.year, "month": one.month, "date": one.day, "hours": one.hour,
                "minutes": one.minute, "seconds": one.second, "milliseconds": one.microsecond // 1000,
                "utc": True,
            }
            for one in span
        ]  # fmt: skip
    axis = {"labelExpr": _TIME_LABEL, "labelOverlap": True, "labelSeparation": 8, "tickCount": 8}
    return {"field": "time", "type": "temporal", "title": None, "scale": scale, "axis": axis}


def _build_time_tooltip(
    title: str, unit: str = "utcyearmonthdatehoursminutes", shown: str = "%Y-%m-%d %H:%M"
) -> Spec:
    """The tooltip of the same."""
    return {"field": "time", "type": "temporal", "timeUnit": unit, "title": title, "format": shown}
