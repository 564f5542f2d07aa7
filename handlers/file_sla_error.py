"""FileSlaErrorLambda: takes a report, and answers 200 once every record of it and its run are stored."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from botocore.config import Config
from botocore.session import Session

from contract.answers import Recorded
from contract.metrics import Dimension, Metric
from contract.routes import FILE_SLA_ERROR, IDEMPOTENCY_KEY
from handlers.ingest.building import Origin, build
from handlers.ingest.parsing import parse_report
from handlers.ingest.storing import AccountThrottle, RecordStore, RefusedReports
from handlers.runtime import Environment, count, count_by, make_ahead
from handlers.web.endpoint import endpoint
from handlers.web.errors import InvalidBodyError, TooLargeError, TooManyReportsError
from handlers.web.requests import (
    Event,
    authorize,
    check_idempotency_key,
    read_address,
    read_body,
    read_header,
    read_request_id,
)
from store.records import Attribute

CONNECT_SECONDS: Final = 1.0
READ_SECONDS: Final = 4.0
# A stalled call has to leave time for another and for an answer. The record store retries.
CONFIG: Final = Config(
    connect_timeout=CONNECT_SECONDS,
    read_timeout=READ_SECONDS,
    retries={"total_max_attempts": 1},
    # The records are of our own making; checking them again is half the work of a write.
    parameter_validation=False,
)
ANSWER_SECONDS: Final = CONNECT_SECONDS + READ_SECONDS + 1.0
"""Kept back from the function's time for the longest call to end and the answer to be sent."""


@dataclass(frozen=True, kw_only=True)
class IngestEnvironment(Environment):
    """What FileSlaErrorLambda needs to know."""

    table_name: str
    runs_table_name: str
    user_pool_client_id: str
    retention: timedelta | None
    run_retention: timedelta
    account_report_limit: int
    """Reports of an account that an instance takes within a minute."""


@cache
def _environment() -> IngestEnvironment:
    return IngestEnvironment.read()


@cache
def _client() -> Any:
    # Without boto3: it would add a tenth to a cold start, and nothing of it is used here.
    return Session().create_client("dynamodb", config=CONFIG)


@cache
def _store() -> RecordStore:
    return RecordStore(_client(), _environment().table_name, _environment().runs_table_name)


@cache
def _refused() -> RefusedReports:
    return RefusedReports(_client(), _environment().runs_table_name, _environment().run_retention)


@cache
def _taken() -> AccountThrottle:
    return AccountThrottle(_environment().account_report_limit)


make_ahead(_store)


@endpoint(
    FILE_SLA_ERROR,
    on_refusal=lambda error: count_by(Metric.REJECTED_REPORTS, **{Dimension.REASON: error.reason}),
)
def handler(event: Event, context: Any) -> Recorded:
    """Answers `POST /file_sla_error`."""
    caller = authorize(event, FILE_SLA_ERROR, _environment().user_pool_client_id)
    origin = Origin(
        caller=caller,
        arrival=datetime.now(UTC),
        address=read_address(event),
        idempotency_key=read_header(event, IDEMPOTENCY_KEY.name),
    )
    body = b""
    if (over := _taken().take(caller.subject, origin.arrival)) > 0:
        throttled = TooManyReportsError(_environment().account_report_limit)
        if over == 1:
            _refused().keep(origin, body, throttled, read_request_id(event))
        raise throttled
    try:
        check_idempotency_key(origin.idempotency_key)
        body = read_body(event, FILE_SLA_ERROR)
        parsed = parse_report(body)
    except (InvalidBodyError, TooLargeError) as error:
        _refused().keep(origin, body, error, read_request_id(event))
        raise
    built = build(parsed, origin, _environment().retention, _environment().run_retention)
    retried = _store().put_all(
        built.records,
        seconds_left=lambda: context.get_remaining_time_in_millis() / 1000 - ANSWER_SECONDS,
        runs=built.run_items,
    )

    folders, records = len(parsed.report.sla_error), len(built.records)
    count(Metric.REPORTS)
    count(Metric.HEARTBEATS, 0 if records else 1)
    count(Metric.BREACHED_FOLDERS, folders)
    count(Metric.STUCK_FILES, built.files)
    count(Metric.RECORDS_WRITTEN, records)
    count(Metric.UNPROCESSED_RETRIED, retried)
    return Recorded(
        message=f"Recorded. Folders: {folders}, stuck files: {built.files}."
        if records
        else "Heartbeat received; nothing to record.",
        recorded=records,
        files=built.files,
        error_ids=[record[Attribute.ERROR_ID]["S"] for record in built.records],
    )
