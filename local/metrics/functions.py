"""What Lambda publishes, and what the embedded metric format says, from the functions' logs.

`Errors` is not in the logs for certain; it comes from `gateway`, and of what a stream invokes from `sources`.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from contract.metrics import FunctionDimension, FunctionMetric, Namespace
from local.metrics.data import Sample, Series
from local.provider import Aws

_GROUP_PREFIX = "/aws/lambda/"
_REPORT = re.compile(r"REPORT RequestId: \S+\tDuration: (?P<duration>[\d.]+) ms")
_PAGE = 10_000
"""FilterLogEvents' limit of events in one answer."""
_OVERLAP_MS = 1_000
"""Looked at again each time: an invocation is dated a moment before its lines are stored."""


class FunctionMetrics:
    """The samples of each invocation of every function, once.

    The emulator gives each invocation a log stream of its own, and dates all its lines alike.
    """

    def __init__(self, aws: Aws) -> None:
        self._logs = aws.client("logs")
        self._newest: dict[str, int] = {}
        self._seen: dict[str, int] = {}
        """Streams already counted, and their dates."""

    def new_samples(self) -> Iterator[Sample]:
        """Those of the invocations that ended since the last call."""
        for group in self._logs.describe_log_groups(logGroupNamePrefix=_GROUP_PREFIX)["logGroups"]:
            yield from self._of_group(group["logGroupName"])

    def _of_group(self, group: str) -> Iterator[Sample]:
        for stream, events in self._invocations(group).items():
            date = events[0]["timestamp"]
            report = _REPORT.match(events[-1]["message"])
            if report and stream not in self._seen:
                self._seen[stream] = date
                self._newest[group] = max(date, self._newest.get(group, 0))
                lines = [event["message"] for event in events]
                function = group.removeprefix(_GROUP_PREFIX)
                yield from build_samples(function, lines, float(report["duration"]), date / 1000)
        self._forget(min(self._newest.values(), default=0) - _OVERLAP_MS)

    def _invocations(self, group: str) -> dict[str, list[dict[str, Any]]]:
        """The events of each stream, from a little before the newest that was counted."""
        found: dict[str, list[dict[str, Any]]] = {}
        since = max(0, self._newest.get(group, 0) - _OVERLAP_MS)
        while True:
            events = self._logs.filter_log_events(logGroupName=group, startTime=since, limit=_PAGE)["events"]
            page = defaultdict(list)
            for event in events:
                page[event["logStreamName"]].append(event)
            # What a full page cut off is whole in the next one, which begins with its date.
            found |= page
            if len(events) < _PAGE or events[-1]["timestamp"] == since:
                return found
            since = events[-1]["timestamp"]

    def _forget(self, before: int) -> None:
        self._seen = {stream: date for stream, date in self._seen.items() if date >= before}


def build_samples(function: str, lines: Sequence[str], duration: float, moment: float) -> Iterator[Sample]:
    """What one invocation adds.

    Args:
        function: the function's name.
        lines: the invocation's log.
        duration: how long it took, in milliseconds.
        moment: when it ended, in seconds since 1970.
    """
    dimensions: dict[str, str] = {FunctionDimension.FUNCTION: function}
    values = {
        FunctionMetric.INVOCATIONS: (1, "Count"),
        # The emulator has no other callers to share its concurrency with.
        FunctionMetric.THROTTLES: (0, "Count"),
        FunctionMetric.DURATION: (duration, "Milliseconds"),
    }
    for name, (value, unit) in values.items():
        yield Sample(Series.of(Namespace.LAMBDA, name, dimensions, unit), value, moment)
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
