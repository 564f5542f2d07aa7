"""DynamoDB, for the modules of the tables: specifications, reads, updates, transactions, values, errors."""

import hashlib
import random
import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import islice
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Generic, Literal, NamedTuple, TypeVar, get_args, get_type_hints

from botocore.exceptions import BotoCoreError, ClientError

from contract.moments import format_moment, parse_moment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from pydantic import TypeAdapter

Item = Mapping[str, Any]
"""An item, or one of its maps, in DynamoDB's own form: `{"Folder": {"S": "D:\\Inbound"}}`."""
Values = dict[str, Any]
"""Attributes in the same form; None for one that the item must not have."""
Record = TypeVar("Record")

# --- tables


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
    def keys(self) -> tuple[str, ...]:
        """The partition key, and the sort key where it has one."""
        return tuple(str(key) for key in (self.partition_key, self.sort_key) if key is not None)

    @property
    def key_attributes(self) -> list[str]:
        """The keys of the table and of its indexes, each once."""
        specs: list[TableSpec | IndexSpec] = [self, *self.indexes]
        keys = [key for spec in specs for key in (spec.partition_key, spec.sort_key)]
        return list(dict.fromkeys(str(key) for key in keys if key is not None))


# --- reads

CONNECTIONS: Final = 16
"""Queries that may be under way at once over one client."""
MAX_KEYS: Final = 100
"""Keys of one BatchGetItem (DynamoDB quotas)."""
ATTEMPTS: Final = 8
"""Of a request that may well go through the next time."""
_PAUSE_SECONDS: Final = 0.05
"""Doubled at each attempt."""
_MAX_PAUSE_SECONDS: Final = 1.0


class UnprocessedKeysError(Exception):
    """DynamoDB did not return all that was asked for, however often it was asked."""


@dataclass(frozen=True, kw_only=True)
class Query:
    """One partition of a table or of an index, or a part of it."""

    table: str
    equal: Mapping[str, str]
    index: str | None = None
    between: tuple[str, str, str] | None = None
    """A sort key, with its first and its last value."""
    attributes: Sequence[str] = ()
    """What to read of each item; all that the table or index has where nothing is named."""
    latest: int | None = None
    """At most so many items, those with the highest sort keys first; all where it is None."""
    latest_first: bool = False
    """Whether the items with the highest sort keys come first; so they do where `latest` is given."""
    consistent: bool = False
    """Whether every write that was answered before has to be seen. No global index can do that."""
    only: Mapping[str, str] = field(default_factory=dict)
    """Attributes that are no keys, with the values that items must have."""

    def arguments(self) -> dict[str, Any]:
        """Arguments of a paginated `Query`."""
        names = {f"#{name}": name for name in (*self.equal, *self.attributes, *self.only)}
        values = {f":{name}": {"S": value} for name, value in (*self.equal.items(), *self.only.items())}
        conditions = [f"#{name} = :{name}" for name in self.equal]
        if self.between:
            key, first, last = self.between
            names[f"#{key}"] = key
            values |= {":first": {"S": first}, ":last": {"S": last}}
            conditions.append(f"#{key} BETWEEN :first AND :last")
        found: dict[str, Any] = {
            "TableName": self.table,
            "IndexName": self.index and str(self.index),
            "KeyConditionExpression": " AND ".join(conditions),
            "ExpressionAttributeNames": {placeholder: str(name) for placeholder, name in names.items()},
            "ExpressionAttributeValues": values,
            "ProjectionExpression": ", ".join(f"#{name}" for name in self.attributes),
            "FilterExpression": " AND ".join(f"#{name} = :{name}" for name in self.only),
            "ConsistentRead": self.consistent,
            "PaginationConfig": self.latest and {"MaxItems": self.latest, "PageSize": self.latest},
        }
        backwards = {"ScanIndexForward": False} if self.latest_first or self.latest else {}
        return {name: value for name, value in found.items() if value} | backwards


class Reader:
    """Reads over one client. Threads may share it.

    Args:
        client: a DynamoDB client that may read what is asked for. It should retry by itself.
    """

    def __init__(self, client: "DynamoDBClient") -> None:
        self.client = client
        # Looking a paginator up searches all of botocore's data, which threads would do at once.
        self._pages = client.get_paginator("query")

    def query(self, query: Query, most_pages: int | None = None) -> Iterator[Item]:
        """The items of a query, page after page of 1 MB as they are consumed."""
        for page in islice(self._pages.paginate(**query.arguments()), most_pages):
            yield from page["Items"]

    def query_all(self, *queries: Query) -> list[Item]:
        """The items of all queries, in the order of these. The queries run at the same time."""
        if len(queries) == 1:
            return list(self.query(queries[0]))
        from concurrent.futures import ThreadPoolExecutor  # not at a cold start that asks one by one

        with ThreadPoolExecutor(min(len(queries), CONNECTIONS), thread_name_prefix="query") as pool:
            return [item for items in pool.map(lambda one: list(self.query(one)), queries) for item in items]

    def get(self, table: str, key: Values) -> Item | None:
        """One item as it is now; None where there is none."""
        return self.client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")


def get_items(
    client: "DynamoDBClient",
    table: str,
    keys: Sequence[Values],
    *,
    attributes: Sequence[str] = (),
    consistent: bool,
) -> Iterator[Item]:
    """The items that exist of these keys, each of which is given once, in no order; as of `Query`.

    Raises:
        UnprocessedKeysError: DynamoDB left keys out at every attempt, as it does while it throttles.
    """
    wanted: dict[str, Any] = {"ConsistentRead": consistent}
    if attributes:
        names = {f"#{number}": str(name) for number, name in enumerate(attributes)}
        wanted |= {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
    for start in range(0, len(keys), MAX_KEYS):
        batch = {table: {"Keys": keys[start : start + MAX_KEYS], **wanted}}
        for answer in _send_all(client.batch_get_item, batch, "UnprocessedKeys"):
            yield from answer["Responses"].get(table, ())


def delete_items(client: "DynamoDBClient", table: str, keys: Sequence[Values]) -> Iterator[int]:
    """Deletes the items of these keys, 25 at a time, and yields how many are gone.

    Raises:
        UnprocessedKeysError: DynamoDB left keys out at every attempt, as it does while it throttles.
    """
    for start in range(0, len(keys), MAX_BATCH):
        batch = keys[start : start + MAX_BATCH]
        wanted = {table: [{"DeleteRequest": {"Key": key}} for key in batch]}
        deque(_send_all(client.batch_write_item, wanted, "UnprocessedItems"), maxlen=0)
        yield start + len(batch)


def _send_all(call: Callable[..., Any], wanted: Any, left: str) -> Iterator[Any]:
    """The answers to a batch, of which what DynamoDB left is sent again."""
    for attempt in range(ATTEMPTS):
        answer = call(RequestItems=wanted)
        yield answer
        if not (wanted := answer.get(left)):
            return
        time.sleep(_PAUSE_SECONDS * 2**attempt)
    raise UnprocessedKeysError(f"{', '.join(wanted)}: DynamoDB leaves keys out")


# --- writes

MAX_BATCH: Final = 25
"""Items of one BatchWriteItem (DynamoDB quotas)."""
MAX_WRITES: Final = 100
"""Items of one transaction (DynamoDB quotas)."""
_EMPTY: Final[Values] = {"L": []}


class ConflictError(Exception):
    """An item changed since it was read: read it again."""


@dataclass(frozen=True, kw_only=True)
class Update:
    """Changes of one item's attributes; all others stay as they are."""

    values: Values = field(default_factory=dict)
    """Attributes to set, or to remove where the value is None."""
    add: Values = field(default_factory=dict)
    append: Values = field(default_factory=dict)
    """Lists to append to the ones that are there, or to begin with."""
    if_still: Values = field(default_factory=dict)
    """Values that attributes must have for anything to happen; None: the attribute must not be there."""

    def arguments(self) -> dict[str, Any]:
        """Arguments of `UpdateItem`, or of an `Update` in a transaction."""
        names: dict[str, str] = {}
        given: Values = {}

        def name(attribute: str) -> str:
            names[placeholder := f"#{len(names)}"] = str(attribute)
            return placeholder

        def give(value: Any) -> str:
            given[placeholder := f":{len(given)}"] = value
            return placeholder

        sets = [f"{name(key)} = {give(value)}" for key, value in self.values.items() if value is not None]
        for key, value in self.append.items():
            place = name(key)
            sets.append(f"{place} = list_append(if_not_exists({place}, {give(_EMPTY)}), {give(value)})")
        clauses = {
            "SET": sets,
            "REMOVE": [name(key) for key, value in self.values.items() if value is None],
            "ADD": [f"{name(key)} {give(value)}" for key, value in self.add.items()],
        }
        conditions = [
            f"attribute_not_exists({name(key)})" if value is None else f"{name(key)} = {give(value)}"
            for key, value in self.if_still.items()
        ]
        expression = " ".join(f"{verb} {', '.join(parts)}" for verb, parts in clauses.items() if parts)
        return {
            **({"UpdateExpression": expression} if expression else {}),
            **({"ConditionExpression": " AND ".join(conditions)} if conditions else {}),
            "ExpressionAttributeNames": names,
            **({"ExpressionAttributeValues": given} if given else {}),
        }


def update_item(client: "DynamoDBClient", table: str, key: Values, update: Update, **more: Any) -> Item:
    """Updates one item, and returns its attributes where `ReturnValues` asks for them.

    Raises:
        ConflictError: a condition no longer holds, or a transaction is writing the item.
    """
    try:
        answer: Any = client.update_item(TableName=table, Key=key, **update.arguments(), **more)
    except ClientError as error:
        if is_overtaken(error):
            raise ConflictError from error
        raise
    attributes: Item = answer.get("Attributes", {})
    return attributes


def transact(
    client: "DynamoDBClient",
    actions: Sequence[Mapping[str, Any]],
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Writes all of it or nothing.

    botocore never retries a cancelled transaction: where it met another one, or was throttled, it is tried
    again here, for four seconds at most, which every function has left.

    Raises:
        ConflictError: a condition no longer holds.
    """

    def attempt() -> None:
        try:
            client.transact_write_items(TransactItems=actions)  # type: ignore[arg-type]
        except ClientError as error:
            if "ConditionalCheckFailed" in list_cancellations(error):
                raise ConflictError from error
            raise

    _repeat(attempt, lambda error: bool(list_cancellations(error) & _PASSING), ATTEMPTS, sleep)


def retry_write(write: Callable[[], Record], sleep: Callable[[float], None] = time.sleep) -> Record:
    """Repeats a write of one item while it meets transactions, which botocore does not retry.

    Raises:
        ConflictError: it went on meeting them.
    """
    try:
        return _repeat(write, lambda error: error_code(error) == _CONFLICT, ATTEMPTS, sleep)
    except ClientError as error:
        if error_code(error) == _CONFLICT:
            raise ConflictError from error
        raise


def retry_on_conflict(
    attempt: Callable[[], Record], attempts: int = ATTEMPTS, sleep: Callable[[float], None] = time.sleep
) -> Record:
    """Repeats what reads, decides and writes until nobody else writes in between, and returns its result.

    Raises:
        ConflictError: others went on writing.
    """
    return _repeat(attempt, lambda error: isinstance(error, ConflictError), attempts, sleep)


def _repeat(
    attempt: Callable[[], Record],
    passes: Callable[[Exception], bool],
    attempts: int,
    sleep: Callable[[float], None],
) -> Record:
    for number in range(attempts - 1):
        try:
            return attempt()
        except (ClientError, ConflictError) as error:
            if not passes(error):
                raise
        # Full jitter: those who met once must not meet again.
        sleep(random.uniform(0, min(_MAX_PAUSE_SECONDS, _PAUSE_SECONDS * 2**number)))  # noqa: S311
    return attempt()


# --- errors

_THROTTLING: Final = {
    "LimitExceededException", "ProvisionedThroughputExceededException", "RequestLimitExceeded", "Throttling",
    "ThrottlingException", "TooManyRequestsException",
}  # fmt: skip
_CONFLICT: Final = "TransactionConflictException"
_OVERTAKEN: Final = {"ConditionalCheckFailedException", _CONFLICT}
_PASSING: Final = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
"""Why a transaction was cancelled that may well go through the next time. Spelt without "Exception"."""
_LASTING: Final = {
    "ItemCollectionSizeLimitExceeded", "ItemCollectionSizeLimitExceededException", "ValidationError",
    "ValidationException",
}  # fmt: skip
"""What DynamoDB says of a request that it will never take, and of such a part of a transaction."""


def error_code(error: Exception) -> str:
    """AWS's code of a failure; empty where it has none."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def list_cancellations(error: Exception) -> set[str]:
    """The codes for which a transaction was cancelled; none where something else failed."""
    reasons = error.response.get("CancellationReasons", ()) if isinstance(error, ClientError) else ()
    return {str(reason["Code"]) for reason in reasons if reason.get("Code")}


def is_throttling(error: Exception) -> bool:
    """Whether a service asks to slow down, also by the reasons for which it cancelled a transaction."""
    return error_code(error) in _THROTTLING or bool(list_cancellations(error) & _PASSING)


def is_overtaken(error: Exception) -> bool:
    """Whether another write of the same item came first, or is under way."""
    return error_code(error) in _OVERTAKEN


def may_pass(error: Exception) -> bool:
    """Whether the same work may succeed another time: a service failed, or another write came first."""
    if not isinstance(error, ClientError):
        return isinstance(error, (BotoCoreError, ConflictError, UnprocessedKeysError))
    return not {error_code(error), *list_cancellations(error)} & _LASTING


# --- values

MAX_SORT_KEY_BYTES: Final = 1024
"""Bytes of UTF-8 of a sort key (DynamoDB quotas)."""
_DIGEST_BYTES: Final = 16
MAX_CHUNK_BYTES: Final = 300_000
"""Bytes of one item's chunk, well below DynamoDB's 400 KB for the whole item."""


def read_text(item: Item, attribute: str) -> str:
    """A text that every such item has."""
    return str(item[attribute]["S"])


def find_number(item: Item, attribute: str) -> int:
    """A number; 0 where the item has none."""
    return int(item[attribute]["N"]) if attribute in item else 0


class MalformedItemError(ValueError):
    """An item lacks an attribute that all of its kind have, or has a value that none has."""


class Kind(NamedTuple):
    """How one kind of value is read from an attribute and written to it; None: not at all."""

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]


TEXT: Final = Kind(lambda value: value["S"], lambda text: {"S": text} if text else None)
NUMBER: Final = Kind(lambda value: int(value["N"]), lambda number: {"N": str(number)})
COUNT: Final = Kind(NUMBER.read, lambda number: {"N": str(number)} if number else None)
"""A number that an item does not have while it is 0."""
MOMENT: Final = Kind(lambda value: parse_moment(value["S"]), lambda at: {"S": format_moment(at)})
EXPIRY: Final = Kind(NUMBER.read, lambda at: {"N": str(int(at.timestamp()))})
"""A moment in seconds since 1970, after which DynamoDB may delete the item."""
FLAG: Final = Kind(lambda value: bool(value["BOOL"]), lambda flag: {"BOOL": True} if flag else None)
TEXTS: Final = Kind(
    lambda value: tuple(one["S"] for one in value["L"]),
    lambda found: {"L": [{"S": one} for one in found]} if found else None,
)
_KINDS: Final = {str: TEXT, int: NUMBER, datetime: MOMENT, bool: FLAG, Sequence[str]: TEXTS}


class Fields(Generic[Record]):
    """Reads and writes records, each field in the attribute of its name and by the kind of its type.

    Args:
        record: the record type. A number that is 0 by default is a `COUNT`.
        attributes: an enumeration, with `LAST_RUN_AT` for the field `last_run_at`, or such a mapping. A field
            that has none is not stored.
        others: the attributes of fields with another name, with their kind where the type does not tell it;
            None for one that is not stored.
    """

    def __init__(
        self, record: type[Record], attributes: type[StrEnum] | Mapping[str, str], **others: Any
    ) -> None:
        self.record: Final = record
        self._fields: Final[list[tuple[str, str, Kind]]] = []
        if isinstance(attributes, type):
            attributes = {name.lower(): member for name, member in attributes.__members__.items()}
        stored: dict[str, Any] = {**attributes, **others}
        for name, hint in get_type_hints(record).items():
            match stored.get(name):
                case str(attribute):
                    kind = find_kind(hint, getattr(record, name, None))
                    self._fields.append((name, str(attribute), kind))
                case (attribute, kind):
                    self._fields.append((name, str(attribute), kind))

    @property
    def attributes(self) -> list[str]:
        """All that it reads and writes."""
        return [attribute for _, attribute, _ in self._fields]

    def read(self, item: Item) -> dict[str, Any]:
        """The fields whose attributes an item has, as arguments of the record type."""
        return {name: kind.read(item[key]) for name, key, kind in self._fields if key in item}

    def parse(self, item: Item, **more: Any) -> Record:
        """The record of an item, with these fields instead of its own.

        Raises:
            MalformedItemError: an attribute is missing that all of them have, or has a value that none has.
        """
        try:
            return self.record(**{**self.read(item), **more})
        except (KeyError, TypeError, ValueError) as error:
            raise MalformedItemError(f"a {self.record.__name__} cannot be read: {error!r}") from error

    def write(self, record: object) -> Values:
        """The attributes of a record; None for a field that is None."""
        return {
            attribute: None if (value := getattr(record, name)) is None else kind.write(value)
            for name, attribute, kind in self._fields
        }

    def describe(self, record: object) -> Values:
        """The attributes that a record has."""
        return {name: value for name, value in self.write(record).items() if value is not None}


def list_of(fields: Fields[Any]) -> Kind:
    """A list of maps, each of which makes a record; absent while it is empty."""
    return Kind(
        lambda value: tuple(fields.record(**fields.read(one["M"])) for one in value["L"]),
        lambda found: {"L": [{"M": fields.describe(one)} for one in found]} if found else None,
    )


def find_kind(hint: Any, default: object = None) -> Kind:
    """The kind of a type. Records in a list are maps, with the names of their fields in capitals."""
    if isinstance(hint, UnionType):  # with None
        hint = next(one for one in get_args(hint) if one is not NoneType)
    if hint is int and default == 0:
        return COUNT
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return Kind(lambda value: hint(value["S"]), lambda member: {"S": str(member)})
    if hint in _KINDS:
        return _KINDS[hint]
    [record] = get_args(hint)
    return list_of(Fields(record, {name: name.title() for name in get_type_hints(record)}))


def fit_key(text: str, most: int = MAX_SORT_KEY_BYTES) -> str:
    """The text, or its digest where it has more than `most` bytes: a path may grow in lower case."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()


def dump(record: object) -> str:
    """A record as JSON, without the fields that have their default values."""
    return _adapter(type(record)).dump_json(record, exclude_defaults=True).decode()


def load(kind: type[Record], text: str) -> Record:
    """The record that `dump` wrote.

    Raises:
        pydantic.ValidationError: the text is none.
    """
    adapter: TypeAdapter[Record] = _adapter(kind)
    return adapter.validate_json(text)


def dump_chunks(record: object) -> list[bytes]:
    """A record that may be large: compressed, and cut so that each chunk fits into an item."""
    data = zlib.compress(dump(record).encode())
    return [data[start : start + MAX_CHUNK_BYTES] for start in range(0, len(data), MAX_CHUNK_BYTES)]


def load_chunks(kind: type[Record], chunks: Sequence[bytes]) -> Record:
    """The record that `dump_chunks` wrote, from all of its chunks in order."""
    return load(kind, zlib.decompress(b"".join(chunks)).decode())


_ADAPTERS: Final[dict[Any, "TypeAdapter[Any]"]] = {}


def _adapter(kind: Any) -> "TypeAdapter[Any]":
    if kind not in _ADAPTERS:
        from pydantic import TypeAdapter  # not at a cold start that needs no JSON

        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]
