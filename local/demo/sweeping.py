"""What schedules make functions do each minute, at once: projecting runs, and notifying owners."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from contract.names import NOTIFICATIONS, PROJECTION, SWEEP, LocalOutput, Output
from contract.owners.model import Owners
from contract.words import IncidentStatus, MessageKind, UnknownReason
from handlers.notifications.plan import list_recipients, plan, record_delivery, record_unsent
from handlers.notifications.recipients import (
    ConflictError,
    RecipientStore,
    StoredRecipient,
    build_log_entries,
)
from handlers.notifications.situation import (
    Incident,
    Notice,
    Notification,
    Recipient,
    Rows,
    Situation,
    SituationReader,
)
from local.provider import Aws
from ops.incidents import Marks, list_live
from store.notifications import incident_key, list_notified

_OBSERVED_BEFORE: Final = timedelta(minutes=3)
"""Long enough for everything to be due, and too short for an escalation."""
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


def project(aws: Aws, outputs: Mapping[str, Any], senders: Iterable[str]) -> int:
    """Replays senders from their runs, and returns how many incidents are open or unknown.

    Raises:
        FunctionFailedError: the projection's function failed.
    """
    marks = Marks(aws.client("dynamodb"), outputs[Output.SENDERS_TABLE_NAME])
    for sender in senders:
        marks.put(sender, datetime.now(UTC))
    sweep(aws, outputs[Output.METRICS_NAMESPACE])
    return len(list_live(aws.client("dynamodb"), outputs[Output.INCIDENTS_TABLE_NAME]))


def notify(aws: Aws, outputs: Mapping[str, Any], owners: Owners, now: datetime) -> int:
    """Notifies owners of what is due in the first minutes, and returns how many notifications arrived.

    Args:
        aws: the emulated account.
        outputs: of the stack.
        owners: those of the stack.
        now: when everything has been as it is for some minutes.

    Raises:
        FunctionFailedError: the function that notifies them failed.
    """
    notifier = Notifier(aws, outputs, owners)
    try:
        notifier.observe(now - _OBSERVED_BEFORE)
        notifier.remember(now)
    except ConflictError:
        # A scheduled sweep ran meanwhile; the next ones notify of the rest.
        pass
    notifier.send()
    answer = httpx.get(f"{outputs[LocalOutput.RECEIVER_URL]}/count", trust_env=False)
    return int(answer.raise_for_status().text)


class Notifier:
    """Notifies a stack's owners without the minutes that notifications wait.

    Args:
        aws: the emulated account.
        outputs: of the stack.
        owners: those of the stack.
    """

    def __init__(self, aws: Aws, outputs: Mapping[str, Any], owners: Owners) -> None:
        client = aws.client("dynamodb")
        self._aws = aws
        self._outputs = outputs
        self._recipients = list_recipients(owners)
        self._store = RecipientStore(client, outputs[Output.MESSAGES_TABLE_NAME])
        self._reader = SituationReader(
            client,
            outputs[Output.SENDERS_TABLE_NAME],
            outputs[Output.INCIDENTS_TABLE_NAME],
            Rows(owners),
        )

    def observe(self, at: datetime) -> None:
        """Writes down what is due now as a sweep at that moment would have seen it, and sends nothing.

        Raises:
            ConflictError: a scheduled sweep ran meanwhile.
        """
        for recipient, known, situation in self._read(at):
            planned = plan(recipient, known.told, situation)
            told = planned.told
            for message in planned.messages:
                told = record_unsent(told, message)
            if told != known.told:
                self._store.write(recipient, replace(known, told=told), leased_until=None)

    def remember(self, now: datetime) -> None:
        """Writes down that owners were notified when incidents began that are no longer reported by now.

        Raises:
            ConflictError: a scheduled sweep ran meanwhile.
        """
        for recipient, known, situation in self._read(now):
            for incident in situation.incidents.values():
                mine = incident.owner == recipient.owner.name and recipient.after is None
                if mine and incident.reason is UnknownReason.QUIET:
                    known = self._remember(recipient, known, incident)

    def send(self) -> None:
        """Makes the function send at once what is due.

        Raises:
            FunctionFailedError: it failed.
        """
        sweep(self._aws, self._outputs[Output.METRICS_NAMESPACE], NOTIFICATIONS)

    def _read(self, at: datetime) -> Iterator[tuple[Recipient, StoredRecipient, Situation]]:
        known = self._store.read(self._recipients).known
        told = {incident for one in known.values() for incident in list_notified(one.told)}
        situation = self._reader.read(at, told).situation
        for recipient in self._recipients:
            yield recipient, known[recipient.key], situation

    def _remember(self, recipient: Recipient, known: StoredRecipient, incident: Incident) -> StoredRecipient:
        at = incident.opened_at + _NOTIFIED_AFTER
        at_first = replace(incident, status=IncidentStatus.OPEN, reason=None, unknown_since=None)
        line = Notice(kind=MessageKind.BEGIN, subject=incident_key(incident.incident_id), incident=at_first)
        message = Notification(recipient=recipient, lines=(line,))
        return self._store.write(
            recipient,
            replace(known, told=record_delivery(known.told, message, at)),
            leased_until=None,
            log=build_log_entries(message, at, known.revision + 1, retention=None),
        )
