"""How the service was used and how it answered, from what CloudWatch keeps of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

import pandas as pd

from contract.metrics import GatewayMetric
from dashboard.data.metrics import Alarm
from dashboard.figures.series import Period, choose_step, to_wall_clock

OUTCOMES: Final = {"2": "Accepted (2XX)", "4": "Refused (4XX)", "5": "Failed (5XX)"}
"""What a status means, by its first digit, in the order in which they are drawn."""
STATUS_COLUMNS: Final = {"status": "str", "route": "str", "requests": "int64"}
"""Columns of a frame of statuses."""
_ERRORS: Final = {"4": GatewayMetric.CLIENT_ERRORS, "5": GatewayMetric.SERVER_ERRORS}
_STATES: Final = {"ALARM": 0, "INSUFFICIENT_DATA": 1, "OK": 2}


class Usage(NamedTuple):
    """The sums of a period, as they are shown."""

    requests: str = "none"
    refused: str = "-"
    failed: str = "-"
    highest_p95: str = "-"
    """Of the slowest step of a route."""


def summarize_usage(gateway: pd.DataFrame) -> Usage:
    """The sums of what the gateway counted."""
    totals = gateway.groupby("name")["value"].sum()
    requests = totals.get(GatewayMetric.COUNT, 0)
    if not requests:
        return Usage()
    refused, failed = (f"{100 * totals.get(name, 0) / requests:.1f} %" for name in _ERRORS.values())
    p95 = gateway.loc[gateway["name"] == f"{GatewayMetric.LATENCY} p95", "value"]
    return Usage(f"{requests:,.0f}", refused, failed, "-" if p95.empty else f"{p95.max():,.0f} ms")


def count_outcomes(gateway: pd.DataFrame, period: Period, zone: ZoneInfo) -> pd.DataFrame:
    """The `requests` of each `outcome` in each step of the period, from `time` to `until` on the wall clock.

    Those of one step are stacked upon each other: each reaches from `base` to `top`.
    """
    step = choose_step(period)
    counts = gateway[gateway["route"] == ""].pivot_table(index="time", columns="name", values="value")
    names = [GatewayMetric.COUNT, *_ERRORS.values()]
    counts = counts.reindex(index=_steps(period, step), columns=names).fillna(0)
    refused, failed = (counts[_ERRORS[digit]] for digit in ("4", "5"))
    outcomes = {"2": counts[GatewayMetric.COUNT] - refused - failed, "4": refused, "5": failed}
    table = pd.DataFrame({OUTCOMES[digit]: requests for digit, requests in outcomes.items()})
    long = table.rename_axis("time").reset_index().melt("time", var_name="outcome", value_name="requests")
    top = long.groupby("time")["requests"].cumsum()
    time = to_wall_clock(long["time"], zone)
    return long.assign(time=time, until=time + step, base=top - long["requests"], top=top)


def count_statuses(answered: pd.DataFrame, gateway: pd.DataFrame) -> pd.DataFrame:
    """How often each status was given, as `STATUSES`, the most frequent first.

    What the gateway answered by itself (a bad token, a body against the model, too many requests)
    is in its own counts alone, and there by class only: the difference is `4XX` or `5XX` of no route.
    """
    known = answered.groupby(["name", "route"], as_index=False).agg(requests=("value", "sum"))
    totals = gateway.groupby("name")["value"].sum()
    rest = [
        (f"{digit}XX", "", totals.get(name, 0) - known.loc[known["name"].str[0] == digit, "requests"].sum())
        for digit, name in _ERRORS.items()
    ]
    rows = [*known.itertuples(index=False, name=None), *(row for row in rest if row[2] > 0)]
    found = pd.DataFrame.from_records(rows, columns=list(STATUS_COLUMNS)).astype(STATUS_COLUMNS)
    return found.sort_values("requests", ascending=False, ignore_index=True)


def tabulate_latencies(gateway: pd.DataFrame, period: Period, zone: ZoneInfo) -> pd.DataFrame:
    """The `milliseconds` of each `line` (route and percentile), at `time` on the wall clock.

    Every step of the period is there, without a number where nothing was timed.
    """
    timed = gateway[gateway["name"].str.startswith(GatewayMetric.LATENCY)]
    percentile = timed["name"].str.removeprefix(f"{GatewayMetric.LATENCY} ")
    lines = timed.assign(line="/" + timed["route"] + " " + percentile)
    table = lines.pivot_table(index="time", columns="line", values="value")
    table = table.reindex(index=_steps(period, choose_step(period))).rename_axis("time").reset_index()
    long = table.melt("time", var_name="line", value_name="milliseconds")
    return long.assign(time=to_wall_clock(long["time"], zone))


def sort_alarms(alarms: Sequence[Alarm]) -> list[Alarm]:
    """The alarms that are on first, and of those the newest; then by name."""
    return sorted(
        alarms,
        key=lambda alarm: (
            _STATES.get(alarm.state, len(_STATES)),
            -alarm.since.timestamp() if alarm.state == "ALARM" else 0,
            alarm.name,
        ),
    )


def _steps(period: Period, step: timedelta) -> pd.DatetimeIndex:
    """When the steps of the period begin, on CloudWatch's raster."""
    start, end = pd.Timestamp(period.start), pd.Timestamp(period.end)
    return pd.date_range(start.floor(step), end, freq=step, inclusive="left").as_unit("us")
