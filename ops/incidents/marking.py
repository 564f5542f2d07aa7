"""The mark by which the sweep folds a sender anew, and what became of it."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from contract.moments import format_moment, parse_moment
from store.senders import OWN_PART, RETRY_FOLD, SenderAttribute, wake_shard

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_KEYS_AT_ONCE: Final = 100
"""BatchGetItem's limit."""
_CLOCKS: Final = timedelta(minutes=2)
"""By how much this machine's clock may be off."""


class Mark(Enum):
    """What became of a mark."""

    WAITING = auto()
    """No sweep has folded the sender yet."""
    FOLDED = auto()
    LACKS_PARTS = auto()
    """It is folded, but for a run of which parts may still come; it will be folded again by itself."""
    FAILED = auto()
    """The sweep could not fold it, and tries again by itself."""


@dataclass(frozen=True)
class Marks:
    """Marks in the table FileSlaSenders.

    Attributes:
        client: may update and read its items.
        senders_table: its name.
    """

    client: "DynamoDBClient"
    senders_table: str

    def put(self, sender: str, now: datetime) -> None:
        """Has a sender, by its key, folded anew by the next sweep."""
        self.client.update_item(
            TableName=self.senders_table,
            Key=_own_key(sender),
            # Whoever is at work on the sender starts again, and sees the mark.
            UpdateExpression="SET #in = :in, #at = :now, #since = :now ADD #revision :one",
            ExpressionAttributeNames={
                "#in": SenderAttribute.WAKES_IN,
                "#at": SenderAttribute.WAKES_AT,
                "#since": SenderAttribute.FOLD_SINCE,
                "#revision": SenderAttribute.REVISION,
            },
            ExpressionAttributeValues={
                ":in": {"S": wake_shard(sender)},
                ":now": {"S": format_moment(now)},
                ":one": {"N": "1"},
            },
        )

    def read(self, senders: Collection[str], now: datetime) -> dict[str, Mark]:
        """What became of the marks of these senders. One whose item is gone has none any more."""
        items = {item[SenderAttribute.SENDER]["S"]: item for item in self._read_items(senders)}
        return {sender: _judge(items.get(sender, {}), now) for sender in senders}

    def _read_items(self, senders: Collection[str]) -> Iterator[Mapping[str, Any]]:
        waiting = iter(senders)
        while part := list(islice(waiting, _KEYS_AT_ONCE)):
            asked: Any = {
                self.senders_table: {
                    "Keys": [_own_key(sender) for sender in part],
                    "ConsistentRead": True,
                    "ProjectionExpression": "#sender, #at, #since",
                    "ExpressionAttributeNames": {
                        "#sender": SenderAttribute.SENDER,
                        "#at": SenderAttribute.WAKES_AT,
                        "#since": SenderAttribute.FOLD_SINCE,
                    },
                }
            }
            while asked:
                answer = self.client.batch_get_item(RequestItems=asked)
                yield from answer["Responses"].get(self.senders_table, ())
                asked = answer.get("UnprocessedKeys")


def _own_key(sender: str) -> dict[str, Any]:
    return {SenderAttribute.SENDER: {"S": sender}, SenderAttribute.PART: {"S": OWN_PART}}


def _judge(item: Mapping[str, Any], now: datetime) -> Mark:
    if SenderAttribute.FOLD_SINCE not in item:
        return Mark.FOLDED
    wait = parse_moment(item[SenderAttribute.WAKES_AT]["S"]) - now
    # A mark is due at once. What is put off longest is what failed; parts may come for ten minutes.
    if wait > RETRY_FOLD - _CLOCKS:
        return Mark.FAILED
    return Mark.LACKS_PARTS if wait > _CLOCKS else Mark.WAITING
