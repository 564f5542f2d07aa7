"""Notifying one recipient: every notification is delivered, then recorded, before the next."""

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import partial, reduce
from heapq import nsmallest
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from contract.moments import format_affected_date, is_plausible, parse_moment
from contract.owners.model import EVENT_CHANNELS, NAMED_CHANNELS, Channel, ChannelKind
from contract.words import NotificationKind
from handlers.notifications import mail, pagerduty, slack, sns, teams, webhook
from handlers.notifications.delivery import ChannelError, DeliveryError, Medium, Webhooks
from handlers.notifications.document import SHOWN_FILES, NamedFile, RenderContext
from handlers.notifications.plan import disable, enable, plan, record_delivery, record_failure, record_unsent
from handlers.notifications.situation import Notification, Situation
from handlers.notifications.writing import WITH_FILES, write_test, write_what_fits
from handlers.runtime import logger
from store.dynamodb import ConflictError, Item, Query, Reader, read_text
from store.incidents import Incident
from store.notifications import (
    INCIDENT_PREFIX,
    LEASE,
    LogEntry,
    LogIncompleteError,
    Recipient,
    RecipientState,
    RecipientTable,
    StoredRecipient,
    failing_since,
)
from store.records import Attribute, FileAttribute, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

DELIVERY_SECONDS: Final = 45.0
"""What one delivery may take at most, with its files and its record; none is begun in less."""
MOST_INCIDENTS: Final = SHOWN_FILES
"""Whose files are read for one notification: a digest shows no more files than these have, one each."""
MOST_PAGES: Final = 8
"""Of one hour of a folder, of 1 MB each: many reports of one path in an hour, or very many files."""
LOG_KEPT: Final = timedelta(days=90)
"""How much longer than an incident after its end: the log of one that lasted is older than it."""
DENIED_FOR: Final = timedelta(minutes=10)
"""How long a permission is missing until the channel is disabled: a new one takes minutes to spread."""
_RECORD_ATTEMPTS: Final = 3
"""After these the delivery stays unrecorded, and the notification is sent again."""
_DIGEST_BYTES: Final = 16


@dataclass(kw_only=True)
class SweepResult:
    """What became of one recipient, or of several together."""

    recipients: int = 0
    delivered: int = 0
    failed: int = 0
    """Attempts that failed and are repeated."""
    given_up: int = 0
    """Notices that were given up."""
    disabled: int = 0
    """Channels to which nothing is sent until somebody fixes them."""
    faults: int = 0
    """Errors that should not happen; each is in the log."""
    delays: list[timedelta] = field(default_factory=list)
    """From the run that opened an incident to its first notification."""

    @classmethod
    def total(cls, results: Iterable["SweepResult"]) -> Self:
        """All of them together."""
        whole = cls()
        for one in results:
            for name in vars(whole):
                setattr(whole, name, getattr(whole, name) + getattr(one, name))
        return whole


class Media:
    """Delivers notifications, each by the medium of its recipient's channel. Threads may share it.

    Mails come from `mail_from`, by a client of Amazon SES, version 2 (`sesv2`). Without such an address, mail
    goes to the owner's topic, whose ARN begins with `owner_topics_prefix`.
    """

    def __init__(
        self,
        webhooks: Webhooks,
        *,
        ses: Any = None,
        topics: Any = None,
        mail_from: str = "",
        owner_topics_prefix: str = "",
    ) -> None:
        self._webhooks = webhooks
        self._mail_from = mail_from
        topic = Medium(partial(sns.send, topics, owner_topics_prefix), sns.fits)
        self._media: Mapping[ChannelKind, Medium] = {
            ChannelKind.SLACK: Medium(partial(slack.send, webhooks), slack.fits),
            ChannelKind.TEAMS: Medium(partial(teams.send, webhooks), teams.fits),
            ChannelKind.SNS: topic,
            ChannelKind.PAGERDUTY: Medium(partial(pagerduty.send, webhooks)),
            ChannelKind.WEBHOOK: Medium(partial(webhook.send, webhooks)),
            ChannelKind.MAIL: Medium(partial(mail.send, ses, mail_from), mail.fits) if mail_from else topic,
        }

    def deliver(self, notification: Notification, context: RenderContext) -> None:
        """Sends a notification.

        Raises:
            DeliveryError: it failed, and may succeed later.
            ChannelError: it fails until somebody fixes the channel.
        """
        medium = self._media[notification.recipient.channel.kind]
        medium.send(notification.recipient, write_what_fits(notification, context, medium.fits))

    def test(self, recipient: Recipient, context: RenderContext) -> str:
        """Sends a notification that is marked as a test; returns what went wrong, or ""."""
        try:
            self._media[recipient.channel.kind].send(recipient, write_test(recipient, context))
        except (ChannelError, DeliveryError) as error:
            return error.problem
        return ""

    def digest_target(self, channel: Channel) -> str | None:
        """The same as long as the channel leads to the same place; None where that is unknown now.

        A disabled channel is tried again once it leads elsewhere. Addresses of people and topics are in the
        channel's own key: with others, it is another channel.
        """
        target = self._mail_from if channel.kind is ChannelKind.MAIL else ""
        if channel.kind in NAMED_CHANNELS:
            try:
                target = self._webhooks.find(channel.targets[0])
            except ChannelError:
                pass
            except DeliveryError:
                return None
        return hashlib.blake2b(target.encode(), digest_size=_DIGEST_BYTES).hexdigest()


class WorstFiles:
    """Reads the oldest files of incidents, once for all recipients of a sweep. Threads may share it."""

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._reader = Reader(client)
        self._table = table
        self._known: dict[tuple[str, str], Sequence[NamedFile]] = {}

    def find(self, notification: Notification) -> Mapping[str, Sequence[NamedFile]]:
        """The oldest files of the first incidents of a notification, by incident id.

        Empty where the records are gone. An incident whose records cannot be read now is missing: better a
        notification without files than a late one.
        """
        named = (notice.incident for notice in notification.notices if notice.kind in WITH_FILES)
        found = {}
        for incident in islice((one for one in named if one is not None), MOST_INCIDENTS):
            key = incident.incident_id, incident.seen.run
            if key not in self._known:
                try:
                    self._known[key] = self._query_worst(incident)
                except (BotoCoreError, ClientError):
                    logger.exception("files cannot be read", extra={"incident": incident.incident_id})
                    continue
            found[incident.incident_id] = self._known[key]
        return found

    def _query_worst(self, incident: Incident) -> Sequence[NamedFile]:
        for hour in incident.seen.hours:
            query = Query(
                table=self._table,
                index=Index.AFFECTED_DATE,
                equal={
                    Attribute.AFFECTED_DATE: format_affected_date(hour),
                    Attribute.FOLDER: incident.folder,
                },
                only={Attribute.RUN_ID: incident.seen.run},
                attributes=[Attribute.FILES],
            )
            if records := list(self._reader.query(query, MOST_PAGES)):
                files = (file for record in records for file in _parse_files(record, incident))
                return nsmallest(SHOWN_FILES, files, key=attrgetter("rank"))
        return ()


def _parse_files(record: Item, incident: Incident) -> Iterator[NamedFile]:
    for entry in record[Attribute.FILES]["L"]:
        created = parse_moment(read_text(entry["M"], FileAttribute.CREATION_DATE))
        yield NamedFile(
            name=read_text(entry["M"], FileAttribute.FILENAME),
            created=created if is_plausible(created, incident.seen.arrived) else None,
        )


@dataclass(kw_only=True)
class RecipientSending:
    """Notifies one recipient."""

    recipient: Recipient
    stored: StoredRecipient
    table: RecipientTable
    media: Media
    files: WorstFiles
    context: RenderContext
    """Where links lead; its moment and files are set for each notification."""
    retention: timedelta | None
    """How long an incident is kept after its end; None for ever."""
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float]
    """The time until the function has to be done."""
    result: SweepResult = field(default_factory=lambda: SweepResult(recipients=1))

    @property
    def names(self) -> dict[str, str]:
        """Which one it is, for the log."""
        return {"owner": self.recipient.owner.name, "channel": str(self.recipient.channel.kind)}

    def run(self, situation: Situation) -> SweepResult:
        """Sends what is due, unless another sweep is at work on the recipient."""
        try:
            if not self.stored.is_leased(self.clock()):
                self._notify(situation)
        except ConflictError:
            # Another sweep was first, and works out what is due.
            pass
        except Exception as error:  # noqa: BLE001 - the others have to be notified all the same
            logger.error("a recipient cannot be notified", extra={**self.names, **_describe_fault(error)})
            self.result.faults += 1
        self.result.disabled = int(self.stored.state.disabled is not None)
        return self.result

    def _notify(self, situation: Situation) -> None:
        before = self.stored.state
        due = plan(self.recipient, self._enable(before), situation)
        if not due.notifications:
            if due.state != before:
                self._write(due.state, leased=False)
            return
        if self.seconds_left() < DELIVERY_SECONDS:
            return
        self._write(due.state, leased=True)
        last = len(due.notifications) - 1
        for number, notification in enumerate(due.notifications):
            if not self._send(notification, last=number == last):
                # For the next record: what began there and ends meanwhile is not notified.
                state = reduce(record_unsent, due.notifications[number:], self.stored.state)
                self.stored = replace(self.stored, state=state)
                break
        if self.stored.leased_until is not None:
            self._write(self.stored.state, leased=False)

    def _enable(self, state: RecipientState) -> RecipientState:
        if state.disabled is None:
            return state
        target = self.media.digest_target(self.recipient.channel)
        elsewhere = target is not None and target != state.disabled.target
        if not self.stored.enabled_by_hand and not elsewhere:
            return state
        logger.info("a channel is enabled again", extra=self.names)
        return enable(state)

    def _send(self, notification: Notification, *, last: bool) -> bool:
        """Delivers a notification, and records what became of that; returns whether to go on with the next.

        Where it is the `last`, the recipient is released with its record.
        """
        if self.seconds_left() < DELIVERY_SECONDS:
            logger.warning("the sweep ends before it is through", extra=self.names)
            return False
        try:
            self._deliver(notification)
        except ChannelError as error:
            first = failing_since(self.stored.state)
            if not error.denied or (first is not None and self.clock() - first >= DENIED_FOR):
                self._disable(error)
                return False
            self._fail(notification, DeliveryError(error.problem), leased=not last)
        except DeliveryError as error:
            self._fail(notification, error, leased=not last)
            # Of many events the next one would fail as well; in the next sweep it comes before this one.
            return self.recipient.channel.kind not in EVENT_CHANNELS
        else:
            self._record(notification, leased=not last)
        return True

    def _deliver(self, notification: Notification) -> None:
        context = replace(self.context, now=self.clock(), files=self.files.find(notification))
        try:
            self.media.deliver(notification, context)
        except (ChannelError, DeliveryError):
            raise
        except Exception as error:  # noqa: BLE001 - one notification must not hold up the others
            logger.error("a notification cannot be delivered", extra={**self.names, **_describe_fault(error)})
            self.result.faults += 1
            raise DeliveryError(f"an error of the service itself ({type(error).__name__})") from None

    def _record(self, sent: Notification, *, leased: bool) -> None:
        """Records a delivery at once, and keeps the recipient for the next where there is one."""
        at = self.clock()
        self.result.delivered += 1
        self.result.delays += [
            at - notice.incident.opened_at
            for notice in sent.notices
            if notice.kind is NotificationKind.NEW and notice.incident is not None
        ]
        state = record_delivery(self.stored.state, sent, at)
        log = list(build_log(sent, at, self.retention))
        for attempt in range(1, _RECORD_ATTEMPTS + 1):
            try:
                self._write(state, leased=leased, log=log)
            except ConflictError:
                logger.error(
                    "a notification was delivered by two sweeps, for one took too long", extra=self.names
                )
                self.result.faults += 1
                raise
            except (BotoCoreError, ClientError) as error:
                if attempt < _RECORD_ATTEMPTS:
                    continue
                logger.error(
                    "a notification was delivered and not recorded: it is sent again",
                    extra={**self.names, **_describe_fault(error)},
                )
                raise
            return

    def _fail(self, notification: Notification, error: DeliveryError, *, leased: bool) -> None:
        at = self.clock()
        state, given_up = record_failure(
            self.stored.state, notification, at, error.retry_after, in_doubt=error.in_doubt
        )
        logger.warning("a notification was not delivered", extra={**self.names, "problem": error.problem})
        if given_up:
            notices = [{"subject": notice.subject, "kind": str(notice.kind)} for notice in given_up]
            logger.error("a notification is given up", extra={**self.names, "notices": notices})
        self.result.failed += 1
        self.result.given_up += len(given_up)
        self.stored = replace(self.stored, problem=error.problem)
        self._write(state, leased=leased)

    def _disable(self, error: ChannelError) -> None:
        at = self.clock()
        target = self.media.digest_target(self.recipient.channel)
        logger.error("a channel is disabled", extra={**self.names, "problem": error.problem})
        self.result.failed += 1
        self._write(disable(self.stored.state, at, error.problem, target or ""), leased=False)

    def _write(self, state: RecipientState, *, leased: bool, log: Sequence[LogEntry] = ()) -> None:
        until = self.clock() + LEASE if leased else None
        stored = replace(self.stored, state=state)
        try:
            self.stored = self.table.write(self.recipient, stored, leased_until=until, log=log)
        except LogIncompleteError as error:
            logger.exception("entries of the log are missing", extra={"owner": self.names["owner"]})
            self.stored = error.written


def _describe_fault(error: BaseException) -> dict[str, object]:
    """Its name and its origin. Not its text, which may hold an address, nor that of its cause."""
    return {"exception": type(error).__name__, "frames": traceback.format_tb(error.__traceback__)}


def build_log(sent: Notification, at: datetime, retention: timedelta | None) -> Iterator[LogEntry]:
    """The log of a delivery. The notice of a silent sender is also logged for each incident that it names."""
    expires = at + retention + LOG_KEPT if retention else None
    for notice in sent.notices:
        folder = notice.folder.folder if notice.folder else None
        for subject in (notice.subject, *(f"{INCIDENT_PREFIX}{one.incident_id}" for one in notice.unknown)):
            yield LogEntry(subject=subject, kind=notice.kind, at=at, folder=folder, expires=expires)
