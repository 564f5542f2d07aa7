"""How the service was used and how it answered, from what CloudWatch keeps of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard.data.metrics import Alarm
from dashboard.services.series import wall_clock
from handlers.names import GatewayMetric

OUTCOMES: Final = {"2": "Accepted (2XX)", "4": "Refused (4XX)", "5": "Failed (5XX)"}
"""What a status means, by its first digit, in the order in which they are drawn."""
_ERRORS: Final = {"4": GatewayMetric.CLIENT_ERRORS, "5": GatewayMetric.SERVER_ERRORS}
_STATES: Final = {"ALARM": 0, "INSUFFICIENT_DATA": 1, "OK": 2}


@dataclass(frozen=True)
class Usage:
    """The sums of a period."""

    requests: int
    refused_percent: float
    failed_percent: float
    highest_p95: float | None
    """Milliseconds; None if nothing was timed."""


def usage(gateway: pd.DataFrame) -> Usage | None:
    """The sums of what the gateway counted; None if it counted no request."""
    totals = gateway.groupby("name")["value"].sum()
    requests = totals.get(GatewayMetric.COUNT, 0)
    if not requests:
        return None
    p95 = gateway.loc[gateway["name"] == f"{GatewayMetric.LATENCY} p95", "value"]
    return Usage(
        requests=int(requests),
        refused_percent=100 * totals.get(GatewayMetric.CLIENT_ERRORS, 0) / requests,
        failed_percent=100 * totals.get(GatewayMetric.SERVER_ERRORS, 0) / requests,
        highest_p95=None if p95.empty else float(p95.max()),
    )


def outcomes_over_time(gateway: pd.DataFrame, step: timedelta, zone: ZoneInfo) -> pd.DataFrame:
    """The `requests` of each `outcome`, from `time` to `until` on the wall clock."""
    counts = gateway[gateway["route"] == ""].pivot_table(
        index="time", columns="name", values="value", fill_value=0
    )
    for name in (GatewayMetric.COUNT, *_ERRORS.values()):
        counts[name] = counts.get(name, 0)
    refused, failed = (counts[_ERRORS[digit]] for digit in ("4", "5"))
    outcomes = pd.DataFrame(
        {
            OUTCOMES["2"]: counts[GatewayMetric.COUNT] - refused - failed,
            OUTCOMES["4"]: refused,
            OUTCOMES["5"]: failed,
        }
    )
    long = outcomes.rename_axis("time").reset_index().melt("time", var_name="outcome", value_name="requests")
    return _on_the_wall_clock(long[long["requests"] > 0], step, zone)


def statuses(answered: pd.DataFrame, gateway: pd.DataFrame) -> pd.DataFrame:
    """`requests` by `status` and `route`, the most frequent first.

    What the gateway answered by itself (a bad token, a body against the model, too many requests)
    is in its own counts alone, and there by class only: the difference is `4XX` or `5XX` of no route.
    """
    by_status = answered.groupby(["name", "route"], as_index=False)["value"].sum()
    known = by_status.rename(columns={"name": "status", "value": "requests"})
    totals = gateway.groupby("name")["value"].sum()
    by_gateway = [
        (f"{digit}XX", "", totals.get(name, 0) - known.loc[known["status"].str[0] == digit, "requests"].sum())
        for digit, name in _ERRORS.items()
    ]
    rest = pd.DataFrame([row for row in by_gateway if row[2] > 0], columns=["status", "route", "requests"])
    found = pd.concat([frame for frame in (known, rest) if not frame.empty] or [known])
    return found.astype({"requests": "int64"}).sort_values("requests", ascending=False, ignore_index=True)


def latencies(gateway: pd.DataFrame, zone: ZoneInfo) -> pd.DataFrame:
    """The `milliseconds` of each `line` (route and percentile), at `time` on the wall clock."""
    timed = gateway[gateway["name"].str.startswith(GatewayMetric.LATENCY)]
    percentile = timed["name"].str.removeprefix(f"{GatewayMetric.LATENCY} ")
    frame = pd.DataFrame(
        {
            "time": timed["time"],
            "line": "/" + timed["route"] + " " + percentile,
            "milliseconds": timed["value"],
        }
    )
    return frame.assign(time=wall_clock(frame["time"], zone)).sort_values(["line", "time"], ignore_index=True)


def ranked(alarms: Sequence[Alarm]) -> list[Alarm]:
    """The alarms that are on first, and of those the newest; then by name."""
    return sorted(
        alarms,
        key=lambda alarm: (
            _STATES.get(alarm.state, len(_STATES)),
            -alarm.since.timestamp() if alarm.state == "ALARM" else 0,
            alarm.name,
        ),
    )


def _on_the_wall_clock(frame: pd.DataFrame, step: timedelta, zone: ZoneInfo) -> pd.DataFrame:
    time = wall_clock(frame["time"], zone)
    return frame.assign(time=time, until=time + step).reset_index(drop=True)
