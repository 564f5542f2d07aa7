"""What charts are drawn of: the range from end to end, dates on every label, and the SLA by its name."""

import re
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import altair
import pandas as pd
import pytest

from dashboard import charts
from dashboard.frame import choices

SPAN: Final = (pd.Timestamp("2026-11-19 18:30"), pd.Timestamp("2026-11-26 18:30"))
SAME: Final = {"year": 2026, "month": 11, "hours": 18, "minutes": 30, "seconds": 0, "milliseconds": 0}
ENDS: Final = [{**SAME, "date": day, "utc": True} for day in (19, 26)]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """The last chart, as Vega-Lite is given it, held against its schema."""
    given: list[dict[str, Any]] = []
    monkeypatch.setattr("streamlit.vega_lite_chart", lambda _, spec, **__: given.append(spec))

    def read() -> dict[str, Any]:
        spec = given[-1]
        datasets: dict[str, list[Any]] = {name: [] for name in spec.get("datasets", {})}
        altair.Chart.from_dict({"data": {"values": []}, **spec, "datasets": datasets})
        return spec

    return read


def test_waits_and_the_sla_reach_from_end_to_end_of_the_range(drawn: Callable[[], dict[str, Any]]) -> None:
    time = pd.Series([SPAN[0] + pd.Timedelta(days=day) for day in (2, 3)])
    numbers = {"hours": [1.0, 2.0], "sla": [0.5, 0.75], "files": [1, 2], "stretch": [0, 0]}
    charts.draw_longest_waits(pd.DataFrame({"time": time, **numbers}), SPAN)
    chart = drawn()
    assert chart["encoding"]["x"]["scale"]["domain"] == ENDS
    _, line, label = chart["layer"]
    limit = chart["datasets"][line["data"]["name"]]
    assert [*limit["time"].iloc[[0, -1]].dt.strftime("%F")] == ["2026-11-19", "2026-11-26"]
    assert [*limit["sla"].iloc[[0, -1]]] == [0.5, 0.75]
    assert label["mark"]["text"] == "SLA 30 min"


def test_every_other_chart_is_one_of_vega_lite(drawn: Callable[[], dict[str, Any]]) -> None:
    bars = pd.DataFrame({"time": SPAN[:1], "until": SPAN[1:], "files": 1, "requests": 1, "base": 0, "top": 1})
    charts.draw_files_in_breach(bars, ZoneInfo("UTC"))
    assert drawn()["encoding"]["y2"] == {"datum": 0}
    charts.draw_outcomes(bars.assign(outcome="Failed"), ["Failed"])
    assert drawn()["encoding"]["y2"] == {"field": "top"}
    charts.draw_latencies(bars.assign(line="/auth", milliseconds=20.0), SPAN)
    axis = drawn()["encoding"]["x"]
    assert axis["scale"]["domain"] == ENDS
    # Every label of a time has its date.
    assert re.fullmatch(r"\[.*'%H:%M'.*'%a %d %b'.*\]", axis["axis"]["labelExpr"])
    days = pd.DataFrame({"day": pd.Series(pd.date_range("2026-11-19", "2026-11-26")), "hours": range(8)})
    charts.draw_days(days, SPAN, ZoneInfo("Asia/Kolkata"))
    assert drawn()["encoding"]["x"]["scale"]["domain"] == ENDS
    assert [one["name"] for one in drawn()["params"]] == ["brush"]
    charts.draw_heat_map(pd.DataFrame({"weekday": [0], "hour": [9], "minutes": [60.0]}), "Minutes in breach")
    assert drawn()["encoding"]["y"]["sort"][0] == "Mon"


def test_a_brushed_chart_sets_the_range(monkeypatch: pytest.MonkeyPatch) -> None:
    address: dict[str, str] = {}
    monkeypatch.setattr("dashboard.frame.choices.st.query_params", address)
    for seconds in (0, 20):
        choices.zoom(
            SPAN[0].to_pydatetime(), SPAN[1] + pd.Timedelta(seconds=seconds), ZoneInfo("Asia/Kolkata")
        )
        assert choices.RANGE.value("24h") == address["range"]
    assert address["range"] == "2026-11-19T13:00Z..2026-11-26T13:01Z"
    for nonsense in (
        "2026-11-26T13:00Z..2026-11-19T13:00Z",
        "2025-01-01T00:00Z..2026-11-19T13:00Z",
        "1..2",
        "..",
    ):
        address["range"] = nonsense
        assert choices.RANGE.value("24h") == "24h"
