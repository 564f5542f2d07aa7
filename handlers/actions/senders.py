"""Actions on senders."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from contract.action import ActOnSender, SenderAction
from contract.answers import SenderAnswer
from contract.metrics import Outcome
from handlers.actions import acting
from handlers.incidents.sender import show_sender
from store.state import PersonAction, SenderStore, State

_UNKNOWN = "No run of such a sender is known. Its key is the attribute Sender of its item."


@dataclass(frozen=True)
class SenderActions:
    """Performs actions on senders."""

    store: SenderStore
    sleep: Callable[[float], None] = time.sleep

    def act(self, request: ActOnSender, actor: acting.Actor) -> tuple[SenderAnswer, Outcome]:
        """Performs an action, and returns the sender's state after it.

        Raises:
            NotFoundError: there is no such sender.
            InvalidStateError: it is not to be retired any more, and is not retired.
            ThrottledError: others kept on writing the same sender.
        """
        action_id = actor.action_id(request)
        return acting.take_turn(lambda: self._try(request, action_id, actor.caller.username), self.sleep)

    def _try(self, request: ActOnSender, action_id: str, by: str) -> tuple[SenderAnswer, Outcome]:
        known = self.store.read(request.sender)
        sender = known.sender
        if sender is None:
            raise acting.NotFoundError(_UNKNOWN)
        shown = show_sender(State(sender=sender))
        if self.store.has_action(known.key, action_id):
            return acting.answer_sender("Done before.", known, shown), Outcome.ALREADY_DONE
        if request.action is SenderAction.UNRETIRE and not sender.settings.retired_at:
            raise acting.InvalidStateError(acting.answer_sender("This sender is not retired.", known, shown))
        minutes = request.interval_minutes
        act = PersonAction(
            at=self.store.clock(), action_id=action_id, action=request.action,
            interval=None if minutes is None else timedelta(minutes=minutes),
            by=by, note=request.note or None,
        )  # fmt: skip
        change = acting.SenderChange.work_out(self.store, known, sender, act)
        change.commit(self.store)
        return acting.answer_sender(_say_done(request), known, show_sender(change.after)), Outcome.DONE


def _say_done(request: ActOnSender) -> str:
    match request.action:
        case SenderAction.RETIRE:
            return "Retired: no run of it is expected; one would bring it back."
        case SenderAction.UNRETIRE:
            return "Not retired any more: its next run is expected."
        case SenderAction.SET_INTERVAL:
            minutes = request.interval_minutes
            return "The interval is learnt." if minutes is None else f"The interval is {minutes} minutes."
