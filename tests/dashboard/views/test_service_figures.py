"""What the gateway and the functions counted, as usage, outcomes, statuses and latencies."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd
import pytest

from dashboard.data.metrics import VALUE_COLUMNS, Alarm
from dashboard.figures.series import Period
from dashboard.views import service_figures

END = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)
PERIOD = Period(END - timedelta(hours=1), END)
BERLIN = ZoneInfo("Europe/Berlin")
ACCEPTED, REFUSED, FAILED = "Accepted (2XX)", "Refused (4XX)", "Failed (5XX)"


def values(*rows: tuple[str, str, datetime, float]) -> pd.DataFrame:
    return pd.DataFrame.from_records(list(rows), columns=list(VALUE_COLUMNS)).astype(VALUE_COLUMNS)


def at(hour: int, minute: int) -> datetime:
    return END.replace(hour=hour, minute=minute)


GATEWAY = values(
    ("Count", "", at(19, 20), 10),
    ("Count", "", at(20, 10), 40),
    ("4XXError", "", at(19, 20), 3),
    ("4XXError", "", at(20, 10), 2),
    ("5XXError", "", at(19, 20), 0),
    ("5XXError", "", at(20, 10), 20),
    ("Latency p50", "auth", at(20, 10), 40),
    ("Latency p95", "auth", at(19, 20), 90),
    ("Latency p95", "auth", at(20, 10), 120),
)
ANSWERED = values(
    ("200", "auth", at(19, 20), 4),
    ("200", "file_sla_error", at(20, 10), 21),
    ("401", "auth", at(20, 10), 1),
    ("500", "file_sla_error", at(20, 10), 20),
)


def test_usage_is_what_the_gateway_counted() -> None:
    assert service_figures.summarize_usage(GATEWAY) == ("50", "10.0 %", "40.0 %", "120 ms")
    for nothing in (values(), values(("Count", "", at(20, 10), 0))):
        assert service_figures.summarize_usage(nothing) == ("none", "-", "-", "-")


def test_outcomes_are_stacked_on_each_other_for_every_step() -> None:
    outcomes = service_figures.count_outcomes(GATEWAY, PERIOD, BERLIN)
    assert outcomes["time"].min() == pd.Timestamp("2026-11-23 20:15")
    assert outcomes["time"].nunique() == 12
    last = outcomes[outcomes["time"] == pd.Timestamp("2026-11-23 21:10")].set_index("outcome")
    assert last["requests"].to_dict() == {ACCEPTED: 18, REFUSED: 2, FAILED: 20}
    assert list(zip(last["base"], last["top"], strict=True)) == [(0, 18), (18, 20), (20, 40)]
    assert (last["until"] == pd.Timestamp("2026-11-23 21:15")).all()
    assert outcomes["requests"].sum() == 50


def test_what_the_gateway_answered_itself_is_the_difference() -> None:
    found = service_figures.count_statuses(ANSWERED, GATEWAY)
    assert list(found.itertuples(index=False, name=None)) == [
        ("200", "file_sla_error", 21),
        ("500", "file_sla_error", 20),
        ("200", "auth", 4),
        ("4XX", "", 4),
        ("401", "auth", 1),
    ]


def test_functions_that_lead_the_gateways_counts_make_none_negative() -> None:
    assert "4XX" not in set(
        service_figures.count_statuses(ANSWERED, values(("4XXError", "", at(20, 10), 0)))["status"]
    )
    alone = service_figures.count_statuses(values(), values(("4XXError", "", at(20, 10), 3)))
    assert list(alone.itertuples(index=False, name=None)) == [("4XX", "", 3)]


def test_latencies_have_a_gap_where_nothing_was_timed() -> None:
    lines = service_figures.tabulate_latencies(GATEWAY, PERIOD, BERLIN)
    p95 = lines[lines["line"] == "/auth p95"].set_index("time")["milliseconds"]
    assert p95.dropna().to_dict() == {
        pd.Timestamp("2026-11-23 20:20"): 90,
        pd.Timestamp("2026-11-23 21:10"): 120,
    }
    assert len(p95) == 12


def alarm(name: str, state: str, minutes_ago: int = 0) -> Alarm:
    return Alarm(name, state, END - timedelta(minutes=minutes_ago), "meaning", "docs/runbook.md#x")


@pytest.mark.parametrize("turn", range(4))
def test_alarms_that_are_on_come_first_the_newest_on_top(turn: int) -> None:
    alarms = [alarm("b", "OK"), alarm("a", "OK", 5), alarm("old", "ALARM", 9), alarm("new", "ALARM", 1)]
    found = service_figures.sort_alarms(alarms[turn:] + alarms[:turn])
    assert [one.name for one in found] == ["new", "old", "a", "b"]
