"""What schedules make functions do each minute, at once: projecting runs, and notifying owners."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from contract.names import NOTIFICATIONS, PROJECTION, SWEEP, Output
from contract.owners.model import Owners
from contract.words import IncidentStatus, NotificationKind, UnknownReason
from handlers.notifications.plan import plan, record_delivery, record_unsent
from handlers.notifications.sending import build_log
from handlers.notifications.situation import Notice, Notification, Situation
from handlers.notifications.sweep import OwnerFinder, read_situation
from local.provider import Aws
from store.incidents import Incident
from store.notifications import (
    Recipient,
    RecipientTable,
    StoredRecipient,
    incident_key,
    list_notified,
    list_recipients,
)

_NOTIFIED_AFTER: Final = timedelta(minutes=2)
"""The earliest notification of an incident after it was opened."""


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


class Notifier:
    """Notifies a stack's owners without the minutes that notifications wait.

    Args:
        aws: the emulated account.
        outputs: of the stack.
        owners: those of the stack.
    """

    def __init__(self, aws: Aws, outputs: Mapping[str, Any], owners: Owners) -> None:
        self._aws, self._outputs = aws, outputs
        self._client = aws.client("dynamodb")
        self._owners, self._recipients = OwnerFinder(owners), list_recipients(owners)
        self._table = RecipientTable(self._client, outputs[Output.NOTIFICATIONS_TABLE_NAME])

    def observe(self, at: datetime) -> None:
        """Writes down what is due now as a sweep at that moment would have seen it, and sends nothing.

        Raises:
            ConflictError: a scheduled sweep ran meanwhile.
        """
        for recipient, stored, situation in self._read(at):
            planned = plan(recipient, stored.state, situation)
            state = planned.state
            for notification in planned.notifications:
                state = record_unsent(state, notification)
            if state != stored.state:
                self._table.write(recipient, replace(stored, state=state), leased_until=None)

    def remember(self, now: datetime) -> None:
        """Writes down that owners were notified when incidents began that are no longer reported by now.

        Raises:
            ConflictError: a scheduled sweep ran meanwhile.
        """
        for recipient, stored, situation in self._read(now):
            for incident in situation.incidents.values():
                mine = incident.owner == recipient.owner.name and recipient.after is None
                if mine and incident.reason is UnknownReason.NOT_REPORTED:
                    stored = self._remember(recipient, stored, incident)

    def send(self) -> None:
        """Makes the function send at once what is due, as `sweep` does."""
        sweep(self._aws, self._outputs[Output.METRICS_NAMESPACE], NOTIFICATIONS)

    def _read(self, at: datetime) -> Iterator[tuple[Recipient, StoredRecipient, Situation]]:
        stored = self._table.read(self._recipients).stored
        notified = {incident for one in stored.values() for incident in list_notified(one.state)}
        situation, _ = read_situation(
            self._client,
            self._outputs[Output.SENDERS_TABLE_NAME],
            self._outputs[Output.INCIDENTS_TABLE_NAME],
            self._owners,
            at,
            notified,
        )
        for recipient in self._recipients:
            yield recipient, stored[recipient.key], situation

    def _remember(self, recipient: Recipient, stored: StoredRecipient, incident: Incident) -> StoredRecipient:
        at = incident.opened_at + _NOTIFIED_AFTER
        at_first = replace(incident, status=IncidentStatus.OPEN, reason=None, unknown_since=None)
        notice = Notice(
            kind=NotificationKind.NEW, subject=incident_key(incident.incident_id), incident=at_first
        )
        notification = Notification(recipient=recipient, notices=(notice,))
        return self._table.write(
            recipient,
            replace(stored, state=record_delivery(stored.state, notification, at)),
            leased_until=None,
            log=list(build_log(notification, at, retention=None)),
        )
