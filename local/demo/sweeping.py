"""What schedules make functions do each minute, at once: projecting runs, and notifying owners."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from contract.names import PROJECTION, SWEEP, Output
from contract.owners.model import Owners
from handlers.notifications.plan import plan, record_unsent
from handlers.notifications.situation import OwnerFinder, read_situation
from local.provider import Aws
from store.notifications import RecipientTable, list_notified, list_recipients


class FunctionFailedError(Exception):
    """A function that was invoked failed."""


def sweep(aws: Aws, prefix: str, function: str = PROJECTION) -> None:
    """Makes a function do at once what is due.

    Args:
        aws: the emulated account.
        prefix: what the names of the stack's functions begin with.
        function: the rest of the function's name.

    Raises:
        FunctionFailedError: it failed.
    """
    answer = aws.client("lambda").invoke(FunctionName=f"{prefix}-{function}", Payload=json.dumps(SWEEP))
    if "FunctionError" in answer:
        raise FunctionFailedError(answer["Payload"].read().decode())


def observe(aws: Aws, outputs: Mapping[str, Any], owners: Owners, at: datetime) -> None:
    """Writes down what owners are due as a sweep at that moment would have seen it, and sends nothing.

    The next sweep then sends it, without the minutes that notifications wait.

    Args:
        aws: the emulated account.
        outputs: of the stack.
        owners: those of the stack.
        at: the moment, with a time zone.

    Raises:
        ConflictError: a scheduled sweep ran meanwhile.
    """
    client = aws.client("dynamodb")
    table = RecipientTable(client, outputs[Output.NOTIFICATIONS_TABLE_NAME])
    recipients = list_recipients(owners)
    stored = table.read(recipients).stored
    situation, _ = read_situation(
        client,
        outputs[Output.SENDERS_TABLE_NAME],
        outputs[Output.INCIDENTS_TABLE_NAME],
        OwnerFinder(owners),
        at,
        {incident for one in stored.values() for incident in list_notified(one.state)},
    )
    for recipient in recipients:
        before = stored[recipient.key]
        planned = plan(recipient, before.state, situation)
        state = planned.state
        for notification in planned.notifications:
            state = record_unsent(state, notification)
        if state != before.state:
            table.write(recipient, replace(before, state=state), leased_until=None)
