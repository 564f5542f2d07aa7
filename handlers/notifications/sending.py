"""A sweep: several recipients at once; for each, every notification is delivered, then recorded, in order."""

import hashlib
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property, partial, reduce
from typing import TYPE_CHECKING, Any, Final, Self

from botocore.exceptions import BotoCoreError, ClientError

from contract.owners.model import EVENT_CHANNELS, NAMED_CHANNELS, Channel, ChannelKind, Owners, name_channel
from contract.words import NotificationKind
from handlers.notifications import mail, pagerduty, slack, sns, teams, webhook
from handlers.notifications.delivery import ChannelError, DeliveryError, Medium, Webhooks
from handlers.notifications.document import RenderContext
from handlers.notifications.plan import (
    Notification,
    disable,
    enable,
    plan,
    record_delivery,
    record_failure,
    record_unsent,
)
from handlers.notifications.situation import (
    OwnerFinder,
    Situation,
    WorstFiles,
    correct_owners,
    read_situation,
    with_maintenance,
)
from handlers.notifications.writing import WITH_FILES, list_shared_names, write_test, write_what_fits
from handlers.runtime import logger
from store.dynamodb import ConflictError, Reader
from store.maintenance import LONGEST_GRACE_PERIOD, MaintenanceTable
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
    list_notified,
    list_recipients,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

AT_ONCE: Final = 8
"""Recipients that are notified at the same time."""
DELIVERY_SECONDS: Final = 45.0
"""What one delivery may take at most, with its files and its record; none is begun in less."""
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
        stuck = (one.incident for one in notification.notices if one.incident and one.kind in WITH_FILES)
        context = replace(self.context, now=self.clock(), files=self.files.find(stuck))
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


@dataclass(frozen=True, kw_only=True)
class NotificationSweep:
    """Sends every recipient what is due."""

    client: "DynamoDBClient"
    errors_table: str
    senders_table: str
    incidents_table: str
    owners: Owners
    recipients: RecipientTable
    media: Media
    dashboard_url: str
    docs_url: str
    retention: timedelta | None
    clock: Callable[[], datetime]

    @cached_property
    def _finder(self) -> "OwnerFinder":
        return OwnerFinder(self.owners)

    def run(self, seconds_left: Callable[[], float]) -> SweepResult:
        """One sweep. What it has no time for, the next one finds.

        Recipients are read before the situation: whoever writes one meanwhile makes this sweep's write of it
        fail, so that no notification follows from a situation older than the last one's.

        Args:
            seconds_left: the time until the function has to be done.
        """
        now = self.clock()
        recipients = list_recipients(self.owners)
        read = self.recipients.read(recipients)
        for key, error in read.unreadable.items():
            logger.error(
                "a recipient's state cannot be read", exc_info=error, extra={"owner": key.partition("/")[0]}
            )
        notified = {incident for one in read.stored.values() for incident in list_notified(one.state)}
        situation, wrong_owners = read_situation(
            self.client, self.senders_table, self.incidents_table, self._finder, now, notified
        )
        windows = MaintenanceTable(Reader(self.client), self.recipients.name)
        situation = with_maintenance(situation, windows.list_windows(now - LONGEST_GRACE_PERIOD), self.owners)
        files = WorstFiles(self.client, self.errors_table)
        shared = list_shared_names(situation.senders.values())
        context = replace(self._context(), shared=shared, owners=self.owners)

        def notify(one: Recipient) -> SweepResult:
            sending = RecipientSending(
                recipient=one,
                stored=read.stored[one.key],
                table=self.recipients,
                media=self.media,
                files=files,
                context=context,
                retention=self.retention,
                clock=self.clock,
                seconds_left=seconds_left,
            )
            return sending.run(situation)

        # Others first each minute, so that not always the same ones miss out when time is short.
        first = int(now.timestamp() // 60) * AT_ONCE % len(recipients) if recipients else 0
        in_turn = [*recipients[first:], *recipients[:first]]
        result = _run_all(notify, [one for one in in_turn if one.key in read.stored], seconds_left())
        result.faults += len(read.unreadable)
        corrected = correct_owners(self.client, self.incidents_table, wrong_owners, seconds_left)
        if corrected:
            logger.info("owners of incidents were corrected", extra={"incidents": corrected})
        return result

    def test(self, owner: str) -> list[dict[str, str]]:
        """Sends a test over each channel of an owner, also a disabled one; gives each with its problem."""
        return [
            {"channel": name_channel(one.channel), "problem": self.media.test(one, self._context())}
            for one in list_recipients(self.owners)
            if one.owner.name == owner
        ]

    def _context(self) -> RenderContext:
        return RenderContext(now=self.clock(), dashboard_url=self.dashboard_url, docs_url=self.docs_url)


def _run_all(
    notify: Callable[[Recipient], SweepResult], recipients: Iterable[Recipient], seconds: float
) -> SweepResult:
    """Several at once, so that a slow channel holds up no other recipient."""
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="notifying")
    done, unfinished = wait([pool.submit(notify, one) for one in recipients], timeout=max(0.0, seconds))
    # One that hangs goes on by itself, or ends with the process: its lease runs out either way.
    pool.shutdown(wait=False, cancel_futures=True)
    result = SweepResult.total(one.result() for one in done if not one.cancelled())
    if unfinished:
        logger.error("recipients were not notified in time", extra={"recipients": len(unfinished)})
    result.faults += len(unfinished)
    return result
