"""What all tables share: the specification of a table, values of an item, and reading by keys."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from contract.moments import parse_moment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

MAX_INCLUDED = 20
"""Attributes that one index may include (NonKeyAttributes of DynamoDB's `Projection`)."""
MAX_INCLUDED_BY_ALL = 100
"""Attributes that all indexes of a table may include together; one that two indexes include counts twice."""


@dataclass(frozen=True, kw_only=True)
class IndexSpec:
    """A secondary index. All keys are strings."""

    name: str
    partition_key: str
    sort_key: str | None = None
    projection: Literal["ALL", "KEYS_ONLY", "INCLUDE"] = "ALL"
    included: Sequence[str] = ()
    """Attributes copied beside the keys, where the projection is `INCLUDE`."""
    local: bool = False
    """Has the table's own partition key, and so can be read consistently; made only with the table itself."""


@dataclass(frozen=True, kw_only=True)
class TableSpec:
    """A table. All keys are strings. Its name in a stack and its expiry are configured."""

    name: str
    """Its default name, and its component's in Pulumi's state: a change of it replaces the table."""
    partition_key: str
    sort_key: str | None = None
    indexes: Sequence[IndexSpec] = ()
    expiry_attribute: str | None = None
    """The attribute after whose moment DynamoDB may delete an item; None where items stay."""
    streams: bool = False
    """Whether each new or changed item goes into a stream, as it is after the change."""

    @property
    def key_attributes(self) -> list[str]:
        """The keys of the table and of its indexes, each once."""
        keys = [self.partition_key, self.sort_key]
        for index in self.indexes:
            keys += [index.partition_key, index.sort_key]
        return list(dict.fromkeys(str(key) for key in keys if key is not None))


Item = Mapping[str, Any]
"""An item, or one of its maps, as DynamoDB tells it."""


def read_text(item: Item, attribute: str) -> str:
    """A text that every such item has."""
    return str(item[attribute]["S"])


def find_text(item: Item, attribute: str) -> str | None:
    """A text; None where the item has none."""
    return str(item[attribute]["S"]) if attribute in item else None


def read_moment(item: Item, attribute: str) -> datetime:
    """A moment that every such item has."""
    return parse_moment(read_text(item, attribute))


def find_moment(item: Item, attribute: str) -> datetime | None:
    """A moment; None where the item has none."""
    return parse_moment(read_text(item, attribute)) if attribute in item else None


def find_number(item: Item, attribute: str) -> int:
    """A number; 0 where the item has none."""
    return int(item[attribute]["N"]) if attribute in item else 0


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
