"""The rules' own records as JSON, whole and back."""

import zlib
from collections.abc import Iterator, Sequence
from typing import Any, Final, TypeVar

from pydantic import TypeAdapter

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
