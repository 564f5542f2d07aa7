"""Telling one recipient what is due: each message delivered, then recorded, before the next."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from contract.words import MessageKind
from handlers.messages.channels.errors import ChannelError, DeliveryError
from handlers.messages.message import Line, Message, Recipient
from handlers.messages.rendering.context import Context
from handlers.messages.rules.planning import plan
from handlers.messages.rules.recording import delivered, disabled, enabled, failed, list_dead, unsent
from handlers.messages.rules.told import Told
from handlers.messages.sending.faults import describe_fault
from handlers.messages.sending.log_lines import build_log_lines
from handlers.messages.sending.outcome import Outcome
from handlers.messages.sending.recipient_store import LEASE, ConflictError, Known, RecipientStore
from handlers.messages.sending.targets import Targets
from handlers.messages.sending.worst_files import WorstFiles
from handlers.messages.situation import Situation
from handlers.web.telemetry import logger

DELIVERY_SECONDS: Final = 45.0
"""What one message may take at most, with its files and its record; none is begun in less."""
_RECORDINGS: Final = 3
"""So often is a delivery recorded before it is given up: then the message comes again."""


class Delivering(Protocol):
    """What sends messages."""

    def deliver(self, message: Message, context: Context) -> Message:
        """See `Channels`."""


@dataclass(frozen=True, kw_only=True)
class Telling:
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
    context: Context
    retention: timedelta | None
    clock: Callable[[], datetime]
    seconds_left: Callable[[], float]

    def tell(self, recipient: Recipient, known: Known, situation: Situation) -> Outcome:
        """Tells a recipient what is due, unless another sweep is at it.

        Args:
            recipient: to whom.
            known: what is known of it, read before the situation.
            situation: what is so.
        """
        one = _One(self, recipient, known)
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


class _One:
    """One recipient, while it is told."""

    def __init__(self, telling: Telling, recipient: Recipient, known: Known) -> None:
        self._all = telling
        self._recipient = recipient
        self.known = known
        self.outcome = Outcome(recipients=1)
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

    def _leave(self, messages: Sequence[Message]) -> None:
        """Notes, for the next record, that these were not sent: what began there and ends is not said."""
        told = self.known.told
        for message in messages:
            told = unsent(told, message)
        self.known = replace(self.known, told=told)

    def _enable(self, told: Told) -> Told:
        if told.disabled is None:
            return told
        target = self._all.targets.digest(self._recipient.channel)
        elsewhere = target is not None and target != told.disabled.target
        if not self.known.enabled_by_hand and not elsewhere:
            return told
        logger.info("a channel is enabled again", extra=self.names)
        return enabled(told)

    def _tell_whole(self, message: Message, *, last: bool) -> bool:
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

    def _deliver(self, message: Message) -> Message:
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

    def _record(self, part: Message, *, leased: bool) -> None:
        """Records a delivery at once, and keeps the recipient for the next where there is one."""
        at = self._all.clock()
        self.outcome.delivered += 1
        self.outcome.delays += [
            at - line.incident.opened_at
            for line in part.lines
            if line.kind is MessageKind.BEGIN and line.incident is not None
        ]
        told = delivered(self.known.told, part, at)
        log = build_log_lines(part, at, self.known.revision + 1, self._all.retention)
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

    def _fail(self, message: Message, error: DeliveryError, *, leased: bool) -> None:
        at = self._all.clock()
        dead = list_dead(self.known.told, message, at)
        told = failed(self.known.told, message, at, error.retry_after, in_doubt=error.in_doubt)
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
        self._write(disabled(self.known.told, at, error.problem, target or ""), leased=False)

    def _write(self, told: Told, *, leased: bool, log: Sequence[Mapping[str, Any]] = ()) -> None:
        until = self._all.clock() + LEASE if leased else None
        self.known = self._all.store.write(
            self._recipient, replace(self.known, told=told), leased_until=until, log=log
        )


def _without(lines: tuple[Line, ...], said: tuple[Line, ...]) -> tuple[Line, ...]:
    gone = {_identity(line) for line in said}
    return tuple(line for line in lines if _identity(line) not in gone)


def _identity(line: Line) -> tuple[str, str, str]:
    return line.subject, line.kind, line.folder.folder if line.folder else ""
