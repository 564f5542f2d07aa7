"""What schedules have functions do each minute, at once; and so the projection of the history."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import httpx

from contract.names import MESSAGES, PROJECTION, SWEEP, LocalOutput, Output
from contract.owners.model import Owners
from contract.words import IncidentStatus, MessageKind, UnknownReason
from handlers.messages.message import Line, Message, Recipient
from handlers.messages.rules.planning import plan
from handlers.messages.rules.recipients import list_recipients
from handlers.messages.rules.recording import delivered, unsent
from handlers.messages.rules.told import incident_key, list_told
from handlers.messages.sending.log_lines import build_log_lines
from handlers.messages.sending.reading import SituationReader
from handlers.messages.sending.recipient_store import ConflictError, Known, RecipientStore
from handlers.messages.sending.rows import Rows
from handlers.messages.situation import Incident, Situation
from local.provider import Aws
from ops.incidents import Marks, list_live


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


_NOTICED_BEFORE: Final = timedelta(minutes=3)
"""Long enough for all to be due, and too short for what waits to be escalated."""
_TOLD_AFTER: Final = timedelta(minutes=2)
"""How long after it was opened an incident is told, at the least."""


def tell(aws: Aws, outputs: Mapping[str, Any], owners: Owners, now: datetime) -> int:
    """Has owners told what they would hear in the first minutes, and returns how many messages arrived.

    Args:
        aws: the emulated account.
        outputs: of the stack.
        owners: those of the stack.
        now: at which everything has been so for some minutes.

    Raises:
        SweepError: the function that tells them failed.
    """
    teller = Teller(aws, outputs, owners)
    try:
        teller.notice(now - _NOTICED_BEFORE)
        teller.remember(now)
    except ConflictError:
        # A sweep of the schedule was at it, and the next ones tell the rest.
        pass
    teller.tell()
    answer = httpx.get(f"{outputs[LocalOutput.RECEIVER_URL]}/count", trust_env=False)
    return int(answer.raise_for_status().text)


class Teller:
    """The messages of a stack whose owners are told of incidents.

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

    def notice(self, at: datetime) -> None:
        """Has everybody notice what is so now, as a sweep at that moment would have, and tells nobody.

        Raises:
            ConflictError: a sweep ran meanwhile.
        """
        for recipient, known, situation in self._read(at):
            planned = plan(recipient, known.told, situation)
            told = planned.told
            for message in planned.messages:
                told = unsent(told, message)
            if told != known.told:
                self._store.write(recipient, replace(known, told=told), leased_until=None)

    def remember(self, now: datetime) -> None:
        """Has owners know of what went quiet since: they were told when it began, long before this stack was.

        Raises:
            ConflictError: a sweep ran meanwhile.
        """
        for recipient, known, situation in self._read(now):
            for incident in situation.incidents.values():
                if incident.reason is UnknownReason.QUIET and _is_of(incident, recipient):
                    known = self._remember(recipient, known, incident)

    def tell(self) -> None:
        """Has the function tell at once what is due.

        Raises:
            SweepError: it failed.
        """
        sweep(self._aws, self._outputs[Output.METRICS_NAMESPACE], MESSAGES)

    def _read(self, at: datetime) -> Iterator[tuple[Recipient, Known, Situation]]:
        known = self._store.read(self._recipients).known
        told = {incident for one in known.values() for incident in list_told(one.told)}
        situation = self._reader.read(at, told).situation
        for recipient in self._recipients:
            yield recipient, known[recipient.key], situation

    def _remember(self, recipient: Recipient, known: Known, incident: Incident) -> Known:
        at = incident.opened_at + _TOLD_AFTER
        as_it_was = replace(incident, status=IncidentStatus.OPEN, reason=None, unknown_since=None)
        line = Line(kind=MessageKind.BEGIN, subject=incident_key(incident.incident_id), incident=as_it_was)
        message = Message(recipient=recipient, lines=(line,))
        return self._store.write(
            recipient,
            replace(known, told=delivered(known.told, message, at)),
            leased_until=None,
            log=build_log_lines(message, at, known.revision + 1, retention=None),
        )


def _is_of(incident: Incident, recipient: Recipient) -> bool:
    return incident.owner == recipient.owner.name and recipient.after is None
