"""Queries of the tables of senders and incidents, several at once, and their items as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import boto3

from dashboard.aws_errors import translate_aws_errors
from dashboard.data.record_table import THE_TABLE
from dashboard.timeouts import build_client_config

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Item = Mapping[str, Any]
"""An item's attributes as texts, numbers, lists and mappings."""

CONNECTIONS: Final = 16
"""Queries that may be under way at once for one analyst."""
_DENIED: Final = (
    "AWS refused to show senders and incidents to you. Ask the service's owner to check the analyst role: "
    "it must allow dynamodb:Query on both tables and on their indexes."
)


@dataclass(frozen=True, kw_only=True)
class Query:
    """One partition of a table or of an index, or a part of it."""

    table: str
    equal: Mapping[str, str]
    """What the keys have to be."""
    index: str | None = None
    between: tuple[str, str, str] | None = None
    """A sort key, and its first and last value."""
    attributes: Sequence[str] = field(default=())
    """What is asked for of each item; all that the index has where nothing is named."""
    latest: int | None = None
    """Where given, only so many, those with the highest sort keys first."""
    consistent: bool = False
    """Whether it has to tell all that was written before; no global index can."""


class Queries:
    """What one analyst may query. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        session: has the analyst's credentials.
        endpoint_url: where DynamoDB is, when it is an emulator.
    """

    def __init__(self, session: boto3.session.Session, endpoint_url: str | None) -> None:
        self._client: DynamoDBClient = session.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            config=build_client_config(max_pool_connections=CONNECTIONS),
        )
        # Looking it up searches all of botocore's data, which threads would all do at once.
        self._query_pages = self._client.get_paginator("query")

    def run(self, *wanted: Query) -> list[Item]:
        """The items of all these queries, in their order; they are under way at the same time."""
        if len(wanted) == 1:
            return self._read(wanted[0])
        with ThreadPoolExecutor(min(len(wanted), CONNECTIONS), thread_name_prefix="query") as pool:
            return [item for items in pool.map(self._read, wanted) for item in items]

    def _read(self, query: Query) -> list[Item]:
        names = {f"#{name}": name for name in (*query.equal, *query.attributes)}
        values = {f":{name}": {"S": value} for name, value in query.equal.items()}
        conditions = [f"#{name} = :{name}" for name in query.equal]
        if query.between:
            key, first, last = query.between
            names[f"#{key}"] = key
            values |= {":first": {"S": first}, ":last": {"S": last}}
            conditions.append(f"#{key} BETWEEN :first AND :last")
        optional: dict[str, Any] = {}
        if query.index:
            optional["IndexName"] = query.index
        if query.attributes:
            optional["ProjectionExpression"] = ", ".join(f"#{name}" for name in query.attributes)
        if query.consistent:
            optional["ConsistentRead"] = True
        if query.latest:
            optional |= {
                "ScanIndexForward": False,
                "PaginationConfig": {"MaxItems": query.latest, "PageSize": query.latest},
            }
        pages = self._query_pages.paginate(
            TableName=query.table,
            KeyConditionExpression=" AND ".join(conditions),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **optional,
        )
        with translate_aws_errors(THE_TABLE, _DENIED):
            return [_read_item(item) for page in pages for item in page["Items"]]


def _read_item(item: Mapping[str, Any]) -> Item:
    return {name: _read_value(value) for name, value in item.items()}


def _read_value(value: Mapping[str, Any]) -> Any:
    [(kind, content)] = value.items()
    if kind == "N":
        return int(content)
    if kind == "L":
        return [_read_value(one) for one in content]
    return _read_item(content) if kind == "M" else content
