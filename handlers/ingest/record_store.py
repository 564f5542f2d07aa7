"""Writing records: the one place that knows how DynamoDB takes them."""

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from handlers.web.errors import NotStoredError, ServiceError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from handlers.ingest.records import Record

MAX_BATCH_ITEMS: Final = 25
"""BatchWriteItem's limit of put requests."""
_FIRST_BACKOFF_SECONDS: Final = 0.05
_MAX_BACKOFF_SECONDS: Final = 2.0
_THROTTLING: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)


class RecordStore:
    """Stores records in FileSlaErrors, each at least once, in batches.

    Args:
        client: a DynamoDB client that may write items of the table. It should not retry by itself:
            it knows no deadline.
        table_name: the table.
        sleep: waits the given seconds; tests pass their own.
    """

    def __init__(
        self, client: "DynamoDBClient", table_name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table_name = table_name
        self._sleep = sleep

    def put_all(self, records: Sequence["Record"], seconds_left: Callable[[], float]) -> int:
        """Stores every record, and returns how often one was sent again.

        What DynamoDB leaves unprocessed, and what a passing fault may have left unwritten, is sent
        again for as long as there is time: the reporting script does not come back by itself.

        Args:
            records: ids that the table knows are overwritten.
            seconds_left: the time until an answer is due. No new call starts after it is used up.

        Raises:
            NotStoredError: time ran out, or DynamoDB refused; some records may be stored.
            ThrottledError: as time ran out, the table or the account was over its rate; likewise.
        """
        return sum(self._put_batch(batch, seconds_left) for batch in _split_batches(records))

    def _put_batch(self, batch: Sequence["Record"], seconds_left: Callable[[], float]) -> int:
        pending, sent_again = list(batch), 0
        failure: ServiceError | None = None
        for attempt in itertools.count():
            if seconds_left() <= 0:
                raise failure or NotStoredError
            pending, failure = self._write(pending)
            if not pending:
                break
            sent_again += len(pending)
            # Full jitter: reporters that were refused together must not come back together.
            ceiling = min(_MAX_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2**attempt)
            self._sleep(min(random.uniform(0, ceiling), max(0.0, seconds_left())))  # noqa: S311
        return sent_again

    def _write(self, records: list["Record"]) -> tuple[list["Record"], ServiceError | None]:
        """One call; returns the records still to be written and, if the call failed, the failure."""
        try:
            answer = self._client.batch_write_item(
                RequestItems={self._table_name: [{"PutRequest": {"Item": record}} for record in records]}
            )
        except (ClientError, BotoCoreError) as error:
            if not _may_pass(error):
                raise NotStoredError from error
            failure = ThrottledError() if _read_code(error) in _THROTTLING else NotStoredError()
            failure.__cause__ = error
            return records, failure
        if "UnprocessedItems" not in answer:  # a 200 that is not DynamoDB's own tells nothing
            return records, NotStoredError()
        unprocessed = answer["UnprocessedItems"].get(self._table_name, [])
        return [dict(request["PutRequest"]["Item"]) for request in unprocessed], None


def _may_pass(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return _read_code(error) in _THROTTLING or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, HTTPClientError)


def _read_code(error: ClientError | BotoCoreError) -> str:
    return error.response["Error"]["Code"] if isinstance(error, ClientError) else ""


def _split_batches(records: Sequence["Record"]) -> Iterator[Sequence["Record"]]:
    for start in range(0, len(records), MAX_BATCH_ITEMS):
        yield records[start : start + MAX_BATCH_ITEMS]
