"""The page of the service's health: what it computes, and what it shows of what CloudWatch answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.metrics import VALUE_COLUMNS, Alarm, Metrics
from dashboard.errors import AccessDeniedError
from dashboard.figures.series import Period
from dashboard.views import service_figures
from tests.dashboard.projected import Projected, hours_ago
from tests.dashboard.views.reading import figures, links, open_view, read_table, shown
from tests.stands.playing import listing

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
    since = END - timedelta(minutes=minutes_ago)
    return Alarm(name, state, since, f"Meaning of *{name}*. Do something.", f"docs/runbook.md#{name}")


def test_alarms_that_are_on_come_first_the_newest_on_top() -> None:
    alarms = [alarm("b", "OK"), alarm("a", "OK", 5), alarm("old", "ALARM", 9), alarm("new", "ALARM", 1)]
    for given in (alarms, alarms[::-1]):
        assert [one.name for one in service_figures.sort_alarms(given)] == ["new", "old", "a", "b"]


AT = datetime.now(UTC)


@pytest.fixture
def cloudwatch() -> Iterator[None]:
    """Counts of the last minutes; the gateway answered four requests itself."""

    def now(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(time=pd.Series(AT, index=frame.index, dtype=VALUE_COLUMNS["time"]))

    with (
        patch.object(Metrics, "read_gateway", return_value=now(GATEWAY)),
        patch.object(Metrics, "read_statuses", return_value=now(ANSWERED)),
    ):
        yield


def open_with(app: AppTest, *alarms: Alarm) -> AppTest:
    with patch.object(Metrics, "list_alarms", return_value=alarms):
        return open_view(app, "service_health")


def test_a_service_that_was_never_used_says_so(signed_in: AppTest) -> None:
    text = shown(open_view(signed_in, "service_health"))
    assert "No data yet" in text
    assert "This stack has no alarms" in text
    assert "No sender has reported yet." in text
    assert figures(signed_in)["Requests"] == "none"
    assert figures(signed_in)["Last report"] == "none"


@pytest.mark.usefixtures("cloudwatch")
def test_usage_and_statuses_are_shown_and_the_last_report_that_overview_tells(
    signed_in: AppTest, projected: Projected
) -> None:
    projected.tell(listing(hours_ago(0.2), ["C:\\Jobs"], sender="one"))
    assert "The last report came 12 min ago." in shown(open_view(signed_in, "overview"))
    open_with(signed_in)
    assert figures(signed_in)["Highest p95 latency"] == "120 ms"
    assert figures(signed_in)["Last report"] == "12 min ago"
    table = read_table(signed_in)
    rows = list(zip(table["status"], table["route"], table["requests"], strict=True))
    assert {("200", "/file_sla_error", "21"), ("4XX", "(the gateway itself)", "4")} <= set(rows)


@pytest.mark.usefixtures("cloudwatch")
def test_an_alarm_that_is_on_is_told_in_words_with_its_runbook(signed_in: AppTest) -> None:
    assert "No alarm is on." in shown(open_with(signed_in, alarm("quiet", "OK")))
    open_with(signed_in, alarm("quiet", "OK"), alarm("loud", "ALARM"))
    [error] = signed_in.error
    told = error.value.replace("\\", "")
    assert told.startswith("**loud**, since 20")
    assert "Meaning of *loud*. Do something." in told
    assert links(signed_in)["What to do about loud"] == "runbook?section=loud"
    table = read_table(signed_in)
    assert list(table["name"]) == ["loud", "quiet"]
    assert list(table["state"]) == ["▲ On", "✓ OK"]
    assert list(table["runbook"]) == ["runbook?section=loud", "runbook?section=quiet"]


def test_a_failure_is_told_in_plain_words(signed_in: AppTest) -> None:
    failure = AccessDeniedError("no metrics for you")
    with patch.object(Metrics, "read_gateway", side_effect=failure):
        assert str(failure) in shown(open_view(signed_in, "service_health"))
