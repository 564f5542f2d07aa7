"""Plays the rules for one recipient as the loop that sends does, and lets go wrong what may."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from contract.words import MessageKind
from handlers.notifications.plan import disable, enable, plan, record_delivery, record_failure, record_unsent
from handlers.notifications.situation import Incident, Notification, Recipient, Sender, Situation
from store.notifications import RecipientState, list_notified
from tests.oracles.notifications.oracle import Oracle
from tests.oracles.notifications.transcript import Attempt, Outcome, Sweep, words_of

PART, BROKEN = "part", "broken"
"""What may become of an attempt beside an outcome: half of it fits in, or the channel is broken for good."""
Fate = Outcome | str


class Played:
    """One recipient, and all that is so.

    Attributes:
        fates: what becomes of the next attempts; what comes after these goes well.
    """

    def __init__(self, recipient: Recipient, now: datetime, oracle: Oracle | None = None) -> None:
        self.recipient = recipient
        self.now = now
        self.told = RecipientState()
        self.incidents: dict[str, Incident] = {}
        self.senders: dict[str, Sender] = {}
        self.oracle = oracle
        self.fates: list[Fate] = []
        self.sweeps: list[Sweep] = []

    def sweep(self) -> Sweep:
        sweep = Sweep(self.now, dict(self.incidents), dict(self.senders), enabled=self.told.disabled is None)
        self.sweeps.append(sweep)
        situation = self._situation()
        while True:
            planned = plan(self.recipient, self.told, situation)
            assert plan(self.recipient, planned.told, situation) == planned, "planning twice is planning once"
            self.told = planned.told
            sweep.planned = sweep.planned or [len(message.lines) for message in planned.messages]
            if not self._send(planned.messages, sweep):
                break
        if self.oracle is not None:
            self.oracle.judge(sweep)
        return sweep

    def enable(self) -> None:
        self.told = enable(self.told)

    def heard(self) -> list[list[MessageKind]]:
        """What arrived, by sweep."""
        kinds = [
            [
                word.kind
                for attempt in sweep.attempts
                if attempt.outcome is not Outcome.REFUSED
                for word in attempt.words
            ]
            for sweep in self.sweeps
        ]
        return [one for one in kinds if one]

    def _situation(self) -> Situation:
        """As it is read: what is live, and what the rules ask for."""
        asked = {incident_id for _, incident_id in list_notified(self.told)}
        known = {key: one for key, one in self.incidents.items() if one.live or key in asked}
        return Situation(now=self.now, incidents=known, senders=dict(self.senders))

    def _send(self, messages: Iterable[Notification], sweep: Sweep) -> bool:
        """Sends them in order. Whether there may be more to send."""
        waiting = list(messages)
        went = False
        while waiting:
            message = waiting.pop(0)
            fate: Fate = self.fates.pop(0) if self.fates else Outcome.RECORDED
            if fate is Outcome.UNSENT:
                for one in (message, *waiting):
                    self.told = record_unsent(self.told, one)
                    sweep.attempts.append(Attempt(words_of(one), Outcome.UNSENT))
                return False
            if fate in (Outcome.CUT_OFF_AFTER, Outcome.CUT_OFF_BEFORE):
                sweep.attempts.append(Attempt(words_of(message), Outcome(fate)))
                sweep.attempts += [Attempt(words_of(one), Outcome.CUT_OFF_BEFORE) for one in waiting]
                return False
            if fate == BROKEN:
                self.told = disable(self.told, self.now, "the webhook is gone")
                sweep.attempts += [Attempt(words_of(one), Outcome.UNSENT) for one in (message, *waiting)]
                return False
            if fate in (Outcome.REFUSED, Outcome.TIMED_OUT):
                self.told = record_failure(self.told, message, self.now, in_doubt=fate is Outcome.TIMED_OUT)
                sweep.attempts.append(Attempt(words_of(message), Outcome(fate)))
                continue
            if fate == PART:
                message = replace(message, lines=message.lines[: max(1, len(message.lines) // 2)])
            self.told = record_delivery(self.told, message, self.now)
            sweep.attempts.append(Attempt(words_of(message), Outcome.RECORDED))
            went = True
        return went
