"""Plays the rules for one recipient as the loop that sends does, and lets go wrong what may."""

from collections.abc import Iterable
from datetime import datetime

from contract.words import NotificationKind
from handlers.notifications import plan
from handlers.notifications.plan import Notification
from handlers.notifications.situation import Situation
from store.incidents import Incident
from store.notifications import Recipient, RecipientState, list_notified
from store.senders import Sender
from tests.oracles.notifications.fixtures import MINUTE, START, Attempt, Outcome, Sweep, a_recipient, words_of
from tests.oracles.notifications.oracle import Oracle

BROKEN = "broken"
"""What may become of an attempt beside an outcome: the channel is broken for good."""
Fate = Outcome | str
Heard = list[tuple[int, list[tuple[NotificationKind, str]]]]
"""Notices, each by its kind and what it is about, of each notification, with its minute."""


class Played:
    """One recipient, and all that is so.

    Attributes:
        fates: what becomes of the next attempts; what comes after these goes well.
    """

    def __init__(self, recipient: Recipient, now: datetime = START, oracle: Oracle | None = None) -> None:
        self.recipient = recipient
        self.now = now
        self.state = RecipientState()
        self.incidents: dict[str, Incident] = {}
        self.senders: dict[str, Sender] = {}
        self.oracle = oracle
        self.fates: list[Fate] = []
        self.sweeps: list[Sweep] = []

    def sweep(self) -> Sweep:
        sweep = Sweep(self.now, dict(self.incidents), dict(self.senders), enabled=self.state.disabled is None)
        self.sweeps.append(sweep)
        situation = self.situation
        while True:
            planned = plan.plan(self.recipient, self.state, situation)
            if planned.state != self.state:
                again = plan.plan(self.recipient, planned.state, situation)
                assert again == planned, "planning twice is planning once"
            self.state = planned.state
            sweep.planned = sweep.planned or [
                len(notification.notices) for notification in planned.notifications
            ]
            if not self._send(planned.notifications, sweep):
                break
        if self.oracle is not None:
            self.oracle.judge(sweep)
        return sweep

    def enable(self) -> None:
        self.state = plan.enable(self.state)

    @property
    def situation(self) -> Situation:
        """As it is read: what is live, and what the rules ask for."""
        asked = {incident_id for _, incident_id in list_notified(self.state)}
        known = {key: one for key, one in self.incidents.items() if one.live or key in asked}
        return Situation(now=self.now, incidents=known, senders=dict(self.senders))

    def _send(self, notifications: Iterable[Notification], sweep: Sweep) -> bool:
        """Sends them in order. Whether there may be more to send."""
        waiting = list(notifications)
        went = False
        while waiting:
            notification = waiting.pop(0)
            fate: Fate = self.fates.pop(0) if self.fates else Outcome.RECORDED
            if fate is Outcome.UNSENT:
                for one in (notification, *waiting):
                    self.state = plan.record_unsent(self.state, one)
                    sweep.attempts.append(Attempt(words_of(one), Outcome.UNSENT))
                return False
            if fate in (Outcome.CUT_OFF_AFTER, Outcome.CUT_OFF_BEFORE):
                sweep.attempts.append(Attempt(words_of(notification), Outcome(fate)))
                sweep.attempts += [Attempt(words_of(one), Outcome.CUT_OFF_BEFORE) for one in waiting]
                return False
            if fate == BROKEN:
                self.state = plan.disable(self.state, self.now, "the webhook is gone")
                sweep.attempts += [Attempt(words_of(one), Outcome.UNSENT) for one in (notification, *waiting)]
                return False
            if fate in (Outcome.REFUSED, Outcome.TIMED_OUT):
                self.state, _ = plan.record_failure(
                    self.state, notification, self.now, in_doubt=fate is Outcome.TIMED_OUT
                )
                sweep.attempts.append(Attempt(words_of(notification), Outcome(fate)))
                continue
            self.state = plan.record_delivery(self.state, notification, self.now)
            sweep.attempts.append(Attempt(words_of(notification), Outcome.RECORDED))
            went = True
        return went


class Story(Played):
    """One whose channel works, and whose sweeps nobody judges but the test."""

    def __init__(self, recipient: Recipient | None = None) -> None:
        super().__init__(recipient or a_recipient())

    def so(self, *things: Incident | Sender) -> None:
        for thing in things:
            if isinstance(thing, Incident):
                self.incidents[thing.incident_id] = thing
            else:
                self.senders[thing.key] = thing

    @property
    def heard(self) -> Heard:
        return [
            (
                (sweep.now - START) // MINUTE,
                [(word.kind, word.thing[1] if word.thing[0] == "incident" else f"sender#{word.thing[1]}")
                 for word in attempt.words],
            )
            for sweep in self.sweeps
            for attempt in sweep.attempts
        ]  # fmt: skip

    def until(self, minutes: float) -> Heard:
        """Sweeps up to this minute, inclusive. What was heard on the way, by minute."""
        before = len(self.heard)
        while self.now <= START + minutes * MINUTE:
            self.sweep()
            self.now += MINUTE
        return self.heard[before:]
