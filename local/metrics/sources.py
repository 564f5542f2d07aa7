"""What Lambda publishes of functions that a stream invokes, from what the emulator tells of its sources.

That is how the last batch went, and not how old it was. A batch that fails comes again until it is done, so
it is at least as old as the failing is.
"""

from collections.abc import Iterator
from typing import Any

from contract.metrics import FunctionDimension, FunctionMetric, Namespace
from local.metrics.data import Sample, Series
from local.provider import Aws

_DONE, _FAILED = "OK", "FAILED"


class SourceMetrics:
    """How long the batch of each source has waited, and whether the function fails on it."""

    def __init__(self, aws: Aws) -> None:
        self._lambda = aws.client("lambda")
        self._failing_since: dict[str, float] = {}
        """By the source's id."""

    def new_samples(self, now: float) -> Iterator[Sample]:
        """Those of each source that had something to do, `now` in seconds since 1970."""
        for source in self._lambda.list_event_source_mappings()["EventSourceMappings"]:
            yield from self._of_source(source, now)

    def _of_source(self, source: dict[str, Any], now: float) -> Iterator[Sample]:
        result, name = source["LastProcessingResult"], source["UUID"]
        if not result.startswith((_DONE, _FAILED)):
            return
        failed = result.startswith(_FAILED)
        since = self._failing_since.setdefault(name, now) if failed else now
        if not failed:
            self._failing_since.pop(name, None)
        dimensions: dict[str, str] = {FunctionDimension.FUNCTION: source["FunctionArn"].rpartition(":")[2]}
        age = Series.of(Namespace.LAMBDA, FunctionMetric.ITERATOR_AGE, dimensions, "Milliseconds")
        yield Sample(age, round((now - since) * 1000), now)
        errors = Series.of(Namespace.LAMBDA, FunctionMetric.ERRORS, dimensions)
        yield Sample(errors, int(failed), now)
