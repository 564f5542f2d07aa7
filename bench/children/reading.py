"""Reads one period of the table, in the dashboard's way or in the bare one, and counts what it takes."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

import boto3
import psutil
from botocore.handlers import BUILTIN_HANDLERS

from bench.children.process import Item, read_units, serve
from contract.moments import HOUR, format_affected_date, parse_moment, utc_now
from dashboard.data.loading import HourCache, Loading
from dashboard.data.records import RecordFrames, parse_records
from dashboard.data.tables import RecordTable
from dashboard.figures.series import Period
from store.records import Attribute, Index


@dataclass(frozen=True)
class _Result:
    records: int
    kept: object
    """What the reader goes on holding in memory."""
    pages: Sequence[Sequence[Item]] = ()
    """As DynamoDB returned them, whole items; ours asks for some attributes only."""


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes `way`, `table`, `endpoint`, `start`, `end`, `folder` (or null) and `with_files`."""
    period = Period(parse_moment(request["start"]), parse_moment(request["end"]))
    calls: list[object] = []
    # Of every client of this process.
    BUILTIN_HANDLERS.append(("before-send.dynamodb.Query", lambda request, **_: calls.append(request)))
    ways: dict[str, Callable[[Mapping[str, Any], Period], Callable[[], _Result]]] = {
        "ours": _ours,
        "bare": _bare,
    }
    way = ways[request["way"]]
    # A dashboard that runs has long loaded its libraries and opened its connections.
    way({**request, "folder": None}, Period(period.start, period.start + HOUR))()
    read = way(request, period)
    calls.clear()
    memory, started = _memory(), time.perf_counter()
    result = read()
    return {
        "seconds": time.perf_counter() - started,
        "megabytes": (_memory() - memory) / 1e6,
        "records": result.records,
        "calls": len(calls),
        "units": read_units(result.pages),
        "least_units": read_units([chain.from_iterable(result.pages)]),
    }


def _ours(request: Mapping[str, Any], period: Period) -> Callable[[], _Result]:
    table = RecordTable(boto3.session.Session(), request["table"], request["endpoint"])
    folder, with_files = request["folder"], request["with_files"]

    def read() -> _Result:
        if folder:
            breaches = RecordFrames.of(parse_records(table.query_folder(folder, period.start, period.end)))
            return _Result(len(breaches.records), breaches)
        archive = HourCache(utc_now)
        with Loading(table, archive, period.hours(), with_files=with_files) as loading:
            loading.finish()
            breaches = loading.frames()
            return _Result(len(breaches.records), (breaches, archive))

    return read


def _bare(request: Mapping[str, Any], period: Period) -> Callable[[], _Result]:
    """One query after the other, its pages one after the other, every item kept."""
    paginator = boto3.client("dynamodb", endpoint_url=request["endpoint"]).get_paginator("query")

    def query(index: str, condition: str, values: Mapping[str, str]) -> list[Any]:
        found = paginator.paginate(
            TableName=request["table"],
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
        )
        return [page["Items"] for page in found]

    def read() -> _Result:
        if request["folder"]:
            first, last = format_affected_date(period.start), format_affected_date(period.end)
            pages = query(
                Index.FOLDER,
                f"{Attribute.FOLDER} = :folder AND {Attribute.AFFECTED_DATE} BETWEEN :first AND :last",
                {":folder": request["folder"], ":first": first, ":last": last},
            )
            return _bare_result(pages)
        hours: list[datetime] = period.hours()
        of_hour = f"{Attribute.AFFECTED_DATE} = :hour"
        pieces = (
            query(Index.AFFECTED_DATE, of_hour, {":hour": format_affected_date(hour)}) for hour in hours
        )
        return _bare_result([page for piece in pieces for page in piece])

    return read


def _bare_result(pages: list[Any]) -> _Result:
    return _Result(sum(map(len, pages)), pages, pages)


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    serve(answer)
