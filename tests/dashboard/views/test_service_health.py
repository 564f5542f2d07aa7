"""The page of the service's health, on what CloudWatch answers."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from dashboard.data.metrics import VALUE_COLUMNS, Alarm, Metrics
from dashboard.errors import AccessDeniedError
from tests.dashboard.views.reading import figures, links, open_view, read_table, shown
from tests.dashboard.views.test_service_figures import ANSWERED, GATEWAY

AT = datetime.now(UTC)


@pytest.fixture
def cloudwatch() -> Iterator[None]:
    """Counts of the last minutes; the gateway answered four requests itself."""

    def now(frame: pd.DataFrame) -> pd.DataFrame:
        return frame.assign(time=pd.Series(AT, index=frame.index, dtype=VALUE_COLUMNS["time"]))

    with (
        patch.object(Metrics, "read_gateway", return_value=now(GATEWAY)),
        patch.object(Metrics, "read_statuses", return_value=now(ANSWERED)),
        patch.object(Metrics, "find_last_report", side_effect=lambda now: now - timedelta(minutes=7)),
    ):
        yield


def open_with(app: AppTest, *alarms: Alarm) -> AppTest:
    with patch.object(Metrics, "list_alarms", return_value=alarms):
        return open_view(app, "service_health")


def alarm(name: str, state: str) -> Alarm:
    return Alarm(name, state, AT, f"Meaning of *{name}*. Do something.", f"docs/runbook.md#{name}")


def test_a_service_that_was_never_used_says_so(signed_in: AppTest) -> None:
    text = shown(open_view(signed_in, "service_health"))
    assert "No data yet" in text
    assert "This stack has no alarms" in text
    assert "No sender has reported yet." in text
    assert figures(signed_in)["Requests"] == "none"
    assert figures(signed_in)["Last report"] == "none for 15 days"


@pytest.mark.usefixtures("cloudwatch")
def test_usage_statuses_and_last_report_are_shown(signed_in: AppTest) -> None:
    open_with(signed_in)
    assert figures(signed_in)["Highest p95 latency"] == "120 ms"
    assert figures(signed_in)["Last report"] == "7 min ago"
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
