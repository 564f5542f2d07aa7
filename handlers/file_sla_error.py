"""FileSlaErrorLambda: takes a report, and answers 200 when every record of it is stored."""

import os
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

from handlers.environment import IngestEnvironment
from handlers.ingest.breach_store import BreachStore
from handlers.ingest.limits import HOW_TO_SPLIT, MAX_BODY_BYTES
from handlers.ingest.parsing import parse_report
from handlers.ingest.records import Detection, file_count, records_of
from handlers.names import IDEMPOTENCY_HEADER, Attribute, Dimension, Group, Metric, Route
from handlers.web.caller import caller_of
from handlers.web.endpoint import endpoint
from handlers.web.errors import FieldProblem, InvalidBody, ServiceError
from handlers.web.requests import Event, header, read_body
from handlers.web.telemetry import count, count_by

MAX_KEY_CHARACTERS: Final = 255
_KEY: Final = re.compile(rf"[!-~]([ -~]{{0,{MAX_KEY_CHARACTERS - 2}}}[!-~])?")
CONNECT_SECONDS: Final = 1.0
READ_SECONDS: Final = 4.0
# A stalled call has to leave time for another and for an answer. The store does the retrying.
CONFIG: Final = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"total_max_attempts": 1},
    # The records are of our own making; checking them again is half the work of a write.
    parameter_validation=False,
)
ANSWER_SECONDS: Final = CONNECT_SECONDS + READ_SECONDS + 1.0
"""Kept back from the function's time for the longest call to end and the answer to be sent."""


@cache
def _environment() -> IngestEnvironment:
    return IngestEnvironment.read()


@cache
def _store() -> BreachStore:
    # Without boto3, which would add a tenth to a cold start and nothing that is used here.
    client: Any = Session().create_client("dynamodb", config=CONFIG)
    return BreachStore(client, _environment().table_name)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Made while Lambda starts the environment, not while the first reporter waits.
    _store()


def _count_rejected(error: ServiceError) -> None:
    count_by(Metric.REJECTED_REPORTS, **{Dimension.REASON: error.reason})


@endpoint(Route.FILE_SLA_ERROR, on_refusal=_count_rejected)
def handler(event: Event, context: Any) -> Mapping[str, Any]:
    """Answers `POST /file_sla_error`."""
    caller = caller_of(event, _environment().client_id)
    caller.require(Group.REPORTERS)
    key = _idempotency_key(event)
    report = parse_report(read_body(event, MAX_BODY_BYTES, HOW_TO_SPLIT))

    days = _environment().retention_days
    detection = Detection(
        detected_at=datetime.now(UTC),
        reported_by=caller.username,
        subject=caller.subject,
        idempotency_key=key,
        retention=timedelta(days=days) if days else None,
    )
    items = records_of(report, detection)
    retried = _store().put_all(
        items, seconds_left=lambda: context.get_remaining_time_in_millis() / 1000 - ANSWER_SECONDS
    )

    files = file_count(report.sla_error)
    count(Metric.REPORTS)
    count(Metric.HEARTBEATS, 0 if items else 1)
    count(Metric.BREACHED_FOLDERS, len(report.sla_error))
    count(Metric.STUCK_FILES, files)
    count(Metric.RECORDS_WRITTEN, len(items))
    count(Metric.UNPROCESSED_RETRIED, retried)
    return {
        "message": f"Recorded. Folders: {len(report.sla_error)}, stuck files: {files}."
        if items
        else "Heartbeat received; nothing to record.",
        "recorded": len(items),
        "files": files,
        "error_ids": [item[Attribute.ERROR_ID]["S"] for item in items],
    }


def _idempotency_key(event: Event) -> str | None:
    key = header(event, IDEMPOTENCY_HEADER)
    if key is not None and not _KEY.fullmatch(key):
        raise InvalidBody(
            [
                FieldProblem(
                    f"header {IDEMPOTENCY_HEADER}",
                    "is empty, too long or not plain text",
                    f"send 1 to {MAX_KEY_CHARACTERS} ASCII characters, such as a new GUID for each report",
                )
            ]
        )
    return key
