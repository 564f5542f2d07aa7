"""Actions on senders."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time as time_of_day
from datetime import timedelta

from contract.action import ActOnSender, Day, ExpectedHours, SenderAction
from contract.answers import SenderAnswer
from contract.metrics import Outcome
from contract.moments import Hours
from handlers.actions.acting import Acted
from handlers.actions.doer import Doer
from handlers.actions.errors import NotKnownError, SenderNotSoError
from handlers.actions.now import read_sender_now
from handlers.actions.retrying import do_again
from handlers.incidents.sender import show_sender
from handlers.projection.store_state import Action, PersonAction, RunHistory, SenderStore, State

_DAYS = tuple(Day)
_UNKNOWN = "No run of such a sender is known. Its key is the attribute Sender of its item."


@dataclass(frozen=True)
class SenderActions:
    """Does what people ask for of senders.

    Attributes:
        store: where senders are kept.
        sleep: waits the given seconds; tests pass their own.
    """

    store: SenderStore
    sleep: Callable[[float], None] = time.sleep

    def act(self, request: ActOnSender, doer: Doer) -> tuple[SenderAnswer, Outcome]:
        """Does it, and tells how the sender is then.

        Raises:
            NotKnownError: there is no such sender.
            SenderNotSoError: it is to be resumed, and is neither paused nor retired.
            ThrottledError: others went on writing the same sender.
        """
        deed_id = doer.deed_id(request)
        return do_again(lambda: self._try(request, deed_id, doer.caller.username), self.sleep)

    def _try(self, request: ActOnSender, deed_id: str, by: str) -> tuple[SenderAnswer, Outcome]:
        known = self.store.read(request.sender)
        sender = known.sender
        if sender is None:
            raise NotKnownError(_UNKNOWN)
        if self.store.has_action(known.key, deed_id):
            shown, message, outcome = show_sender(State(sender=sender)), "Done before.", Outcome.DONE_BEFORE
        elif request.action is SenderAction.RESUME and not _rests(sender):
            raise SenderNotSoError(
                "This sender is neither paused nor retired.",
                read_sender_now(known.key, known.sender_name, show_sender(State(sender=sender))),
            )
        else:
            deed = _read_act(request, deed_id, by, self.store)
            acted = Acted.work_out(self.store, known, sender, deed)
            acted.commit(self.store)
            shown, message, outcome = acted.sender, _say_done(request), Outcome.DONE
        return SenderAnswer(
            message=message, sender=read_sender_now(known.key, known.sender_name, shown)
        ), outcome


def _rests(sender: RunHistory) -> bool:
    return sender.settings.paused_at is not None or sender.settings.retired_at is not None


def _read_act(request: ActOnSender, deed_id: str, by: str, store: SenderStore) -> PersonAction:
    minutes = request.interval_minutes
    return PersonAction(
        at=store.clock(),
        action_id=deed_id,
        action=Action(request.action),
        interval=None if minutes is None else timedelta(minutes=minutes),
        hours=None if request.hours is None else _read_hours(request.hours),
        by=by,
        note=request.note or None,
    )


def _read_hours(told: ExpectedHours) -> Hours:
    return Hours(
        days=frozenset(_DAYS.index(day) for day in told.days),
        start=time_of_day.fromisoformat(told.start),
        end=time_of_day.fromisoformat(told.end),
        zone=told.zone,
    )


def _say_done(request: ActOnSender) -> str:
    match request.action:
        case SenderAction.PAUSE:
            return "Paused: its silence is not judged."
        case SenderAction.RESUME:
            return "Resumed: its next run is expected."
        case SenderAction.RETIRE:
            return "Retired: no run of it is expected; one would bring it back."
        case SenderAction.SET_INTERVAL:
            minutes = request.interval_minutes
            return "The interval is learnt." if minutes is None else f"The interval is {minutes} minutes."
        case SenderAction.SET_HOURS:
            return _say_hours(request.hours)


def _say_hours(hours: ExpectedHours | None) -> str:
    if hours is None:
        return "It is expected at all hours."
    days = ", ".join(day for day in Day if day in hours.days)
    return f"It is expected from {hours.start} to {hours.end} on {days} ({hours.zone})."
