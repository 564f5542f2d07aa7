"""The samples that CloudWatch would have, from logs and from the emulator's streams and queues."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from contract.metrics import (
    AwsDimension,
    FunctionMetric,
    GatewayMetric,
    Namespace,
    QueueMetric,
    build_gateway_dimensions,
)
from local.provider import Aws

MINUTE: Final = 60


@dataclass(frozen=True)
class Series:
    """What makes two metrics one in CloudWatch."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    unit: str

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: Mapping[Any, str], unit: str = "Count") -> "Series":
        """The series of a metric with these dimensions."""
        return cls(namespace, name, frozenset(dimensions.items()), unit)


@dataclass(frozen=True)
class Sample:
    """One value, and when it was measured in seconds since 1970."""

    series: Series
    value: float
    moment: float


def publish(cloudwatch: Any, samples: Iterable[Sample]) -> None:
    """Puts samples into CloudWatch. Equal values of one minute are put as one, since nothing reads more."""
    values: dict[tuple[Series, int], Counter[float]] = defaultdict(Counter)
    for sample in samples:
        values[sample.series, int(sample.moment // MINUTE) * MINUTE][sample.value] += 1
    by_namespace: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (series, minute), counts in values.items():
        by_namespace[series.namespace].append(
            {
                "MetricName": series.name,
                "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(series.dimensions)],
                "Timestamp": datetime.fromtimestamp(minute, UTC),
                "Unit": series.unit,
                "Values": list(counts),
                "Counts": list(counts.values()),
            }
        )
    for namespace, data in by_namespace.items():
        cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)


_GROUP_PREFIX: Final = "/aws/lambda/"
_REPORT: Final = re.compile(r"REPORT RequestId: \S+\tDuration: (?P<duration>[\d.]+) ms")
_OVERLAP_MS: Final = 1_000
"""Read again each time, since an invocation is dated a moment before its lines are stored."""


class FunctionMetrics:
    """The samples of each invocation of every function, from the functions' logs.

    The emulator gives each invocation a log stream of its own, and dates all its lines alike. Errors are not
    here: on a busy machine it files the last lines of an invocation under the next one.
    """

    def __init__(self, aws: Aws) -> None:
        self._logs = aws.client("logs")
        self._read: dict[str, tuple[int, set[str]]] = {}
        """By group: the date of the newest invocation, and the streams that were counted around it."""

    def new_samples(self) -> Iterator[Sample]:
        """The samples of invocations that ended since the last call."""
        for group in self._logs.describe_log_groups(logGroupNamePrefix=_GROUP_PREFIX)["logGroups"]:
            yield from self._of_group(group["logGroupName"])

    def _of_group(self, group: str) -> Iterator[Sample]:
        newest, counted = self._read.get(group, (0, set()))
        since = max(0, newest - _OVERLAP_MS)
        streams: dict[str, list[str]] = defaultdict(list)
        dates: dict[str, int] = {}
        for event in self._logs.filter_log_events(logGroupName=group, startTime=since)["events"]:
            streams[event["logStreamName"]].append(event["message"])
            dates[event["logStreamName"]] = event["timestamp"]
        # One without its last line is still running.
        ended = {name: found for name, lines in streams.items() if (found := _REPORT.match(lines[-1]))}
        for name in ended.keys() - counted:
            newest = max(newest, dates[name])
            function, duration = group.removeprefix(_GROUP_PREFIX), float(ended[name]["duration"])
            yield from build_samples(function, streams[name], duration, dates[name] / 1000)
        self._read[group] = newest, set(ended)


def build_samples(function: str, lines: Sequence[str], duration: float, moment: float) -> Iterator[Sample]:
    """The samples of one invocation.

    Args:
        function: the function's name.
        lines: the invocation's log.
        duration: how long it took, in milliseconds.
        moment: when it ended, in seconds since 1970.
    """
    of_function = {AwsDimension.FUNCTION: function}
    yield Sample(Series.of(Namespace.LAMBDA, FunctionMetric.INVOCATIONS, of_function), 1, moment)
    timed = Series.of(Namespace.LAMBDA, FunctionMetric.DURATION, of_function, "Milliseconds")
    yield Sample(timed, duration, moment)
    for line in lines:
        yield from parse_embedded_samples(line)


def parse_embedded_samples(line: str) -> Iterator[Sample]:
    """The samples of a line in CloudWatch's embedded metric format; none of any other line."""
    if '"_aws"' not in line:
        return
    document: dict[str, Any] = json.loads(line)
    moment = document["_aws"]["Timestamp"] / 1000
    for directive in document["_aws"]["CloudWatchMetrics"]:
        for names in directive["Dimensions"]:
            dimensions = {name: document[name] for name in names}
            for metric in directive["Metrics"]:
                series = Series.of(directive["Namespace"], metric["Name"], dimensions, metric["Unit"])
                values = document[metric["Name"]]
                for value in values if isinstance(values, list) else [values]:
                    yield Sample(series, value, moment)


_LINE: Final = re.compile(
    r"(?P<moment>\d+) (?P<status>\d{3}) (?P<micros>\d+) (?P<method>[A-Z]+) "
    r"/restapis/(?P<api>[a-z0-9]+)/(?P<stage>[^/]+)/_user_request_(?P<path>/.*)\n"
)
_FUNCTION: Final = re.compile(r":function:([^:/]+)")


class GatewayMetrics:
    """The samples of each request to a REST API, from the emulator's access log.

    The log has the gateway's own answers, too: 422 for a body that is no JSON, 401 for a bad token, 403, 429.
    `IntegrationLatency` is not published: nothing tells the gateway's share of a request from the function's.

    Lambda's `Errors` are counted here as well. The gateway answers 502 if a function did not answer, and no
    function answers 502 itself.
    """

    def __init__(self, aws: Aws, access_log: Path) -> None:
        self._aws = aws
        self._access_log = access_log
        self._position = 0

    def new_samples(self) -> Iterator[Sample]:
        """The samples of requests answered since the last call."""
        with self._access_log.open(newline="\n", errors="replace") as log:
            log.seek(self._position)
            while (line := log.readline()).endswith("\n"):
                self._position = log.tell()
                request = _LINE.fullmatch(line)
                if request and request["api"] in self._apis:
                    yield from self._samples(request)

    def _samples(self, request: re.Match[str]) -> Iterator[Sample]:
        api_name, functions = self._apis[request["api"]]
        route = (request["method"], request["path"])
        status, moment = int(request["status"]), float(request["moment"])
        if function := functions.get(route):
            errors = Series.of(Namespace.LAMBDA, FunctionMetric.ERRORS, {AwsDimension.FUNCTION: function})
            yield Sample(errors, int(status == HTTPStatus.BAD_GATEWAY), moment)
        of_stage = build_gateway_dimensions(api_name, request["stage"])
        dimensions: list[Mapping[Any, str]] = [{AwsDimension.API: api_name}, of_stage]
        # Only routes that the API has get metrics of their own.
        if route in functions:
            dimensions.append({**of_stage, AwsDimension.METHOD: route[0], AwsDimension.RESOURCE: route[1]})
        # An error metric gets a 0 for each success, so that its average is the error rate.
        values = {
            GatewayMetric.COUNT: (1, "Count"),
            GatewayMetric.CLIENT_ERRORS: (int(400 <= status < 500), "Count"),
            GatewayMetric.SERVER_ERRORS: (int(status >= 500), "Count"),
            GatewayMetric.LATENCY: (round(int(request["micros"]) / 1000), "Milliseconds"),
        }
        for under in dimensions:
            for name, (value, unit) in values.items():
                yield Sample(Series.of(Namespace.API_GATEWAY, name, under, unit), value, moment)

    @cached_property
    def _apis(self) -> dict[str, tuple[str, dict[tuple[str, str], str | None]]]:
        """By the API's id: its name, and the function behind each method and path.

        The program has created all of them before the first request.
        """
        client = self._aws.client("apigateway")
        return {
            api["id"]: (
                api["name"],
                {
                    (method, resource["path"]): found[1]
                    if (found := _FUNCTION.search(details.get("methodIntegration", {}).get("uri", "")))
                    else None
                    for resource in client.get_resources(restApiId=api["id"], embed=["methods"])["items"]
                    for method, details in resource.get("resourceMethods", {}).items()
                },
            )
            for api in client.get_rest_apis()["items"]
        }


_WAITING: Final = "ApproximateNumberOfMessages"
"""GetQueueAttributes' name for the visible messages."""


class SourceMetrics:
    """The age of the batch of each stream that invokes a function, and whether the function fails on it.

    The emulator keeps the result of the last batch, not its age. A failed batch is retried until it succeeds,
    so it is at least as old as the first failure.
    """

    def __init__(self, aws: Aws) -> None:
        self._lambda = aws.client("lambda")
        self._failing_since: dict[str, float] = {}
        """By the id of the event source mapping."""

    def new_samples(self, now: float) -> Iterator[Sample]:
        """The samples of each stream that had a batch, `now` in seconds since 1970."""
        for source in self._lambda.list_event_source_mappings()["EventSourceMappings"]:
            result, name = source["LastProcessingResult"], source["UUID"]
            if not result.startswith(("OK", "FAILED")):
                continue
            if not (failed := result.startswith("FAILED")):
                self._failing_since.pop(name, None)
            since = self._failing_since.setdefault(name, now) if failed else now
            function = {AwsDimension.FUNCTION: source["FunctionArn"].rpartition(":")[2]}
            age = Series.of(Namespace.LAMBDA, FunctionMetric.ITERATOR_AGE, function, "Milliseconds")
            yield Sample(age, round((now - since) * 1000), now)
            yield Sample(Series.of(Namespace.LAMBDA, FunctionMetric.ERRORS, function), int(failed), now)


def list_queue_samples(sqs: Any, now: float) -> Iterator[Sample]:
    """The number of messages in each queue, `now` in seconds since 1970."""
    for url in sqs.list_queues().get("QueueUrls", ()):
        waiting = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING])["Attributes"]
        queue = {AwsDimension.QUEUE: url.rpartition("/")[2]}
        series = Series.of(Namespace.SQS, QueueMetric.VISIBLE_MESSAGES, queue)
        yield Sample(series, int(waiting[_WAITING]), now)
