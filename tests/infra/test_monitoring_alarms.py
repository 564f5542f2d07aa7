"""The alarms: each on a metric that something publishes, and each with something to say."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from contract import names
from contract.names import ROOT
from contract.routes import ROUTES, RouteSpec
from local.provider import as_api_values
from store.records import Index
from tests.hardening.conftest import ALL_ON
from tests.infra.conftest import Declared, Program, declare
from tests.infra.published import by_the_functions, is_published_by_aws
from tests.stands.pages import Page

OPTIONAL = {"openIncidentsAlarmCount": 3, **{key: ALL_ON[key] for key in ("ownersFile", "webhooks")}}


@pytest.fixture(scope="module")
def everything() -> Program:
    """The dev stack with the alarms that are off by default, and owners to be notified."""
    return declare(**OPTIONAL)


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


def _function(program: Program, name: str) -> dict[str, Any]:
    [found] = [f.inputs for f in program.all("Function") if f.inputs["name"] == name]
    return found


def test_every_alarm_reads_a_metric_that_something_publishes(
    everything: Program, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    own = {
        (series.namespace, series.name, series.dimensions)
        for series in by_the_functions(everything, monkeypatch, capsys)
    }
    assert {namespace for namespace, _, _ in own} == {everything.exports["metrics_namespace"]}
    unpublished = [
        (namespace, name, dimensions)
        for namespace, name, dimensions in _all_metrics(everything)
        if (namespace, name, frozenset(dimensions.items())) not in own
        and not is_published_by_aws(namespace, name, dimensions)
    ]
    assert unpublished == []


def test_every_dimension_names_something_that_is_declared(everything: Program) -> None:
    tables = [table.inputs for table in everything.all("Table")]
    known = {
        "ApiName": {everything.one("RestApi")["name"]},
        "Stage": {everything.one("Stage")["stageName"]},
        "Method": {method.inputs["httpMethod"] for method in everything.all("Method")},
        "Resource": {f"/{resource.inputs['pathPart']}" for resource in _paths(everything)},
        "FunctionName": {function.inputs["name"] for function in everything.all("Function")},
        "TableName": {table["name"] for table in tables},
        "GlobalSecondaryIndexName": {
            index["name"] for table in tables for index in table.get("globalSecondaryIndexes", [])
        },
        "QueueName": {everything.one("Queue")["name"]},
        # What the functions and the analysts are allowed to call, which is all that is called.
        "Operation": set(
            re.findall(r"dynamodb:(\w+)", str([p.inputs for p in everything.all("RolePolicy")]))
        ),
    }
    strangers = [
        (name, dimension, value)
        for namespace, name, dimensions in _all_metrics(everything)
        if namespace.startswith("AWS/")
        for dimension, value in dimensions.items()
        if value not in known[dimension]
    ]
    assert strangers == []


def test_metrics_by_method_are_switched_on_where_an_alarm_reads_them(everything: Program) -> None:
    read = {d["Resource"] for _, _, d in _all_metrics(everything) if "Resource" in d}
    switched_on = {
        "/" + settings.inputs["methodPath"].removesuffix("/POST")
        for settings in everything.all("MethodSettings")
        if settings.inputs["settings"]["metricsEnabled"]
    }
    assert read
    assert read <= switched_on


def test_every_alarm_notifies_when_it_begins_and_when_it_ends(everything: Program) -> None:
    alarms = [*_alarms(everything).values(), everything.one("CompositeAlarm")]
    assert {str(alarm["alarmActions"]) for alarm in alarms} == {"['arn-of-monitoring-alarms']"}
    assert {str(alarm["okActions"]) for alarm in alarms} == {"['arn-of-monitoring-alarms']"}


def test_missing_data_is_bad_only_where_silence_is(everything: Program) -> None:
    rules = {key: alarm["treatMissingData"] for key, alarm in _alarms(everything).items()}
    assert rules.pop("projection-sweeps") == rules.pop("notifications-sweeps") == "breaching"
    assert set(rules.values()) == {"notBreaching"}


def test_every_alarm_says_what_to_do_and_links_to_the_runbook(everything: Program) -> None:
    page = Page(ROOT / "docs" / names.RUNBOOK_FILE)
    title, *sections = page.headings
    assert title == "Runbook"
    linked = set()
    for alarm in [*_alarms(everything).values(), everything.one("CompositeAlarm")]:
        meaning, section = alarm["alarmDescription"].split(
            f" {names.RUNBOOK_LABEL}docs/{names.RUNBOOK_FILE}#"
        )
        assert len(meaning.split(". ")) >= 2, meaning
        assert len(alarm["alarmDescription"]) <= 1024  # PutMetricAlarm
        linked.add(section)
    # By GitHub's names for them and by Streamlit's, so that a link works wherever the page is read.
    assert linked == page.github_anchors - {"runbook"} == page.streamlit_anchors - {"runbook"}
    assert len(linked) == len(sections)


def test_runbook_link_leads_to_where_the_docs_are(other_values: Program) -> None:
    link = _alarms(other_values)["auth-5xx"]["alarmDescription"].split(names.RUNBOOK_LABEL)[1]
    assert link == "https://docs.example.com/file-sla/runbook.md#server-errors"


@pytest.mark.parametrize(
    ("key", "config", "threshold"),
    [
        ("auth-5xx", "errorRateAlarmPercent", 7),
        ("file-sla-error-4xx", "clientErrorRateAlarmPercent", 33),
        ("auth-latency", "latencyAlarmMs", 1234),
        ("auth-errors", "functionErrorAlarmCount", 3),
        ("file-sla-error-throttles", "throttleAlarmCount", 4),
        ("table-write-throttles", "throttleAlarmCount", 4),
        ("folderindex-write-throttles", "throttleAlarmCount", 4),
        ("table-batchwriteitem-errors", "tableErrorAlarmCount", 5),
        ("incidents-write-throttles", "throttleAlarmCount", 4),
        ("runs-batchwriteitem-errors", "tableErrorAlarmCount", 5),
        ("incident-projection-errors", "functionErrorAlarmCount", 3),
        ("failed-sign-ins", "failedSignInAlarmCount", 6),
        ("silent-senders", "silentSendersAlarmCount", 8),
        ("unreadable-folders", "unreadableFoldersAlarmCount", 9),
        ("open-incidents", "openIncidentsAlarmCount", 10),
    ],
)
def test_thresholds_come_from_the_configuration(
    other_values: Program, key: str, config: str, threshold: int
) -> None:
    assert _alarms(other_values)[key]["threshold"] == threshold, config


def test_duration_alarm_comes_before_the_timeout(everything: Program) -> None:
    for key in (*(route.key for route in ROUTES), "incident-projection"):
        alarm = _alarms(everything)[f"{key}-duration"]
        timeout_ms = _function(everything, alarm["dimensions"]["FunctionName"])["timeout"] * 1000
        assert alarm["threshold"] == 0.8 * timeout_ms
        assert alarm["statistic"] == "Maximum"


@pytest.mark.parametrize("kind", ["5xx", "4xx"])
@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_error_rate_is_a_share_of_the_requests_to_its_route(
    everything: Program, route: RouteSpec, kind: str
) -> None:
    alarm = _alarms(everything)[f"{route.key}-{kind}"]
    fewest = route.fewest_requests if kind == "4xx" else 1
    queries = {query["id"]: query for query in alarm["metricQueries"]}
    assert queries["part"]["metric"]["metricName"] == f"{kind.upper()}Error"
    assert queries["whole"]["metric"]["metricName"] == "Count"
    # Of both: sign-ins outnumber reports, and would hide that all of these fail.
    requests = {"ApiName": "file-sla-dev", "Stage": "v1", "Method": "POST", "Resource": f"/{route.path}"}
    assert [metric["dimensions"] for metric in _metrics(alarm)] == [requests, requests]
    assert queries["percentage"]["expression"] == f"IF(whole >= {fewest}, 100 * part / whole, 0)"
    assert [query_id for query_id, query in queries.items() if query["returnData"]] == ["percentage"]


def test_open_incidents_have_no_alarm_until_configured(program: Program, everything: Program) -> None:
    of_messages = {key for key in _alarms(everything) if key.startswith("incident-notifications-")}
    assert _alarms(everything).keys() - _alarms(program).keys() - of_messages == {
        "open-incidents",
        "notifications-sweeps",
        "notifications-given-up",
        "channels-disabled",
    }


def test_an_alarm_on_what_is_found_can_be_turned_off(program: Program, everything: Program) -> None:
    found = {"silent-senders", "unreadable-folders", "open-incidents"}
    assert {_alarms(everything)[key]["statistic"] for key in found} == {"Maximum"}
    # Off by default is the last alone.
    assert _alarms(program).keys() & found == found - {"open-incidents"}
    off = declare(silentSendersAlarmCount=0, unreadableFoldersAlarmCount=0)
    assert _alarms(off).keys() & found == set()


@pytest.mark.parametrize(
    ("key", "metric"), [("projection-sweeps", "SendersSilent"), ("notifications-sweeps", "RecipientsChecked")]
)
def test_a_missing_sweep_is_noticed_by_what_it_does_not_publish(
    everything: Program, key: str, metric: str
) -> None:
    alarm = _alarms(everything)[key]
    [read] = _metrics(alarm)
    assert (read["metricName"], read["stat"]) == (metric, "SampleCount")
    # A sweep a minute, so that ten minutes without one are ten missing.
    assert (read["period"], alarm["evaluationPeriods"], alarm["datapointsToAlarm"]) == (60, 10, 10)
    assert (alarm["comparisonOperator"], alarm["threshold"]) == ("LessThanThreshold", 1)
    assert alarm["treatMissingData"] == "breaching"
    assert [query.get("expression") for query in alarm["metricQueries"]] == [None, "FILL(published, 0)"]


def test_runs_that_wait_are_noticed_long_before_they_are_given_up(program: Program) -> None:
    alarm = _alarms(program)["projection-behind"]
    assert (alarm["metricName"], alarm["statistic"]) == ("IteratorAge", "Maximum")
    assert alarm["dimensions"] == {"FunctionName": "file-sla-dev-incident-projection"}
    assert alarm["threshold"] / 1000 < program.one("EventSourceMapping")["maximumRecordAgeInSeconds"] / 10


def test_the_alarm_on_dead_letters_stays_until_someone_removes_them(program: Program) -> None:
    alarm = _alarms(program)["dead-letters"]
    assert (alarm["namespace"], alarm["metricName"]) == ("AWS/SQS", "ApproximateNumberOfMessagesVisible")
    assert (alarm["threshold"], alarm["statistic"]) == (1, "Maximum")


def test_unhealthy_is_any_alarm_of_the_service_itself(everything: Program) -> None:
    composite = everything.one("CompositeAlarm")
    assert composite["alarmName"] == "file-sla-dev/unhealthy"
    named = re.findall(r'ALARM\("([^"]+)"\)', composite["alarmRule"])
    assert composite["alarmRule"] == " OR ".join(f'ALARM("{name}")' for name in named)
    assert set(named) <= {alarm["name"] for alarm in _alarms(everything).values()}
    # What others do, or do not do, and what only slows the dashboard, makes the service no less healthy.
    assert _alarms(everything).keys() - {name.removeprefix("file-sla-dev/") for name in named} == {
        *(f"{route.key}-4xx" for route in ROUTES),
        "failed-sign-ins",
        "silent-senders",
        "unreadable-folders",
        "open-incidents",
        *(f"{index.lower()}-read-throttles" for index in Index),
        "senders-read-throttles",
        "stateindex-read-throttles",
        "incidents-read-throttles",
        "notifications-read-throttles",
        "notifications-query-errors",
        "liveindex-read-throttles",
        "endedindex-read-throttles",
        "incidentidindex-read-throttles",
        "table-query-errors",
        "senders-query-errors",
        "incidents-query-errors",
    }


def test_mail_is_sent_only_to_whom_the_owner_names(program: Program, other_values: Program) -> None:
    assert program.all("TopicSubscription") == []
    subscription = other_values.one("TopicSubscription")
    assert (subscription["protocol"], subscription["endpoint"]) == ("email", "ops@example.com")
    assert subscription["topic"] == "arn-of-monitoring-alarms"


def test_analysts_read_metrics_and_change_none(program: Program) -> None:
    statements = json.loads(program.one("RolePolicy", "identity-analyst-reads")["policy"])["Statement"]
    [on_metrics] = [s for s in statements if any(a.startswith("cloudwatch:") for a in s["Action"])]
    assert on_metrics["Action"] == [
        "cloudwatch:DescribeAlarms",
        "cloudwatch:GetMetricData",
        "cloudwatch:ListMetrics",
    ]


def test_alarms_wait_for_a_second_bad_period_only_where_one_is_no_news(everything: Program) -> None:
    waits = {
        key: (alarm["evaluationPeriods"], alarm["datapointsToAlarm"])
        for key, alarm in _alarms(everything).items()
    }
    assert {key: wait for key, wait in waits.items() if wait != (1, 1)} == {
        **{f"{route.key}-latency": (3, 2) for route in ROUTES},
        "projection-sweeps": (10, 10),
        "notifications-sweeps": (10, 10),
    }


def test_alarms_look_at_five_minutes_at_a_time(everything: Program) -> None:
    periods = {
        key: {metric.get("period") for metric in _metrics(alarm)}
        for key, alarm in _alarms(everything).items()
    }
    assert periods.pop("projection-sweeps") == periods.pop("notifications-sweeps") == {60}
    assert set(map(frozenset, periods.values())) == {frozenset({300})}


def test_absence_counts_as_zero_only_where_that_is_the_point(everything: Program) -> None:
    results = {
        key: [query["expression"] for query in alarm.get("metricQueries", []) if query["returnData"]]
        for key, alarm in _alarms(everything).items()
    }
    filled = {key for key, expressions in results.items() if expressions == ["FILL(published, 0)"]}
    assert filled == {"projection-sweeps", "notifications-sweeps"}
    shares = {key for key, expressions in results.items() if expressions} - filled
    assert shares == {f"{route.key}-{kind}" for route in ROUTES for kind in ("5xx", "4xx")}


def _paths(program: Program) -> list[Declared]:
    return [r for r in program.resources if r.type == "aws:apigateway/resource:Resource"]
