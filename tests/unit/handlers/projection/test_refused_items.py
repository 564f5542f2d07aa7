"""The last refused report of a sender."""

from datetime import timedelta
from typing import Any

from contract.answers import FieldProblem
from handlers.ingest.building import Origin
from handlers.ingest.storing import RefusedReports
from handlers.web.errors import InvalidBodyError, TooLargeError
from handlers.web.requests import Caller
from tests.oracles.incidents.playing import at
from tests.projection import Projection
from tests.projection_tables import RUNS, SENDERS

CALLER = Caller("sub-1", "files-01", frozenset())


def test_the_latest_is_shown_whichever_comes_first(projection: Projection) -> None:
    records = [
        *_refuse(projection, 1, InvalidBodyError([FieldProblem("sla_error[0].sla", "is not", "do")])),
        *_refuse(projection, 0, TooLargeError(2, 1, "folders", "Split them.")),
    ]
    projection.stream.read(records)
    [shown] = projection.client.scan(TableName=SENDERS)["Items"]
    assert shown["State"] == {"S": "refused"}
    assert shown["RefusedAt"] == {"S": "2026-03-02T09:00:00Z"}
    assert shown["SenderName"] == {"S": "files-01"}
    assert shown["GatewayRequestId"] == {"S": "request-1"}
    [problem] = shown["Problems"]["L"]
    assert problem["M"]["Field"] == {"S": "sla_error[0].sla"}


def test_a_refused_report_is_no_run(projection: Projection) -> None:
    projection.stream.read(_refuse(projection, 0, InvalidBodyError([])))
    projection.store.mark("sub-1")
    projection.sweep(1)
    assert projection.state("sub-1").sender is None


def _refuse(projection: Projection, hours: float, error: Any) -> list[dict[str, Any]]:
    origin = Origin(caller=CALLER, arrival=at(hours), address="10.0.0.7", idempotency_key=None)
    RefusedReports(projection.client, RUNS, timedelta(days=35)).keep(origin, b"", error, "request-1")
    [item] = [
        item
        for item in projection.client.scan(TableName=RUNS)["Items"]
        if item["ArrivedAt"]["S"].startswith(at(hours).isoformat()[:16])
    ]
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": item}}]
