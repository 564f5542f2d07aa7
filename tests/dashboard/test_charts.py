"""What charts are drawn of: the range from end to end, dates on every label, and the SLA by its name."""

import re
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard import charts
from dashboard.frame import choices

SPAN: Final = (pd.Timestamp("2026-11-19 18:30"), pd.Timestamp("2026-11-26 18:30"))
REST: Final = {"seconds": 0, "milliseconds": 0}
ENDS: Final = [
    {"year": 2026, "month": 11, "date": day, "hours": 18, "minutes": 30, **REST, "utc": True}
    for day in (19, 26)
]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[], dict[str, Any]]:
    """The last chart, as Vega-Lite is given it."""
    charts: list[Any] = []
    monkeypatch.setattr("streamlit.altair_chart", lambda chart, **_: charts.append(chart))

    def read() -> dict[str, Any]:
        given: dict[str, Any] = charts[-1].to_dict()
        return given

    return read


def test_waits_and_the_sla_reach_from_end_to_end_of_the_range(drawn: Callable[[], dict[str, Any]]) -> None:
    time = pd.Series([SPAN[0] + pd.Timedelta(days=day) for day in (2, 3)])
    numbers = {"hours": [1.0, 2.0], "sla": [0.5, 0.75], "files": [1, 2], "stretch": [0, 0]}
    charts.draw_longest_waits(pd.DataFrame({"time": time, **numbers}), SPAN)
    chart = drawn()
    assert [layer["encoding"]["x"]["scale"]["domain"] for layer in chart["layer"]] == [ENDS] * 3
    _, line, label = chart["layer"]
    limit = chart["datasets"][line["data"]["name"]]
    ends = [(point["time"][:10], point["sla"]) for point in (limit[0], limit[-1])]
    assert ends == [("2026-11-19", 0.5), ("2026-11-26", 0.75)]
    assert label["mark"]["text"] == "SLA 30 min"


def test_days_are_drawn_over_the_range(drawn: Callable[[], dict[str, Any]]) -> None:
    days = pd.DataFrame({"day": pd.Series(pd.date_range("2026-11-19", "2026-11-26")), "hours": range(8)})
    charts.draw_days(days, SPAN, ZoneInfo("Asia/Kolkata"))
    assert drawn()["encoding"]["x"]["scale"]["domain"] == ENDS
    assert [one["name"] for one in drawn()["params"]] == ["brush"]


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


def test_every_label_of_a_time_has_its_date() -> None:
    axis: Any = charts.build_time_axis("time").to_dict()
    assert re.fullmatch(r"\[.*'%H:%M'.*'%a %d %b'.*\]", axis["axis"]["labelExpr"])
