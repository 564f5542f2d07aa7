"""The one place that talks to DynamoDB: one method an access pattern, each naming its index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from dashboard.data.frames import Item
from dashboard.errors import AccessDenied, ServiceFault, SessionExpired, TooManyAttempts, Unreachable
from handlers.names import Attribute, Index
from handlers.times import affected_date

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = 16
"""Queries that may be under way at once for one analyst."""

_WHAT = "The breach table"
_SUMMARY = (
    Attribute.FOLDER,
    Attribute.SLA,
    Attribute.FILE_COUNT,
    Attribute.DETECTED_AT,
    Attribute.REPORTED_BY,
    Attribute.PARTS,
)
_FAILURES: dict[str, type[Exception]] = {
    "AccessDeniedException": AccessDenied,
    "ExpiredTokenException": SessionExpired,
    "UnrecognizedClientException": SessionExpired,
    "ProvisionedThroughputExceededException": TooManyAttempts,
    "ThrottlingException": TooManyAttempts,
}


class BreachTable:
    """The breach table, as one analyst may see it. Safe to share between threads.

    Every method raises `AccessDenied`, `SessionExpired`, `TooManyAttempts`, `Unreachable` or `ServiceFault`.
    """

    def __init__(self, session: boto3.session.Session, table_name: str, endpoint_url: str | None) -> None:
        self._table_name = table_name
        self._client: DynamoDBClient = session.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            config=Config(
                max_pool_connections=CONNECTIONS,
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 5},
            ),
        )
        # Looking it up searches all of botocore's data, which threads would all do at once.
        self._query_pages = self._client.get_paginator("query")

    def hour(self, hour: datetime, *, with_files: bool) -> Iterator[Item]:
        """Every record detected in the UTC hour that `hour` lies in."""
        return self._query(Index.AFFECTED_DATE, {Attribute.AFFECTED_DATE: affected_date(hour)}, with_files)

    def folder_in_hour(self, hour: datetime, folder: str) -> Iterator[Item]:
        """One folder's records of one UTC hour, with their files."""
        keys = {Attribute.AFFECTED_DATE: affected_date(hour), Attribute.FOLDER: folder}
        return self._query(Index.AFFECTED_DATE, keys, with_files=True)

    def folder(self, folder: str, first: datetime, last: datetime) -> Iterator[Item]:
        """One folder's records from the hour of `first` to the hour of `last`, with their files."""
        return self._query(
            Index.FOLDER,
            {Attribute.FOLDER: folder},
            with_files=True,
            between=(affected_date(first), affected_date(last)),
        )

    def _query(
        self,
        index: str,
        equal: Mapping[str, str],
        with_files: bool,
        between: tuple[str, str] | None = None,
    ) -> Iterator[Item]:
        names = {f"#{name}": name for name in (*_SUMMARY, *equal)}
        values = {f":{name}": {"S": value} for name, value in equal.items()}
        conditions = [f"#{name} = :{name}" for name in equal]
        if between:
            names[f"#{Attribute.AFFECTED_DATE}"] = Attribute.AFFECTED_DATE
            values |= {":first": {"S": between[0]}, ":last": {"S": between[1]}}
            conditions.append(f"#{Attribute.AFFECTED_DATE} BETWEEN :first AND :last")
        if with_files:
            names[f"#{Attribute.FILES}"] = Attribute.FILES
        shown = (*_SUMMARY, Attribute.FILES) if with_files else _SUMMARY
        pages = self._query_pages.paginate(
            TableName=self._table_name,
            IndexName=index,
            KeyConditionExpression=" AND ".join(conditions),
            ProjectionExpression=", ".join(f"#{name}" for name in shown),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
        )
        try:
            for page in pages:
                yield from page["Items"]
        except ClientError as error:
            failure = _FAILURES.get(error.response["Error"]["Code"])
            request_id = error.response["ResponseMetadata"].get("RequestId")
            raise (failure() if failure else ServiceFault(_WHAT, request_id)) from None
        except BotoCoreError:
            raise Unreachable(_WHAT) from None
