"""Measured values, and how they get into CloudWatch."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

T = TypeVar("T")

MINUTE = 60
MAX_DATA = 1000
"""PutMetricData's limit of metrics in one call."""
MAX_VALUES = 150
"""PutMetricData's limit of different values of one metric in one call."""


@dataclass(frozen=True)
class Series:
    """What CloudWatch tells one metric from another by."""

    namespace: str
    name: str
    dimensions: frozenset[tuple[str, str]]
    unit: str

    @classmethod
    def of(cls, namespace: str, name: str, dimensions: dict[str, str], unit: str = "Count") -> "Series":
        """The series of a metric with these dimensions."""
        return cls(namespace, name, frozenset(dimensions.items()), unit)


@dataclass(frozen=True)
class Sample:
    """One value, and when it was measured in seconds since 1970."""

    series: Series
    value: float
    moment: float


def publish(cloudwatch: Any, samples: Iterable[Sample]) -> None:
    """Puts samples into CloudWatch, equal values of one minute as one: nothing reads anything finer."""
    values: dict[tuple[Series, int], Counter[float]] = defaultdict(Counter)
    for sample in samples:
        values[sample.series, int(sample.moment // MINUTE) * MINUTE][sample.value] += 1
    by_namespace: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for (series, minute), counts in values.items():
        by_namespace[series.namespace].extend(_data(series, minute, counts))
    for namespace, data in by_namespace.items():
        for batch in _batches(data, MAX_DATA):
            cloudwatch.put_metric_data(Namespace=namespace, MetricData=batch)


def _data(series: Series, minute: int, counts: Counter[float]) -> Iterator[dict[str, Any]]:
    for batch in _batches(list(counts.items()), MAX_VALUES):
        yield {
            "MetricName": series.name,
            "Dimensions": [{"Name": name, "Value": value} for name, value in sorted(series.dimensions)],
            "Timestamp": datetime.fromtimestamp(minute, UTC),
            "Unit": series.unit,
            "Values": [value for value, _ in batch],
            "Counts": [count for _, count in batch],
        }


def _batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
