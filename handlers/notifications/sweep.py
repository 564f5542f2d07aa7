"""Correcting whom live incidents belong to, after `owners.yaml` changed. What ended is history."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from contract.owners.model import Owners
from handlers.notifications.document import RenderContext
from handlers.notifications.plan import list_recipients
from handlers.notifications.recipients import RecipientStore, StoredRecipient
from handlers.notifications.sending import Delivering, RecipientSending, SweepResult, Targets, WorstFiles
from handlers.notifications.situation import Recipient, Situation, SituationReader, WrongOwner
from handlers.projection.store_dynamodb import is_overtaken
from handlers.projection.store_incidents import incident_key
from handlers.runtime import logger
from store.incidents import IncidentAttribute
from store.notifications import list_notified

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


MOST_AT_ONCE: Final = 500
"""Of one sweep; the next ones take the rest."""


def correct_owners(
    client: "DynamoDBClient",
    table: str,
    misattributed: Iterable[WrongOwner],
    seconds_left: Callable[[], float],
) -> int:
    """Writes the owner into incidents that name another or none, as long as there is time.

    Args:
        client: may update `Owner` in the table.
        table: the table FileSlaIncidents.
        misattributed: the incidents.
        seconds_left: the time until the function has to be done.

    Returns:
        How many were corrected.
    """
    corrected = 0
    for one in misattributed:
        if corrected >= MOST_AT_ONCE or seconds_left() <= 0:
            break
        try:
            client.update_item(
                TableName=table,
                Key=incident_key(one.sender, one.incident_id),
                UpdateExpression="SET #owner = :owner",
                ConditionExpression="attribute_exists(#id)",
                ExpressionAttributeNames={
                    "#owner": IncidentAttribute.OWNER,
                    "#id": IncidentAttribute.INCIDENT_ID,
                },
                ExpressionAttributeValues={":owner": {"S": one.owner}},
            )
        except ClientError as error:
            # A rebuild found that it never was; or the projection is writing it, and then writes the owner.
            if not is_overtaken(error):
                raise
            continue
        corrected += 1
    return corrected


AT_ONCE: Final = 8
"""Recipients that are told at the same time."""


@dataclass(frozen=True, kw_only=True)
class NotificationSweep:
    """Tells everybody what is due.

    Attributes:
        client: a DynamoDB client; `components/notifications.py` says what it may do.
        errors_table: the table FileSlaErrors.
        incidents_table: the table FileSlaIncidents.
        owners: whom folders belong to.
        reader: reads what is so.
        store: keeps what is known of recipients.
        channels: delivers.
        targets: tells where channels lead.
        dashboard_url: where links lead; empty for none.
        docs_url: the folder `docs` on the web; empty for no link to it.
        retention: how long an incident is kept after its end; None for good.
        clock: the time; tests pass their own.
    """

    client: "DynamoDBClient"
    errors_table: str
    incidents_table: str
    owners: Owners
    reader: SituationReader
    store: RecipientStore
    channels: Delivering
    targets: Targets
    dashboard_url: str
    docs_url: str
    retention: timedelta | None
    clock: Callable[[], datetime]

    def run(self, seconds_left: Callable[[], float]) -> SweepResult:
        """One sweep. What it has no time for, the next one finds.

        Recipients are read before the situation: whoever writes one meanwhile makes this sweep's write of it
        fail, so that nothing is said by a situation that is older than what was said last.

        Args:
            seconds_left: the time until the function has to be done.
        """
        now = self.clock()
        recipients = list_recipients(self.owners)
        found = self.store.read(recipients)
        known = found.known
        told = {incident for one in known.values() for incident in list_notified(one.told)}
        reading = self.reader.read(now, told)
        telling = RecipientSending(
            store=self.store,
            channels=self.channels,
            targets=self.targets,
            files=WorstFiles(self.client, self.errors_table),
            context=RenderContext(now=now, dashboard_url=self.dashboard_url, docs_url=self.docs_url),
            retention=self.retention,
            clock=self.clock,
            seconds_left=seconds_left,
        )
        outcome = self._tell_all(telling, _in_turn(recipients, now), known, reading.situation, seconds_left)
        outcome.faults += found.unreadable
        corrected = correct_owners(self.client, self.incidents_table, reading.misattributed, seconds_left)
        if corrected:
            logger.info("owners of incidents were corrected", extra={"incidents": corrected})
        return outcome

    def _tell_all(
        self,
        telling: RecipientSending,
        recipients: Sequence[Recipient],
        known: Mapping[str, StoredRecipient],
        situation: Situation,
        seconds_left: Callable[[], float],
    ) -> SweepResult:
        pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="telling")
        running: list[Future[SweepResult]] = [
            pool.submit(telling.tell, one, known[one.key], situation)
            for one in recipients
            if one.key in known
        ]
        done, unfinished = wait(running, timeout=max(0.0, seconds_left()))
        # One that hangs goes on by itself, or is ended with the process: its lease runs out either way.
        pool.shutdown(wait=False, cancel_futures=True)
        outcome = SweepResult.gather(one.result() for one in done if not one.cancelled())
        if unfinished:
            logger.error("recipients were not told in time", extra={"recipients": len(unfinished)})
        outcome.faults += len(unfinished)
        return outcome


def _in_turn(recipients: Sequence[Recipient], now: datetime) -> Sequence[Recipient]:
    """Another one first in each minute: should time not suffice, it is not the same ones that go without."""
    if not recipients:
        return recipients
    first = int(now.timestamp() // 60) * AT_ONCE % len(recipients)
    return [*recipients[first:], *recipients[:first]]
