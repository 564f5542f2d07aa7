"""An update of one item, in DynamoDB's own words."""

import hashlib
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import TypeAdapter

Values = dict[str, Any]
"""Attributes in DynamoDB's form; None for one that the item must not have."""

MAX_WRITES: Final = 100
"""Items of one transaction (DynamoDB quotas)."""
_EMPTY: Final[Values] = {"L": []}


@dataclass(frozen=True, kw_only=True)
class Update:
    """What becomes of an item's attributes; all others stay as they are."""

    values: Values
    """What they are from now on."""
    add: Values = field(default_factory=dict)
    """Numbers to add."""
    append: Values = field(default_factory=dict)
    """Lists to add at the end of the one that is there, or is none yet."""
    if_still: Values = field(default_factory=dict)
    """What has to be so for anything to happen."""

    def arguments(self) -> dict[str, Any]:
        """Arguments of UpdateItem, or of an `Update` in a transaction."""
        return _Words().say(self)


@dataclass
class _Words:
    """The expressions, and the names and values that stand in them."""

    names: dict[str, str] = field(default_factory=dict)
    given: Values = field(default_factory=dict)
    clauses: dict[str, list[str]] = field(default_factory=dict)
    conditions: list[str] = field(default_factory=list)

    def say(self, update: Update) -> dict[str, Any]:
        for attribute, value in update.values.items():
            self._set(attribute, value)
        for attribute, value in update.append.items():
            name = self._name(attribute)
            appended = f"list_append(if_not_exists({name}, {self._give(_EMPTY)}), {self._give(value)})"
            self._clause("SET", f"{name} = {appended}")
        for attribute, value in update.add.items():
            self._clause("ADD", f"{self._name(attribute)} {self._give(value)}")
        for attribute, value in update.if_still.items():
            self._require(attribute, value)
        arguments: dict[str, Any] = {
            "UpdateExpression": " ".join(
                f"{action} {', '.join(parts)}" for action, parts in self.clauses.items()
            ),
            "ExpressionAttributeNames": self.names,
        }
        if self.given:
            arguments["ExpressionAttributeValues"] = self.given
        if self.conditions:
            arguments["ConditionExpression"] = " AND ".join(self.conditions)
        return arguments

    def _set(self, attribute: str, value: Any) -> None:
        name = self._name(attribute)
        if value is None:
            self._clause("REMOVE", name)
        else:
            self._clause("SET", f"{name} = {self._give(value)}")

    def _require(self, attribute: str, value: Any) -> None:
        name = self._name(attribute)
        same = f"attribute_not_exists({name})" if value is None else f"{name} = {self._give(value)}"
        self.conditions.append(same)

    def _clause(self, action: str, part: str) -> None:
        self.clauses.setdefault(action, []).append(part)

    def _name(self, attribute: str) -> str:
        name = f"#{len(self.names)}"
        self.names[name] = str(attribute)
        return name

    def _give(self, value: Any) -> str:
        name = f":{len(self.given)}"
        self.given[name] = value
        return name


MAX_CHUNK_BYTES: Final = 300_000
"""Bytes of one item's body, well below DynamoDB's 400 KB for the whole item."""

_ADAPTERS: Final[dict[type[Any], TypeAdapter[Any]]] = {}
Body = TypeVar("Body")


def write_body(body: object) -> str:
    """A record as JSON, without what is as by default."""
    return _adapter(type(body)).dump_json(body, exclude_defaults=True).decode()


def read_body(kind: type[Body], text: str) -> Body:
    """The record that `write_body` wrote.

    Raises:
        pydantic.ValidationError: it is none.
    """
    record: Body = _adapter(kind).validate_json(text)
    return record


def write_chunks(body: object) -> Sequence[bytes]:
    """A record that may be large: compressed, and cut so that each part fits into an item."""
    return list(_cut(zlib.compress(write_body(body).encode())))


def read_chunks(kind: type[Body], chunks: Sequence[bytes]) -> Body:
    """The record that `write_chunks` wrote, from all of its parts in order."""
    return read_body(kind, zlib.decompress(b"".join(chunks)).decode())


def _cut(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), MAX_CHUNK_BYTES):
        yield data[start : start + MAX_CHUNK_BYTES]


def _adapter(kind: type[Any]) -> TypeAdapter[Any]:
    if kind not in _ADAPTERS:
        _ADAPTERS[kind] = TypeAdapter(kind)
    return _ADAPTERS[kind]


_THROTTLING: Final = frozenset(
    {
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
    }
)
_OVERTAKEN: Final = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})


def is_throttling(error: Exception) -> bool:
    """Whether a service asks to slow down."""
    return read_code(error) in _THROTTLING


def is_overtaken(error: Exception) -> bool:
    """Whether another write of the same item came first, or is under way."""
    return read_code(error) in _OVERTAKEN


def list_cancellations(error: Exception) -> set[str]:
    """The codes of what kept a transaction from being done; none where it was something else."""
    reasons = error.response.get("CancellationReasons", ()) if isinstance(error, ClientError) else ()
    return {str(reason["Code"]) for reason in reasons if reason.get("Code")}


def read_code(error: Exception) -> str:
    """AWS's code of a failure; empty where it has none."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


class ConflictError(Exception):
    """The sender changed since it was read: read it again."""


_LASTING: Final = frozenset(
    {"ItemCollectionSizeLimitExceededException", "ValidationError", "ValidationException"}
)
"""What DynamoDB says of a request that it will never take, and of such a part of a transaction."""


def may_pass(error: Exception) -> bool:
    """Whether the same work may well be done another time: a service failed, or another was first."""
    if not isinstance(error, ClientError):
        return isinstance(error, (BotoCoreError, ConflictError))
    return not {read_code(error), *list_cancellations(error)} & _LASTING


MAX_SORT_KEY_BYTES: Final = 1024
"""Bytes of UTF-8 of a sort key (DynamoDB quotas)."""
_DIGEST_BYTES: Final = 16


def fit_key(text: str, most: int = MAX_SORT_KEY_BYTES) -> str:
    """The text, or its digest where it has more than `most` bytes: to lower case, a path may grow."""
    data = text.encode("utf-8", "surrogatepass")
    return text if len(data) <= most else hashlib.blake2b(data, digest_size=_DIGEST_BYTES).hexdigest()
