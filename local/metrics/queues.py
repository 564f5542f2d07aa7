"""What SQS publishes of its queues, as far as an alarm reads it."""

from collections.abc import Iterator

from contract.metrics import Namespace, QueueDimension, QueueMetric
from local.metrics.data import Sample, Series
from local.provider import Aws

_WAITING = "ApproximateNumberOfMessages"
"""What GetQueueAttributes calls the visible messages."""


class QueueMetrics:
    """How many messages wait in each queue."""

    def __init__(self, aws: Aws) -> None:
        self._sqs = aws.client("sqs")

    def new_samples(self, now: float) -> Iterator[Sample]:
        """One for each queue, `now` in seconds since 1970."""
        for url in self._sqs.list_queues().get("QueueUrls", ()):
            waiting = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=[_WAITING])["Attributes"]
            dimensions: dict[str, str] = {QueueDimension.QUEUE: url.rpartition("/")[2]}
            series = Series.of(Namespace.SQS, QueueMetric.VISIBLE_MESSAGES, dimensions)
            yield Sample(series, int(waiting[_WAITING]), now)
