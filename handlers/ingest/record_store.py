"""Writing records and their run: the one place that knows how DynamoDB takes them."""

import itertools
import random
import time
from collections.abc import Callable, Iterator, Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from handlers.projection.store_dynamodb import is_throttling
from handlers.web.errors import NotStoredError, ServiceError, ThrottledError

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

    from handlers.ingest.records import Record

MAX_BATCH_ITEMS: Final = 25
"""BatchWriteItem's limit of put requests."""
_FIRST_BACKOFF_SECONDS: Final = 0.05
_MAX_BACKOFF_SECONDS: Final = 2.0


class _Put(NamedTuple):
    """An item, and where it goes."""

    table_name: str
    item: "Record"


class RecordStore:
    """Stores records in FileSlaErrors and runs in FileSlaRuns, each at least once, in batches.

    Args:
        client: a DynamoDB client that may write items of the tables. It should not retry by itself:
            it knows no deadline.
        table_name: the table of the records.
        runs_table_name: the table of the runs; without it, no run can be stored.
        sleep: waits the given seconds; tests pass their own.
    """

    def __init__(
        self,
        client: "DynamoDBClient",
        table_name: str,
        runs_table_name: str = "",
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._client = client
        self._table_name = table_name
        self._runs_table_name = runs_table_name
        self._sleep = sleep

    def put_all(
        self,
        records: Sequence["Record"],
        seconds_left: Callable[[], float],
        runs: Sequence["Record"] = (),
    ) -> int:
        """Stores every item, and returns how often one was sent again.

        What DynamoDB leaves unprocessed, and what a passing fault may have left unwritten, is sent
        again for as long as there is time: the reporting script does not come back by itself.

        Args:
            records: ids that the table knows are overwritten.
            seconds_left: the time until an answer is due. No new call starts after it is used up.
            runs: the items of their run. They come last: who reads them finds the records.

        Raises:
            NotStoredError: time ran out, or DynamoDB refused; some records may be stored.
            ThrottledError: as time ran out, the table or the account was over its rate; likewise.
        """
        puts = [_Put(self._table_name, record) for record in records]
        puts += [_Put(self._runs_table_name, run) for run in runs]
        return sum(self._put_batch(batch, seconds_left) for batch in _split_batches(puts))

    def _put_batch(self, batch: Sequence[_Put], seconds_left: Callable[[], float]) -> int:
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

    def _write(self, puts: list[_Put]) -> tuple[list[_Put], ServiceError | None]:
        """One call; returns the items still to be written and, if the call failed, the failure."""
        requests: dict[str, list[WriteRequestTypeDef]] = {}
        for put in puts:
            requests.setdefault(put.table_name, []).append({"PutRequest": {"Item": put.item}})
        try:
            answer = self._client.batch_write_item(RequestItems=requests)
        except (ClientError, BotoCoreError) as error:
            if not _may_pass(error):
                raise NotStoredError from error
            failure = ThrottledError() if is_throttling(error) else NotStoredError()
            failure.__cause__ = error
            return puts, failure
        if "UnprocessedItems" not in answer:  # a 200 that is not DynamoDB's own tells nothing
            return puts, NotStoredError()
        unprocessed = [
            _Put(table_name, dict(request["PutRequest"]["Item"]))
            for table_name, left in answer["UnprocessedItems"].items()
            for request in left
        ]
        return unprocessed, None


def _may_pass(error: ClientError | BotoCoreError) -> bool:
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        return is_throttling(error) or status >= HTTPStatus.INTERNAL_SERVER_ERROR
    return isinstance(error, HTTPClientError)


def _split_batches(puts: Sequence[_Put]) -> Iterator[Sequence[_Put]]:
    for start in range(0, len(puts), MAX_BATCH_ITEMS):
        yield puts[start : start + MAX_BATCH_ITEMS]
