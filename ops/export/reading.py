"""Records of a range of time, page by page through the indexes: only some pages are in memory at once."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from contract.moments import HOUR, format_affected_date, parse_moment, start_of_hour
from store.records import Attribute, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
"""A record as DynamoDB tells it."""
_AHEAD: Final = 8
"""Hours whose first page is asked for at the same time; a page is at most 1 MB."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which records.

    Attributes:
        start: the first moment, aware.
        end: the first moment after the range, aware.
        folders: paths as they were reported; all where there is none.
        senders: keys of senders; all where there is none.
        reporters: in lower case: records from before senders were known are told by who reported them.
    """

    start: datetime
    end: datetime
    folders: Sequence[str] = ()
    senders: Collection[str] = ()
    reporters: Collection[str] = ()

    def covers(self, record: Item) -> bool:
        """Whether a record of one of the hours is wanted."""
        if not self.start <= parse_moment(record[Attribute.DETECTED_AT]["S"]) < self.end:
            return False
        if not self.senders:
            return True
        if sender := record.get(Attribute.SENDER):
            return sender["S"] in self.senders
        return record[Attribute.REPORTED_BY]["S"].casefold() in self.reporters


@dataclass(frozen=True)
class Reader:
    """Reads the table FileSlaErrors.

    Attributes:
        client: may query its indexes.
        table: its name.
        progress: told how many of how many queries are done.
    """

    client: "DynamoDBClient"
    table: str
    progress: Callable[[int, int], None]

    def read(self, wanted: Wanted) -> Iterator[Item]:
        """The records, hour by hour, or folder by folder where folders are named."""
        queries = list(_list_queries(self.table, wanted))
        waiting: deque[Future[Any]] = deque()
        with ThreadPoolExecutor(_AHEAD, thread_name_prefix="export") as pool:
            try:
                for done, query in enumerate(queries):
                    self.progress(done, len(queries))
                    while len(waiting) < _AHEAD and done + len(waiting) < len(queries):
                        ahead = queries[done + len(waiting)]
                        waiting.append(pool.submit(self.client.query, **ahead))
                    for page in self._read_on(query, waiting.popleft().result()):
                        yield from filter(wanted.covers, page["Items"])
            finally:
                pool.shutdown(cancel_futures=True)
        self.progress(len(queries), len(queries))

    def _read_on(self, query: dict[str, Any], page: Any) -> Iterator[Any]:
        yield page
        while key := page.get("LastEvaluatedKey"):
            page = self.client.query(**query, ExclusiveStartKey=key)
            yield page


def _list_queries(table: str, wanted: Wanted) -> Iterator[dict[str, Any]]:
    first, last = start_of_hour(wanted.start), start_of_hour(wanted.end)
    names = {"#hour": Attribute.AFFECTED_DATE}
    if wanted.folders:
        for folder in wanted.folders:
            yield {
                "TableName": table,
                "IndexName": Index.FOLDER,
                "KeyConditionExpression": "#folder = :folder AND #hour BETWEEN :first AND :last",
                "ExpressionAttributeNames": {**names, "#folder": Attribute.FOLDER},
                "ExpressionAttributeValues": {
                    ":folder": {"S": folder},
                    ":first": {"S": format_affected_date(first)},
                    ":last": {"S": format_affected_date(last)},
                },
            }
        return
    hour = first
    while hour < wanted.end:
        yield {
            "TableName": table,
            "IndexName": Index.AFFECTED_DATE,
            "KeyConditionExpression": "#hour = :hour",
            "ExpressionAttributeNames": names,
            "ExpressionAttributeValues": {":hour": {"S": format_affected_date(hour)}},
        }
        hour += HOUR
