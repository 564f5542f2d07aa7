"""Reads one period of the table, in the dashboard's way or in the bare one, and counts what it takes."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import boto3
import psutil
from botocore.handlers import BUILTIN_HANDLERS

from bench.child import serve
from dashboard.clock import utc_now
from dashboard.data.archive import Archive
from dashboard.data.breach_table import BreachTable
from dashboard.data.frames import Breaches, rows_of
from dashboard.data.loading import Loading
from dashboard.services.periods import Period
from handlers.names import Attribute, Index
from handlers.times import HOUR, affected_date, from_text


class _Meter:
    """Counts queries and read units of every client of this process."""

    def __init__(self) -> None:
        self.pages = 0
        self.units = 0.0

    def attach(self) -> None:
        BUILTIN_HANDLERS.append(("provide-client-params.dynamodb.Query", self._asked))
        BUILTIN_HANDLERS.append(("after-call.dynamodb.Query", self._answered))

    @staticmethod
    def _asked(params: Mapping[str, Any], **_: Any) -> dict[str, Any]:
        return {**params, "ReturnConsumedCapacity": "TOTAL"}

    def _answered(self, parsed: Mapping[str, Any], **_: Any) -> None:
        self.pages += 1
        self.units += parsed["ConsumedCapacity"]["CapacityUnits"]


@dataclass(frozen=True)
class _Result:
    records: int
    kept: object
    """What the reader goes on holding in memory."""


def answer(request: Mapping[str, Any]) -> dict[str, Any]:
    """Takes `way`, `table`, `endpoint`, `start`, `end`, `folder` (or null) and `with_files`."""
    period = Period(from_text(request["start"]), from_text(request["end"]))
    meter = _Meter()
    meter.attach()
    ways: dict[str, Callable[[Mapping[str, Any], Period], Callable[[], _Result]]] = {
        "ours": _ours,
        "bare": _bare,
    }
    way = ways[request["way"]]
    # A dashboard that runs has long loaded its libraries and opened its connections.
    way({**request, "folder": None}, Period(period.start, period.start + HOUR))()
    read = way(request, period)
    meter.pages, meter.units = 0, 0.0
    memory, started = _memory(), time.perf_counter()
    result = read()
    return {
        "seconds": time.perf_counter() - started,
        "megabytes": (_memory() - memory) / 1e6,
        "records": result.records,
        "pages": meter.pages,
        "units": meter.units,
    }


def _ours(request: Mapping[str, Any], period: Period) -> Callable[[], _Result]:
    table = BreachTable(boto3.session.Session(), request["table"], request["endpoint"])
    folder, with_files = request["folder"], request["with_files"]

    def read() -> _Result:
        if folder:
            breaches = Breaches.of(rows_of(table.folder(folder, period.start, period.end)))
            return _Result(len(breaches.reports), breaches)
        archive = Archive(utc_now)
        with Loading(table, archive, period.hours(), with_files=with_files) as loading:
            loading.finish()
            breaches = loading.breaches()
            return _Result(len(breaches.reports), (breaches, archive))

    return read


def _bare(request: Mapping[str, Any], period: Period) -> Callable[[], _Result]:
    """One query after the other, its pages one after the other, every item kept."""
    pages = boto3.client("dynamodb", endpoint_url=request["endpoint"]).get_paginator("query")

    def query(index: str, condition: str, values: Mapping[str, str]) -> list[Any]:
        found = pages.paginate(
            TableName=request["table"],
            IndexName=index,
            KeyConditionExpression=condition,
            ExpressionAttributeValues={name: {"S": value} for name, value in values.items()},
        )
        return [item for page in found for item in page["Items"]]

    def read() -> _Result:
        if request["folder"]:
            first, last = affected_date(period.start), affected_date(period.end)
            items = query(
                Index.FOLDER,
                f"{Attribute.FOLDER} = :folder AND {Attribute.AFFECTED_DATE} BETWEEN :first AND :last",
                {":folder": request["folder"], ":first": first, ":last": last},
            )
            return _Result(len(items), items)
        hours: list[datetime] = period.hours()
        of_hour = f"{Attribute.AFFECTED_DATE} = :hour"
        pieces = [query(Index.AFFECTED_DATE, of_hour, {":hour": affected_date(hour)}) for hour in hours]
        return _Result(sum(map(len, pieces)), pieces)

    return read


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


if __name__ == "__main__":
    serve(answer)
