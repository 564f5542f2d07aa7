"""Stores a report's records and its run in one batch call, and keeps what was wrong with a refused report."""

import itertools
import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError
from pydantic import ValidationError
from pydantic_core import from_json

from contract.answers import FieldProblem
from contract.moments import format_moment
from contract.report import ReportedRun
from handlers.ingest.building import Origin
from handlers.runtime import logger
from handlers.web.errors import InvalidBodyError, NotStoredError, ServiceError, ThrottledError
from store.dynamodb import EXPIRY, MAX_BATCH, is_overtaken, is_throttling
from store.runs import PROBLEMS, RunAttribute, RunItem, format_run_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import WriteRequestTypeDef

    from handlers.ingest.building import Record

KEPT_PROBLEMS: Final = 10
_FIRST_BACKOFF_SECONDS: Final = 0.05
_MAX_BACKOFF_SECONDS: Final = 2.0


class _Put(NamedTuple):
    """An item, and its table."""

    table_name: str
    item: "Record"


@dataclass(frozen=True)
class RecordStore:
    """Stores records in FileSlaErrors and runs in FileSlaRuns, each at least once, in batches.

    The client should not retry by itself: it knows no deadline.
    """

    client: "DynamoDBClient"
    table_name: str
    runs_table_name: str = ""
    sleep: Callable[[float], None] = time.sleep

    def put_all(
        self, records: Sequence["Record"], seconds_left: Callable[[], float], runs: Sequence["Record"] = ()
    ) -> int:
        """Stores every item, and returns how often one was sent again.

        What DynamoDB leaves unprocessed, and what a passing fault may have left unwritten, is sent
        again for as long as there is time: the reporting script does not come back by itself.

        Args:
            records: an item whose id is in the table already is overwritten.
            seconds_left: the time until an answer is due. No new call starts after it is used up.
            runs: the items of their run. They come last: a reader of the run finds the records.

        Raises:
            NotStoredError: time ran out, or DynamoDB refused; some records may be stored.
            ThrottledError: as time ran out, the table or the account was over its rate; likewise.
        """
        puts = [_Put(self.table_name, record) for record in records]
        puts += [_Put(self.runs_table_name, run) for run in runs]
        batches = (puts[start : start + MAX_BATCH] for start in range(0, len(puts), MAX_BATCH))
        return sum(self._put_batch(batch, seconds_left) for batch in batches)

    def _put_batch(self, pending: list[_Put], seconds_left: Callable[[], float]) -> int:
        sent_again = 0
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
            self.sleep(min(random.uniform(0, ceiling), max(0.0, seconds_left())))  # noqa: S311
        return sent_again

    def _write(self, puts: list[_Put]) -> tuple[list[_Put], ServiceError | None]:
        """One call; returns the items still to be written and, if the call failed, the failure."""
        requests: dict[str, list[WriteRequestTypeDef]] = {}
        for put in puts:
            requests.setdefault(put.table_name, []).append({"PutRequest": {"Item": put.item}})
        try:
            answer = self.client.batch_write_item(RequestItems=requests)
        except (ClientError, BotoCoreError) as error:
            if not _may_pass(error):
                raise NotStoredError from error
            failure = ThrottledError() if is_throttling(error) else NotStoredError()
            failure.__cause__ = error
            return puts, failure
        if "UnprocessedItems" not in answer:  # a 200 that is not DynamoDB's own proves nothing
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


class AccountThrottle:
    """Bounds the reports of each account that this instance of the function takes within a minute.

    It asks nobody, so a report stays one call, and an account may reach as many instances as it keeps busy.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._minute = ""
        self._taken: Counter[str] = Counter()

    def take(self, account: str, now: datetime) -> int:
        """Counts a report; returns how many too many there were in this minute, this one included."""
        if (minute := f"{now:%d%H%M}") != self._minute:
            self._minute, self._taken = minute, Counter()
        self._taken[account] += 1
        return max(0, self._taken[account] - self._most)


@dataclass(frozen=True)
class RefusedReports:
    """Keeps refused reports, at most one a minute and sender: the operator may never see the answer."""

    client: "DynamoDBClient"
    table_name: str
    retention: timedelta

    def keep(self, origin: Origin, body: bytes, error: ServiceError, request_id: str) -> None:
        """Stores what was wrong with a report. If it cannot be stored, nothing changes for the caller.

        Only the sender's name is kept of the body. The gateway's request id finds it in the access log.
        """
        name, arrival = _read_sender(body), origin.arrival
        key = format_run_key(arrival.replace(second=0, microsecond=0), RunItem.REFUSED)
        problems: Any = PROBLEMS.write(_list_problems(error)) or {"L": []}
        item: Record = {
            RunAttribute.SENDER: {"S": origin.sender_key(name)},
            RunAttribute.RUN_KEY: {"S": key},
            RunAttribute.ITEM: {"S": RunItem.REFUSED},
            RunAttribute.ARRIVED_AT: {"S": format_moment(arrival)},
            RunAttribute.SENDER_NAME: {"S": origin.sender_name(name)},
            RunAttribute.REPORTED_BY: {"S": origin.caller.username},
            RunAttribute.REQUEST_ID: {"S": request_id},
            RunAttribute.PROBLEMS: problems,
            RunAttribute.EXPIRES_AT: EXPIRY.write(arrival + self.retention),
        }
        if origin.address:
            item[RunAttribute.SOURCE_ADDRESS] = {"S": origin.address}
        try:
            self.client.put_item(
                TableName=self.table_name,
                Item=item,
                ConditionExpression="attribute_not_exists(#key)",
                ExpressionAttributeNames={"#key": RunAttribute.RUN_KEY},
            )
        except (ClientError, BotoCoreError) as failure:
            if not is_overtaken(failure):
                logger.warning("a refused report is not kept", extra={"cause": type(failure).__name__})


def _list_problems(error: ServiceError) -> Sequence[FieldProblem]:
    if isinstance(error, InvalidBodyError):
        return error.problems[:KEPT_PROBLEMS]
    return [FieldProblem("body", error.message, "")]


def _read_sender(body: bytes) -> str | None:
    """The sender that a body names, if it can be read of one that breaks the contract."""
    try:
        return ReportedRun(sender=from_json(body)["run"]["sender"]).sender
    except (ValidationError, ValueError, KeyError, TypeError, IndexError):
        return None
