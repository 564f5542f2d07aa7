"""The table of records: one method an access pattern, each naming its index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import boto3

from contract.moments import format_affected_date
from dashboard import columns
from dashboard.aws_errors import translate_aws_errors
from dashboard.data.records import AttributeValues
from dashboard.timeouts import build_client_config
from store.records import Attribute, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONNECTIONS = 16
"""Queries that may be under way at once for one analyst."""

THE_TABLE: Final = "The table"
"""What those who wait for it are told that they wait for."""
_SUMMARY = tuple(column.attribute for column in (*columns.RECORD, *columns.BESIDE))
_WITH_FILES = (*_SUMMARY, columns.RUN_ID.attribute, str(Attribute.FILES))
"""A run's id is asked for only where files are: it tells whether a file is left out, or in another part."""


class RecordTable:
    """The table FileSlaErrors, as one analyst may see it. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.
    """

    def __init__(self, session: boto3.session.Session, table_name: str, endpoint_url: str | None) -> None:
        self._table_name = table_name
        self._client: DynamoDBClient = session.client(
            "dynamodb",
            endpoint_url=endpoint_url,
            config=build_client_config(max_pool_connections=CONNECTIONS),
        )
        # Looking it up searches all of botocore's data, which threads would all do at once.
        self._query_pages = self._client.get_paginator("query")

    def query_hour(self, hour: datetime, *, with_files: bool) -> Iterator[AttributeValues]:
        """Every record detected in the UTC hour that `hour` lies in."""
        return self._query(
            Index.AFFECTED_DATE, {Attribute.AFFECTED_DATE: format_affected_date(hour)}, with_files
        )

    def query_folder_in_hour(self, hour: datetime, folder: str) -> Iterator[AttributeValues]:
        """One folder's records of one UTC hour, with their files."""
        keys: dict[str, str] = {Attribute.AFFECTED_DATE: format_affected_date(hour), Attribute.FOLDER: folder}
        return self._query(Index.AFFECTED_DATE, keys, with_files=True)

    def query_run(self, hour: datetime, folder: str, run_id: str) -> Iterator[AttributeValues]:
        """One folder's records of one run, as far as they are of this UTC hour, with their files."""
        keys: dict[str, str] = {Attribute.AFFECTED_DATE: format_affected_date(hour), Attribute.FOLDER: folder}
        return self._query(Index.AFFECTED_DATE, keys, with_files=True, run_id=run_id)

    def query_folder(self, folder: str, first: datetime, last: datetime) -> Iterator[AttributeValues]:
        """One folder's records from the hour of `first` to the hour of `last`, with their files."""
        return self._query(
            Index.FOLDER,
            {Attribute.FOLDER: folder},
            with_files=True,
            between=(format_affected_date(first), format_affected_date(last)),
        )

    def _query(
        self,
        index: str,
        equal: Mapping[str, str],
        with_files: bool,
        between: tuple[str, str] | None = None,
        run_id: str | None = None,
    ) -> Iterator[AttributeValues]:
        shown = _WITH_FILES if with_files else _SUMMARY
        names = {f"#{name}": name for name in (*shown, *equal)}
        values = {f":{name}": {"S": value} for name, value in equal.items()}
        conditions = [f"#{name} = :{name}" for name in equal]
        if between:
            names[f"#{Attribute.AFFECTED_DATE}"] = Attribute.AFFECTED_DATE
            values |= {":first": {"S": between[0]}, ":last": {"S": between[1]}}
            conditions.append(f"#{Attribute.AFFECTED_DATE} BETWEEN :first AND :last")
        optional: dict[str, Any] = {}
        if run_id is not None:
            names[f"#{Attribute.RUN_ID}"] = Attribute.RUN_ID
            values[":run"] = {"S": run_id}
            optional["FilterExpression"] = f"#{Attribute.RUN_ID} = :run"
        pages = self._query_pages.paginate(
            TableName=self._table_name,
            IndexName=index,
            KeyConditionExpression=" AND ".join(conditions),
            ProjectionExpression=", ".join(f"#{name}" for name in shown),
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            **optional,
        )
        with translate_aws_errors(THE_TABLE):
            for page in pages:
                yield from page["Items"]
