"""Writing breach records: the one place that knows how DynamoDB takes them."""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError

from handlers.web.errors import NotStored, Throttled

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from handlers.ingest.records import Item

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


class BreachStore:
    """Stores records in the breach table, each at least once, in batches.

    Args:
        client: a DynamoDB client that may write items of the table.
        table_name: the table.
        sleep: waits the given seconds; tests pass their own.
    """

    def __init__(
        self, client: "DynamoDBClient", table_name: str, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._client = client
        self._table_name = table_name
        self._sleep = sleep

    def put_all(self, items: Sequence["Item"], seconds_left: Callable[[], float]) -> int:
        """Stores every item, and returns how often an unprocessed item was sent again.

        Args:
            items: the records; ids that the table knows are overwritten.
            seconds_left: the time until an answer is due. No new call starts after it is used up.

        Raises:
            NotStored: time ran out, or DynamoDB failed; some items may be stored.
            Throttled: the table or the account is over its rate; some items may be stored.
        """
        return sum(self._put_batch(batch, seconds_left) for batch in _batches(items))

    def _put_batch(self, batch: Sequence["Item"], seconds_left: Callable[[], float]) -> int:
        pending, retried, attempt = list(batch), 0, 0
        while True:
            if seconds_left() <= 0:
                raise NotStored
            pending = self._write(pending)
            if not pending:
                return retried
            retried += len(pending)
            # Full jitter: reporters that were refused together must not come back together.
            ceiling = min(_MAX_BACKOFF_SECONDS, _FIRST_BACKOFF_SECONDS * 2**attempt)
            self._sleep(min(random.uniform(0, ceiling), max(0.0, seconds_left())))  # noqa: S311
            attempt += 1

    def _write(self, items: Sequence["Item"]) -> list["Item"]:
        """One call; returns the items that DynamoDB left unprocessed."""
        try:
            answer = self._client.batch_write_item(
                RequestItems={self._table_name: [{"PutRequest": {"Item": item}} for item in items]}
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _THROTTLING:
                raise Throttled from error
            raise NotStored from error
        except BotoCoreError as error:
            raise NotStored from error
        unprocessed = answer.get("UnprocessedItems", {}).get(self._table_name, [])
        return [dict(request["PutRequest"]["Item"]) for request in unprocessed]


def _batches(items: Sequence["Item"]) -> Iterator[Sequence["Item"]]:
    for start in range(0, len(items), MAX_BATCH_ITEMS):
        yield items[start : start + MAX_BATCH_ITEMS]
