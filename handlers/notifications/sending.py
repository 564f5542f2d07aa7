"""What became of a sweep."""

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from heapq import nsmallest
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from botocore.exceptions import BotoCoreError, ClientError

from contract.moments import HOUR, format_affected_date, is_plausible, parse_moment
from contract.owners.model import Channel, ChannelKind
from contract.words import MessageKind
from handlers.notifications.delivery import ChannelError, DeliveryError, Medium, WebhookAddresses
from handlers.notifications.document import SHOWN_FILES, NamedFile, RenderContext
from handlers.notifications.plan import (
    disable,
    enable,
    list_given_up,
    plan,
    record_delivery,
    record_failure,
    record_unsent,
)
from handlers.notifications.recipients import (
    LEASE,
    ConflictError,
    RecipientStore,
    StoredRecipient,
    build_log_entries,
)
from handlers.notifications.situation import Incident, Notice, Notification, Recipient, Situation
from handlers.notifications.writing import WITH_FILES, write_what_fits
from handlers.runtime import logger
from store.dynamodb import Item, read_text
from store.notifications import RecipientState
from store.records import Attribute, FileAttribute, Index

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from handlers.notifications.delivery import Poster


@dataclass(kw_only=True)
class SweepResult:
    """Of one recipient, or of several together."""

    recipients: int = 0
    """How many were looked at."""
    delivered: int = 0
    failed: int = 0
    """Attempts that failed and are made again."""
    dead: int = 0
    """Lines that were given up."""
    disabled: int = 0
    """Channels over which nothing is sent until somebody mends them."""
    faults: int = 0
    """What should never be: each is in the log."""
    delays: list[timedelta] = field(default_factory=list)
    """From the run that opened an incident to the message of it."""

    @classmethod
    def gather(cls, outcomes: Iterable["SweepResult"]) -> Self:
        """All of them together."""
        whole = cls()
        for one in outcomes:
            whole.recipients += one.recipients
            whole.delivered += one.delivered
            whole.failed += one.failed
            whole.dead += one.dead
            whole.disabled += one.disabled
            whole.faults += one.faults
            whole.delays += one.delays
        return whole


def describe_fault(error: BaseException) -> dict[str, object]:
    """Its name and where it came from. Not its text, which may hold an address, nor that of its cause."""
    return {"exception": type(error).__name__, "frames": traceback.format_tb(error.__traceback__)}


_DIGEST_BYTES = 16
_WEBHOOKS = (ChannelKind.SLACK, ChannelKind.TEAMS)


class Targets:
    """Tells one target from another.

    Args:
        webhooks: knows the addresses of webhooks.
        mail_from: who mails come from; empty where SES is not used.
    """

    def __init__(self, webhooks: WebhookAddresses, mail_from: str) -> None:
        self._webhooks = webhooks
        self._mail_from = mail_from

    def digest(self, channel: Channel) -> str | None:
        """The same as long as the channel leads to the same place; None where that cannot be told now.

        Addresses of people and topics are in the channel's own key: with others, it is another channel.
        """
        if channel.kind is ChannelKind.MAIL:
            return _digest(self._mail_from)
        if channel.kind not in _WEBHOOKS:
            return ""
        try:
            return _digest(self._webhooks.find(channel.targets[0]))
        except ChannelError:
            return ""
        except DeliveryError:
            return None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=_DIGEST_BYTES).hexdigest()


MOST_INCIDENTS: Final = SHOWN_FILES
"""Of one message: a digest shows no more files than these have, one each."""
MOST_PAGES: Final = 8
"""Of one hour of a folder, of 1 MB each: many reports of one path in an hour, or very many files."""
_LATEST: Final = datetime.max.replace(tzinfo=UTC)


class WorstFiles:
    """Reads them once for all recipients of one sweep. Threads may share it.

    Args:
        client: a DynamoDB client that may query `AffectedDateIndex`.
        table: the table FileSlaErrors.
    """

    def __init__(self, client: "DynamoDBClient", table: str) -> None:
        self._client = client
        self._table = table
        self._read: dict[tuple[str, str], Sequence[NamedFile]] = {}

    def find(self, message: Notification) -> Mapping[str, Sequence[NamedFile]]:
        """The worst files of the first incidents of a message, by incident id.

        Empty where the records are gone; an incident whose records could not be read now is missing, for a
        message is better without files than late.
        """
        named = (line.incident for line in message.lines if line.kind in WITH_FILES)
        found = {}
        for incident in islice((one for one in named if one is not None), MOST_INCIDENTS):
            key = incident.incident_id, incident.last_seen_run
            if key not in self._read:
                try:
                    self._read[key] = self._query_worst(incident)
                except (BotoCoreError, ClientError):
                    logger.exception("files cannot be read", extra={"incident": incident.incident_id})
                    continue
            found[incident.incident_id] = self._read[key]
        return found

    def _query_worst(self, incident: Incident) -> Sequence[NamedFile]:
        # A run that came in several requests is dated by the last; the folder may be in one of before.
        for hour in (incident.last_seen_arrival, incident.last_seen_arrival - HOUR):
            records = list(self._query(incident, hour))
            if records:
                files = (file for record in records for file in _parse_files(record, incident))
                return nsmallest(SHOWN_FILES, files, key=lambda file: (file.created or _LATEST, file.name))
        return ()

    def _query(self, incident: Incident, hour: datetime) -> Iterator[Item]:
        pages = self._client.get_paginator("query").paginate(
            TableName=self._table,
            IndexName=Index.AFFECTED_DATE,
            KeyConditionExpression="#hour = :hour AND #folder = :folder",
            FilterExpression="#run = :run",
            ProjectionExpression="#files",
            ExpressionAttributeNames={
                "#hour": Attribute.AFFECTED_DATE,
                "#folder": Attribute.FOLDER,
                "#run": Attribute.RUN_ID,
                "#files": Attribute.FILES,
            },
            ExpressionAttributeValues={
                ":hour": {"S": format_affected_date(hour)},
                ":folder": {"S": incident.folder},
                ":run": {"S": incident.last_seen_run},
            },
        )
        for page in islice(pages, MOST_PAGES):
            yield from page["Items"]


def _parse_files(record: Item, incident: Incident) -> Iterator[NamedFile]:
    for entry in record[Attribute.FILES]["L"]:
        created = parse_moment(read_text(entry["M"], FileAttribute.CREATION_DATE))
        yield NamedFile(
            name=read_text(entry["M"], FileAttribute.FILENAME),
            created=created if is_plausible(created, incident.last_seen_arrival) else None,
        )


class Media:
    """Delivers messages. Threads may share it.

    Args:
        mail: makes a client of Amazon SES, version 2 (`sesv2`). Called at the first mail.
        topics: makes a client of Amazon SNS. Called at the first message to a topic.
        webhooks: knows the addresses of webhooks.
        mail_from: who mails come from; empty where SES is not used, and mail goes to the owner's topic.
        owner_topics_prefix: what the ARN of each owner's topic begins with.
    """

    def __init__(
        self,
        *,
        mail: Callable[[], Any],
        topics: Callable[[], Any],
        webhooks: WebhookAddresses,
        mail_from: str = "",
        owner_topics_prefix: str = "",
    ) -> None:
        self._connect_mail = mail
        self._connect_topics = topics
        self._webhooks = webhooks
        self._mail_from = mail_from
        self._owner_topics_prefix = owner_topics_prefix
        self._lock = Lock()
        self._media: dict[ChannelKind, Medium] = {}
        self._poster: Poster | None = None

    def deliver(self, message: Notification, context: RenderContext) -> Notification:
        """Sends as much of the message as one delivery holds, and gives back what that was.

        What it gives back has lines of `message`, the worst first; the others were not sent.

        Raises:
            DeliveryError: it failed, and may go through later.
            ChannelError: it fails until somebody mends the channel.
        """
        medium = self._find(message.recipient.channel.kind)
        part, document = write_what_fits(message, context, medium.fits)
        medium.send(message.recipient, document)
        return part

    def _find(self, kind: ChannelKind) -> Medium:
        with self._lock:
            if kind not in self._media:
                self._media[kind] = self._make(kind)
            return self._media[kind]

    # What one medium alone needs is imported when it is first sent to: most sweeps send nothing.
    def _make(self, kind: ChannelKind) -> Medium:
        match kind:
            case ChannelKind.SLACK:
                from handlers.notifications.slack import SlackChannel

                return SlackChannel(self._webhooks, self._make_poster())
            case ChannelKind.TEAMS:
                from handlers.notifications.teams import TeamsChannel

                return TeamsChannel(self._webhooks, self._make_poster())
            case ChannelKind.MAIL if self._mail_from:
                from handlers.notifications.mail import MailChannel

                return MailChannel(self._connect_mail(), self._mail_from)
            case ChannelKind.MAIL | ChannelKind.SNS:
                from handlers.notifications.sns import TopicChannel

                return TopicChannel(self._connect_topics(), self._owner_topics_prefix)

    def _make_poster(self) -> "Poster":
        from handlers.notifications.delivery import Poster

        self._poster = self._poster or Poster()
        return self._poster


DELIVERY_SECONDS: Final = 45.0
"""What one message may take at most, with its files and its record; none is begun in less."""
_RECORDINGS: Final = 3
"""So often is a delivery recorded before it is given up: then the message comes again."""


class Delivering(Protocol):
    """What sends messages."""

    def deliver(self, message: Notification, context: RenderContext) -> Notification:
        """See `Channels`."""


@dataclass(frozen=True, kw_only=True)
class RecipientSending:
    """What telling takes, for every recipient of a sweep.

    Attributes:
        store: keeps what is known of recipients.
        channels: delivers.
        targets: tells where channels lead.
        files: finds the files that messages name.
        context: where links lead; its moment and files are set for each message.
        retention: how long an incident is kept after its end; None for good.
        clock: the time; tests pass their own.
        seconds_left: the time until the function has to be done.
    """

    store: RecipientStore
    channels: Delivering
    targets: Targets
    files: WorstFiles
    context: RenderContext
    retention: timedelta | None
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float]

    def tell(self, recipient: Recipient, known: StoredRecipient, situation: Situation) -> SweepResult:
        """Tells a recipient what is due, unless another sweep is at it.

        Args:
            recipient: to whom.
            known: what is known of it, read before the situation.
            situation: what is so.
        """
        one = _OneRecipient(self, recipient, known)
        try:
            one.tell(situation)
        except ConflictError:
            # Another sweep was first, and finds what is due.
            pass
        except Exception as error:  # noqa: BLE001 - the others are to be told all the same
            logger.error("a recipient cannot be told", extra={**one.names, **describe_fault(error)})
            one.outcome.faults += 1
        one.outcome.disabled = int(one.known.told.disabled is not None)
        return one.outcome


class _OneRecipient:
    """One recipient, while it is told."""

    def __init__(self, telling: RecipientSending, recipient: Recipient, known: StoredRecipient) -> None:
        self._all = telling
        self._recipient = recipient
        self.known = known
        self.outcome = SweepResult(recipients=1)
        self.names = {"owner": recipient.owner.name, "channel": str(recipient.channel.kind)}

    def tell(self, situation: Situation) -> None:
        """Works out what is due and delivers it."""
        now = self._all.clock()
        if self.known.is_leased(now):
            return
        before = self.known.told
        due = plan(self._recipient, self._enable(before), situation)
        if not due.messages:
            if due.told != before:
                self._write(due.told, leased=False)
            return
        if self._all.seconds_left() < DELIVERY_SECONDS:
            return
        self._write(due.told, leased=True)
        last = len(due.messages) - 1
        for number, message in enumerate(due.messages):
            if not self._tell_whole(message, last=number == last):
                self._leave(due.messages[number:])
                break
        if self.known.leased_until is not None:
            self._write(self.known.told, leased=False)

    def _leave(self, messages: Sequence[Notification]) -> None:
        """Notes, for the next record, that these were not sent: what began there and ends is not said."""
        told = self.known.told
        for message in messages:
            told = record_unsent(told, message)
        self.known = replace(self.known, told=told)

    def _enable(self, told: RecipientState) -> RecipientState:
        if told.disabled is None:
            return told
        target = self._all.targets.digest(self._recipient.channel)
        elsewhere = target is not None and target != told.disabled.target
        if not self.known.enabled_by_hand and not elsewhere:
            return told
        logger.info("a channel is enabled again", extra=self.names)
        return enable(told)

    def _tell_whole(self, message: Notification, *, last: bool) -> bool:
        """Delivers a message in as many parts as it takes; gives back whether to go on with the next.

        Args:
            message: what is due.
            last: whether none comes after it, so that the recipient is let go of with its record.
        """
        while message.lines:
            if self._all.seconds_left() < DELIVERY_SECONDS:
                logger.warning("the sweep ends before it is through", extra=self.names)
                return False
            try:
                part = self._deliver(message)
            except ChannelError as error:
                self._disable(error)
                return False
            except DeliveryError as error:
                self._fail(message, error, leased=not last)
                return True
            rest = _without(message.lines, part.lines)
            self._record(part, leased=bool(rest) or not last)
            message = replace(message, lines=rest)
        return True

    def _deliver(self, message: Notification) -> Notification:
        context = replace(self._all.context, now=self._all.clock(), files=self._all.files.find(message))
        try:
            part = self._all.channels.deliver(message, context)
        except (ChannelError, DeliveryError):
            raise
        except Exception as error:  # noqa: BLE001 - a message must not keep the others from being delivered
            logger.error("a message cannot be delivered", extra={**self.names, **describe_fault(error)})
            self.outcome.faults += 1
            raise DeliveryError(f"an error of the service itself ({type(error).__name__})") from None
        if not part.lines:
            raise DeliveryError("nothing of the message fits into one delivery")
        return part

    def _record(self, part: Notification, *, leased: bool) -> None:
        """Records a delivery at once, and keeps the recipient for the next where there is one."""
        at = self._all.clock()
        self.outcome.delivered += 1
        self.outcome.delays += [
            at - line.incident.opened_at
            for line in part.lines
            if line.kind is MessageKind.BEGIN and line.incident is not None
        ]
        told = record_delivery(self.known.told, part, at)
        log = build_log_entries(part, at, self.known.revision + 1, self._all.retention)
        for attempt in range(1, _RECORDINGS + 1):
            try:
                self._write(told, leased=leased, log=log)
            except ConflictError:
                logger.error(
                    "a message was delivered by two sweeps, for one had kept it too long", extra=self.names
                )
                self.outcome.faults += 1
                raise
            except (BotoCoreError, ClientError) as error:
                if attempt < _RECORDINGS:
                    continue
                logger.error(
                    "a message was delivered and not recorded: it comes again",
                    extra={**self.names, **describe_fault(error)},
                )
                raise
            return

    def _fail(self, message: Notification, error: DeliveryError, *, leased: bool) -> None:
        at = self._all.clock()
        dead = list_given_up(self.known.told, message, at)
        told = record_failure(self.known.told, message, at, error.retry_after, in_doubt=error.in_doubt)
        logger.warning("a message was not delivered", extra={**self.names, "problem": error.problem})
        if dead:
            lines = [{"about": line.subject, "said": str(line.kind)} for line in dead]
            logger.error("a message is given up", extra={**self.names, "lines": lines})
        self.outcome.failed += 1
        self.outcome.dead += len(dead)
        self.known = replace(self.known, problem=error.problem)
        self._write(told, leased=leased)

    def _disable(self, error: ChannelError) -> None:
        at = self._all.clock()
        target = self._all.targets.digest(self._recipient.channel)
        logger.error("a channel is disabled", extra={**self.names, "problem": error.problem})
        self.outcome.failed += 1
        self._write(disable(self.known.told, at, error.problem, target or ""), leased=False)

    def _write(self, told: RecipientState, *, leased: bool, log: Sequence[Mapping[str, Any]] = ()) -> None:
        until = self._all.clock() + LEASE if leased else None
        self.known = self._all.store.write(
            self._recipient, replace(self.known, told=told), leased_until=until, log=log
        )


def _without(lines: tuple[Notice, ...], said: tuple[Notice, ...]) -> tuple[Notice, ...]:
    gone = {_identity(line) for line in said}
    return tuple(line for line in lines if _identity(line) not in gone)


def _identity(line: Notice) -> tuple[str, str, str]:
    return line.subject, line.kind, line.folder.folder if line.folder else ""
