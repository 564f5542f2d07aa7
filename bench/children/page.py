"""Runs one page's script in a dashboard that has just started, or the bare queries that it needs."""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import boto3
from boto3.dynamodb.types import TypeDeserializer
from botocore.config import Config
from streamlit.testing.v1 import AppTest

from bench.children.process import serve
from contract.moments import format_affected_date
from contract.names import ROOT
from dashboard.backend import backend
from dashboard.figures.series import Period
from store.dynamodb import CONNECTIONS
from store.records import Attribute, Index

_APP: Final = ROOT / "dashboard" / "app.py"
_WARMED_UP: Final = "views/service_health.py"
"""A page that reads no records: what it takes to start a dashboard is not what is measured."""
_MOST_SECONDS: Final = 300


def answer(request: Mapping[str, Any]) -> dict[str, float]:
    """Takes `way` (`ours` or `bare`), `page`, `parameters`, `days`, `user`, `table` and `endpoint`."""
    ways: dict[str, Callable[[Mapping[str, Any]], Callable[[], int]]] = {"ours": _ours, "bare": _bare}
    run = ways[request["way"]](request)
    started = time.perf_counter()
    shown = run()
    return {"seconds": time.perf_counter() - started, "shown": shown}


def _ours(request: Mapping[str, Any]) -> Callable[[], int]:
    app = AppTest.from_file(str(_APP), default_timeout=_MOST_SECONDS)
    app.run()
    user = request["user"]
    tokens = backend().auth.sign_in(user["username"], user["password"])
    app.session_state["session_id"] = backend().admit(tokens)
    app.switch_page(_WARMED_UP).run()
    for name, value in request["parameters"].items():
        app.query_params[name] = value

    def run() -> int:
        app.switch_page(f"views/{request['page']}.py").run()
        if app.exception or app.error:
            raise RuntimeError(f"the page failed: {[*app.exception, *app.error]}")
        tables = [element.proto for element in app.get("bidi_component")]
        return sum(len(json.loads(table.json).get("rows", ())) for table in tables)

    return run


def _bare(request: Mapping[str, Any]) -> Callable[[], int]:
    client = boto3.client(
        "dynamodb", endpoint_url=request["endpoint"], config=Config(max_pool_connections=CONNECTIONS)
    )
    paginator, deserialize = client.get_paginator("query"), TypeDeserializer().deserialize
    now = datetime.now(UTC)
    hours = Period(now - timedelta(days=request["days"]), now).hours()

    def query(hour: datetime) -> list[dict[str, Any]]:
        pages = paginator.paginate(
            TableName=request["table"],
            IndexName=Index.AFFECTED_DATE,
            KeyConditionExpression=f"{Attribute.AFFECTED_DATE} = :hour",
            ExpressionAttributeValues={":hour": {"S": format_affected_date(hour)}},
        )
        return [
            {name: deserialize(value) for name, value in item.items()}
            for page in pages
            for item in page["Items"]
        ]

    def run() -> int:
        with ThreadPoolExecutor(CONNECTIONS) as pool:
            return sum(len(items) for items in pool.map(query, hours))

    return run


if __name__ == "__main__":
    serve(answer)
