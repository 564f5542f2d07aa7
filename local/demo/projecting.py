"""What schedules have functions do each minute, at once; and so the projection of the history."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from contract.names import PROJECTION, SWEEP
from contract.outputs import Output
from local.provider import Aws
from ops.incidents.listing import list_live
from ops.incidents.marking import Marks


class SweepError(Exception):
    """The function failed."""


def sweep(aws: Aws, prefix: str, function: str = PROJECTION) -> None:
    """Has a function look at once at whatever is due.

    Raises:
        SweepError: it failed.
    """
    answer = aws.client("lambda").invoke(FunctionName=f"{prefix}-{function}", Payload=json.dumps(SWEEP))
    if "FunctionError" in answer:
        raise SweepError(answer["Payload"].read().decode())


def project(aws: Aws, outputs: Mapping[str, Any], senders: Iterable[str]) -> int:
    """Has senders folded from their runs, and returns how many incidents are open or unknown.

    Raises:
        SweepError: the projection's function failed.
    """
    marks = Marks(aws.client("dynamodb"), outputs[Output.SENDERS_TABLE_NAME])
    for sender in senders:
        marks.put(sender, datetime.now(UTC))
    sweep(aws, outputs[Output.METRICS_NAMESPACE])
    return len(list_live(aws.client("dynamodb"), outputs[Output.INCIDENTS_TABLE_NAME]))
