"""The alarms: each on a metric that something publishes, and each with something to say."""

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any
from unittest.mock import Mock

import pytest

from contract import names
from contract.metrics import Metric
from contract.names import ROOT
from contract.routes import ROUTES
from handlers import auth, runtime
from handlers.web.errors import SignInFailedError
from local.metrics.samples import Series, parse_embedded_samples
from local.provider import as_api_values
from tests.infra.conftest import Program
from tests.infra.published import is_published
from tests.stands.events import LambdaContext, auth_event
from tests.stands.pages import Page


def _alarms(program: Program) -> dict[str, dict[str, Any]]:
    return {
        alarm.name.removeprefix("monitoring-"): as_api_values(alarm.inputs)
        for alarm in program.all("MetricAlarm")
    }


def _metrics(alarm: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Whatever an alarm reads, bare or as part of an expression."""
    if "metricName" in alarm:
        yield alarm
    yield from (query["metric"] for query in alarm.get("metricQueries", []) if "metric" in query)


def _all_metrics(program: Program) -> list[tuple[str, str, dict[str, str]]]:
    return [
        (metric["namespace"], metric["metricName"], metric.get("dimensions", {}))
        for alarm in _alarms(program).values()
        for metric in _metrics(alarm)
    ]


def test_every_alarm_reads_a_metric_that_something_publishes(all_on: Program) -> None:
    assert [metric for metric in _all_metrics(all_on) if not is_published(*metric)] == []
    handlers = "".join(file.read_text() for file in (ROOT / "handlers").rglob("*.py"))
    assert [metric for metric in Metric if f"Metric.{metric.name}" not in handlers] == []


def test_a_wrong_password_is_published_as_its_alarm_reads_it(
    all_on: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, value in all_on.variables("auth").items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(runtime.metrics.provider, "namespace", "file-sla-dev")
    monkeypatch.setattr(auth, "_user_pool", lambda: Mock(sign_in=Mock(side_effect=SignInFailedError)))
    auth.handler(auth_event({"username": "ana", "password": "wrong"}), LambdaContext())
    lines = capsys.readouterr().out.splitlines()
    published = {sample.series for line in lines for sample in parse_embedded_samples(line)}
    alarm = _alarms(all_on)["failed-sign-ins"]
    assert Series.of(alarm["namespace"], alarm["metricName"], alarm["dimensions"]) in published


def test_every_dimension_names_something_that_is_declared(all_on: Program) -> None:
    tables = all_on.inputs("Table")
    known = {
        "ApiName": {all_on.one("RestApi")["name"]},
        "Stage": {all_on.one("Stage")["stageName"]},
        "Method": {method["httpMethod"] for method in all_on.inputs("Method")},
        "Resource": {f"/{resource['pathPart']}" for resource in all_on.inputs("Resource")},
        "FunctionName": {function["name"] for function in all_on.inputs("Function")},
        "TableName": {table["name"] for table in tables},
        "GlobalSecondaryIndexName": {
            index["name"] for table in tables for index in table.get("globalSecondaryIndexes", [])
        },
        "QueueName": {all_on.one("Queue")["name"]},
        # What the functions and the analysts are allowed to call, which is all that is called.
        "Operation": set(re.findall(r"dynamodb:(\w+)", str(all_on.inputs("RolePolicy")))),
    }
    strangers = [
        (name, dimension, value)
        for namespace, name, dimensions in _all_metrics(all_on)
        if namespace.startswith("AWS/")
        for dimension, value in dimensions.items()
        if value not in known[dimension]
    ]
    assert strangers == []


def test_every_alarm_notifies_when_it_begins_and_when_it_ends(all_on: Program) -> None:
    alarms = [*_alarms(all_on).values(), all_on.one("CompositeAlarm")]
    actions = [alarm[key] for alarm in alarms for key in ("alarmActions", "okActions")]
    assert all(action == ["arn-of-monitoring-alarms"] for action in actions)


def test_every_alarm_says_what_to_do_and_links_to_the_runbook(all_on: Program) -> None:
    page = Page(ROOT / "docs" / names.RUNBOOK_FILE)
    title, *sections = page.headings
    assert title == "Runbook"
    linked = set()
    for alarm in [*_alarms(all_on).values(), all_on.one("CompositeAlarm")]:
        meaning, section = alarm["alarmDescription"].split(
            f" {names.RUNBOOK_LABEL}docs/{names.RUNBOOK_FILE}#"
        )
        assert len(meaning.split(". ")) >= 2, meaning
        assert len(alarm["alarmDescription"]) <= 1024  # PutMetricAlarm
        linked.add(section)
    # By GitHub's names for them and by Streamlit's, so that a link works wherever the page is read.
    assert linked == page.github_anchors - {"runbook"} == page.streamlit_anchors - {"runbook"}
    assert len(linked) == len(sections)


def test_alarms_are_of_five_minutes_unless_one_bad_period_is_no_news(all_on: Program) -> None:
    odd: dict[str, tuple[Any, ...]] = {}
    for key, alarm in _alarms(all_on).items():
        [period] = {metric["period"] for metric in _metrics(alarm)}
        # No data is bad only where silence is.
        seen = (period, alarm["evaluationPeriods"], alarm["datapointsToAlarm"], alarm["treatMissingData"])
        if seen != (300, 1, 1, "notBreaching"):
            odd[key] = seen
    sweep = (60, 10, 10, "breaching")
    assert odd == {
        **{f"{route.key}-latency": (300, 3, 2, "notBreaching") for route in ROUTES},
        # A sweep a minute, so that ten minutes without one are ten missing.
        "projection-sweeps": sweep,
        "notifications-sweeps": sweep,
    }


def test_duration_alarm_comes_before_the_timeout(all_on: Program) -> None:
    for key in (*(route.key for route in ROUTES), "incident-projection"):
        timeout_ms = all_on.one("Function", f"{key}-function")["timeout"] * 1000
        assert _alarms(all_on)[f"{key}-duration"]["threshold"] == 0.8 * timeout_ms


def test_error_rate_is_a_share_of_the_requests_to_its_route(all_on: Program) -> None:
    for route, kind in product(ROUTES, ("5xx", "4xx")):
        alarm = _alarms(all_on)[f"{route.key}-{kind}"]
        queries = {query["id"]: query for query in alarm["metricQueries"]}
        read = {name: queries[name]["metric"]["metricName"] for name in ("part", "whole")}
        assert read == {"part": f"{kind.upper()}Error", "whole": "Count"}
        # Of both: sign-ins outnumber reports, and would hide that all of these fail.
        requests = {"ApiName": "file-sla-dev", "Stage": "v1", "Method": "POST", "Resource": f"/{route.path}"}
        assert [metric["dimensions"] for metric in _metrics(alarm)] == [requests, requests]
        fewest = route.fewest_requests if kind == "4xx" else 1
        assert queries["percentage"]["expression"] == f"IF(whole >= {fewest}, 100 * part / whole, 0)"
        assert [query_id for query_id, query in queries.items() if query["returnData"]] == ["percentage"]


@pytest.mark.parametrize(
    ("key", "metric"), [("projection-sweeps", "SendersSilent"), ("notifications-sweeps", "RecipientsChecked")]
)
def test_a_missing_sweep_is_noticed_by_what_it_does_not_publish(
    all_on: Program, key: str, metric: str
) -> None:
    alarm = _alarms(all_on)[key]
    [read] = _metrics(alarm)
    assert (read["metricName"], read["stat"]) == (metric, "SampleCount")
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert alarm["metricQueries"][1]["expression"] == "FILL(published, 0)"


def test_runs_that_wait_are_noticed_long_before_they_are_given_up(program: Program) -> None:
    alarm = _alarms(program)["projection-behind"]
    assert alarm["threshold"] / 1000 < program.one("EventSourceMapping")["maximumRecordAgeInSeconds"] / 10


@pytest.mark.parametrize(
    ("key", "metric", "statistic"),
    [
        ("notifications-given-up", "NotificationsGivenUp", "Sum"),
        # These end when someone has fixed it.
        ("channels-disabled", "ChannelsDisabled", "Maximum"),
        ("dead-letters", "ApproximateNumberOfMessagesVisible", "Maximum"),
    ],
)
def test_one_that_is_lost_is_enough(all_on: Program, key: str, metric: str, statistic: str) -> None:
    alarm = _alarms(all_on)[key]
    assert (alarm["metricName"], alarm["statistic"], alarm["threshold"]) == (metric, statistic, 1)


def test_unhealthy_is_any_alarm_of_the_service_itself(all_on: Program) -> None:
    composite = all_on.one("CompositeAlarm")
    assert composite["alarmName"] == "file-sla-dev/unhealthy"
    named = re.findall(r'ALARM\("([^"]+)"\)', composite["alarmRule"])
    assert composite["alarmRule"] == " OR ".join(f'ALARM("{name}")' for name in named)
    assert set(named) <= {alarm["name"] for alarm in _alarms(all_on).values()}
    # What others do, or do not do, and what only slows the dashboard, makes the service no less healthy.
    others = _alarms(all_on).keys() - {name.removeprefix("file-sla-dev/") for name in named}
    assert {key for key in others if not key.endswith(("-4xx", "-read-throttles", "-query-errors"))} == {
        "failed-sign-ins",
        "maintenance-made",
        "set-aside",
        "new-senders",
        "account-incidents",
        "silent-senders",
        "unreadable-folders",
        "open-incidents",
    }


def test_mail_is_sent_only_to_whom_the_owner_names(program: Program, all_on: Program) -> None:
    assert program.all("TopicSubscription") == []
    assert all_on.one("TopicSubscription")["endpoint"] == "ops@example.com"
