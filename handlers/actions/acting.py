"""What every action needs: who acts, refusals, retries, the state in an answer, and the rules' part."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Self, TypeVar
from uuid import UUID, uuid4, uuid5

from botocore.exceptions import ClientError

from contract.action import ActionRequest
from contract.answers import IncidentAnswer, IncidentNow, MaintenanceAnswer, SenderAnswer, SenderNow
from contract.metrics import Reason
from contract.moments import format_moment
from handlers.incidents.projection import apply_action, next_check_at
from handlers.incidents.sender import show_sender
from handlers.web.errors import ServiceError, ThrottledError
from handlers.web.requests import Caller
from store.dynamodb import ConflictError, is_throttling, retry_on_conflict
from store.incidents import Incident, PeopleChange
from store.senders import NextCheck, Sender, describe_sender
from store.state import PersonAction, RunHistory, SenderStore, State, StoredSender, collect_writes

ATTEMPTS: Final = 10
"""With twenty people who act on one incident in the same second, nobody needs more."""
_ACTION_IDS: Final = UUID("6f0b7c52-9c1e-4b7e-8a39-2f6d1f4c0e83")

_Result = TypeVar("_Result")


@dataclass(frozen=True, kw_only=True)
class Actor:
    """The user who sent a request, and the request's idempotency key."""

    caller: Caller
    idempotency_key: str | None

    def action_id(self, request: ActionRequest) -> str:
        """The id of an action: with a key, the same for the same request of the same user."""
        if self.idempotency_key is None:
            return uuid4().hex
        asked = [self.caller.subject, self.idempotency_key, request.model_dump(mode="json")]
        return uuid5(_ACTION_IDS, json.dumps(asked, sort_keys=True)).hex


class NotFoundError(ServiceError):
    """There is no such incident, sender or maintenance window, or no longer."""

    status = 404
    reason = Reason.NOT_FOUND


class InvalidStateError(ServiceError):
    """What the action is about is not in a state for it; the answer has its state now."""

    status = 409
    reason = Reason.INVALID_STATE

    def __init__(self, answer: IncidentAnswer | SenderAnswer | MaintenanceAnswer) -> None:
        super().__init__(answer.message)
        self.answer = answer

    def body(self) -> IncidentAnswer | SenderAnswer | MaintenanceAnswer:
        """The message, and the state now."""
        return self.answer


def take_turn(attempt: Callable[[], _Result], sleep: Callable[[float], None]) -> _Result:
    """Repeats an attempt until nobody else has written in between, and returns its result.

    Raises:
        ThrottledError: others kept on writing, or DynamoDB asks to slow down.
    """
    try:
        return retry_on_conflict(attempt, ATTEMPTS, sleep)
    except ConflictError:
        raise ThrottledError(
            "Others are changing the same thing. Wait a moment and send the same request again."
        ) from None
    except ClientError as error:
        if is_throttling(error):
            raise ThrottledError from error
        raise


def answer_incident(message: str, incident: Incident) -> IncidentAnswer:
    """What was done, and an incident as it is now."""
    acknowledged, snoozed = incident.acknowledged_until, incident.snoozed_until
    now = IncidentNow(
        incident_id=incident.incident_id,
        sender=incident.sender,
        sender_name=incident.sender_name,
        folder=incident.folder,
        status=incident.status,
        reason=incident.reason,
        owner=incident.owner or None,
        acknowledged_by=incident.acknowledged_by or None,
        acknowledged_until=format_moment(acknowledged) if acknowledged else None,
        snoozed_until=format_moment(snoozed) if snoozed else None,
        version=incident.version,
    )
    return IncidentAnswer(message=message, incident=now)


def answer_sender(message: str, known: StoredSender, sender: Sender) -> SenderAnswer:
    """What was done, and a sender as it is now."""
    now = SenderNow(
        sender=known.key,
        sender_name=known.sender_name,
        state=sender.state,
        state_since=format_moment(sender.state_since),
        kind=sender.kind,
        last_run_at=format_moment(sender.last_run_at),
        due_at=format_moment(sender.due_at) if sender.due_at else None,
        interval_minutes=sender.interval_minutes,
        interval_from=sender.interval_from,
    )
    return SenderAnswer(message=message, sender=now)


@dataclass(frozen=True, kw_only=True)
class SenderChange:
    """What the rules make of an action on a sender, before it is stored."""

    known: StoredSender
    before: State
    after: State
    changed: Sequence[Incident]
    act: PersonAction
    """Dated so that it comes after all that is known."""

    @classmethod
    def work_out(
        cls, store: SenderStore, known: StoredSender, sender: RunHistory, asked: PersonAction
    ) -> Self:
        """Applies an action to a sender and its incidents."""
        dated = replace(asked, at=_date(sender, asked))
        before = store.read_state(known)
        done = apply_action(before, dated)
        return cls(known=known, before=before, after=done.state, changed=done.changed, act=dated)

    def commit(self, store: SenderStore, entries: Mapping[str, PeopleChange] | None = None) -> None:
        """Stores the action, what it changed, and new entries of incidents' histories: all or nothing.

        Raises:
            ConflictError: the sender or one of the histories was written since, or the action is stored.
        """
        writes = collect_writes(self.before, self.after, [self.changed])
        since = self.known.check.replay_since
        # A sender that waits for a replay is replayed with this action among the others.
        wake = NextCheck(
            at=store.clock() if since else next_check_at(self.after, self.act.at), replay_since=since
        )
        store.commit(
            self.known,
            describe_sender(show_sender(self.after)),
            wake,
            replace(writes, acts=(self.act,), entries=dict(entries or {})),
        )


def _date(sender: RunHistory, asked: PersonAction) -> datetime:
    """Not before the last run or the last action: their clock may have been ahead of this one.

    With an earlier date, the action would change the state of then, and not the state that its person sees.
    """
    at = max(asked.at, sender.last.at, sender.last_action_at or asked.at)
    if sender.last_action is not None and (at, asked.action_id) <= sender.last_action:
        at += timedelta(microseconds=1)
    return at
