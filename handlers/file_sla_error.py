"""FileSlaErrorLambda: takes a report, and answers 200 when every record of it is stored."""

import os
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

from contract.answers import FieldProblem, Recorded
from contract.limits import MAX_KEY_CHARACTERS
from contract.metrics import Dimension, Metric
from contract.routes import FILE_SLA_ERROR, IDEMPOTENCY_KEY
from contract.table import Attribute
from handlers.environment import IngestEnvironment
from handlers.ingest.parsing import parse_report
from handlers.ingest.record_store import RecordStore
from handlers.ingest.records import Detection, build_records, count_files
from handlers.web.caller import authorize
from handlers.web.endpoint import endpoint
from handlers.web.errors import InvalidBodyError, ServiceError
from handlers.web.requests import Event, read_body, read_header
from handlers.web.telemetry import count, count_by

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
def _store() -> RecordStore:
    # Without boto3, which would add a tenth to a cold start and nothing that is used here.
    client: Any = Session().create_client("dynamodb", config=CONFIG)
    return RecordStore(client, _environment().table_name)


if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Made while Lambda starts the environment, not while the first reporter waits.
    _store()


def _count_rejected(error: ServiceError) -> None:
    count_by(Metric.REJECTED_REPORTS, **{Dimension.REASON: error.reason})


@endpoint(FILE_SLA_ERROR, on_refusal=_count_rejected)
def handler(event: Event, context: Any) -> Recorded:
    """Answers `POST /file_sla_error`."""
    caller = authorize(event, FILE_SLA_ERROR, _environment().client_id)
    key = _read_idempotency_key(event)
    report = parse_report(read_body(event, FILE_SLA_ERROR))

    days = _environment().retention_days
    detection = Detection(
        detected_at=datetime.now(UTC),
        reported_by=caller.username,
        subject=caller.subject,
        idempotency_key=key,
        retention=timedelta(days=days) if days else None,
    )
    records = build_records(report, detection)
    retried = _store().put_all(
        records, seconds_left=lambda: context.get_remaining_time_in_millis() / 1000 - ANSWER_SECONDS
    )

    files = count_files(report)
    count(Metric.REPORTS)
    count(Metric.HEARTBEATS, 0 if records else 1)
    count(Metric.BREACHED_FOLDERS, len(report.sla_error))
    count(Metric.STUCK_FILES, files)
    count(Metric.RECORDS_WRITTEN, len(records))
    count(Metric.UNPROCESSED_RETRIED, retried)
    return Recorded(
        message=f"Recorded. Folders: {len(report.sla_error)}, stuck files: {files}."
        if records
        else "Heartbeat received; nothing to record.",
        recorded=len(records),
        files=files,
        error_ids=[record[Attribute.ERROR_ID]["S"] for record in records],
    )


def _read_idempotency_key(event: Event) -> str | None:
    key = read_header(event, IDEMPOTENCY_KEY.name)
    if key is not None and not IDEMPOTENCY_KEY.accepts(key):
        raise InvalidBodyError(
            [
                FieldProblem(
                    f"header {IDEMPOTENCY_KEY.name}",
                    "is empty, too long or not plain text",
                    f"send 1 to {MAX_KEY_CHARACTERS} ASCII characters, such as a new GUID for each report",
                )
            ]
        )
    return key
