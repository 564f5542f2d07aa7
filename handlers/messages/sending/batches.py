"""Many items by their keys."""

import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from handlers.messages.sending.attributes import Item

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MOST_KEYS: Final = 100
"""Of one BatchGetItem (DynamoDB quotas)."""
_ATTEMPTS: Final = 8
_PAUSE_SECONDS: Final = 0.05
"""Doubled each time DynamoDB leaves keys out, as it does above 16 MB and while it throttles."""


class LeftOutError(Exception):
    """DynamoDB did not give all that was asked for, however often."""


def get_items(
    client: "DynamoDBClient",
    table: str,
    keys: Sequence[dict[str, Any]],
    *,
    attributes: Sequence[str] = (),
    consistent: bool,
) -> Iterator[Item]:
    """The items that there are, in no order.

    Args:
        client: may `BatchGetItem`.
        table: its name.
        keys: each once.
        attributes: what of them; all of it where none is named.
        consistent: whether every write that was answered before has to be seen.

    Raises:
        LeftOutError: some were not given.
    """
    names = {f"#{number}": str(name) for number, name in enumerate(attributes)}
    optional = {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names} if names else {}
    for start in range(0, len(keys), MOST_KEYS):
        wanted: Any = {
            table: {"Keys": keys[start : start + MOST_KEYS], "ConsistentRead": consistent, **optional}
        }
        for attempt in range(_ATTEMPTS):
            answer = client.batch_get_item(RequestItems=wanted)
            yield from answer["Responses"].get(table, ())
            wanted = answer.get("UnprocessedKeys")
            if not wanted:
                break
            time.sleep(_PAUSE_SECONDS * 2**attempt)
        else:
            raise LeftOutError(f"{table}: DynamoDB leaves keys out")
