"""Histories of what is stuck, of what people do about it, and of all that goes wrong when it is told."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from contract.incidents import Clearing, IncidentStatus, UnknownReason
from contract.owners.model import QuietHours, Topic
from contract.senders import SenderState
from handlers.messages.rules.told import list_told
from handlers.messages.situation import Incident, UnreadableFolder
from tests.messages.fixtures import HOUR, MINUTE, START, a_recipient, a_sender, an_incident, an_owner
from tests.messages.oracle import Oracle
from tests.messages.playing import BROKEN, PART, Fate, Played
from tests.messages.transcript import Outcome

NAMES = [*"abcdefg"]
SENDERS = ["files-01", "files-02"]
FOLDERS = ["E:\\Closed", "E:\\Locked"]
NIGHTS = QuietHours(days=frozenset(range(7)), start=time(22), end=time(6))
LUNCH = QuietHours(days=frozenset({0, 2}), start=time(9, 30), end=time(11))
NO_REMINDERS = frozenset(Topic) - {Topic.REMINDER, Topic.WORSE, Topic.UNREADABLE_FOLDER}
BEGINNINGS = frozenset({Topic.BEGIN, Topic.SILENT_SENDER})
RECIPIENTS = {
    "all": a_recipient(),
    "nights off": a_recipient(an_owner(quiet_hours=(NIGHTS, LUNCH), zone="Asia/Kolkata")),
    "no reminders": a_recipient(an_owner(told=NO_REMINDERS)),
    "beginnings alone": a_recipient(an_owner(told=BEGINNINGS)),
    "escalation": a_recipient(an_owner(), after=timedelta(minutes=45)),
    "escalation, nights off": a_recipient(an_owner(quiet_hours=(LUNCH,)), after=timedelta(minutes=20)),
}
FATES: list[Fate] = [
    Outcome.RECORDED,
    Outcome.REFUSED,
    Outcome.TIMED_OUT,
    Outcome.CUT_OFF_AFTER,
    Outcome.CUT_OFF_BEFORE,
    Outcome.UNSENT,
    PART,
]
WAITS = [1, 1, 2, 3, 4, 5, 6, 10, 29, 31, 45, 65, 125, 245, 400]
LIVE = (IncidentStatus.OPEN, IncidentStatus.UNKNOWN)


class Histories(RuleBasedStateMachine):
    """One recipient, two servers, seven folders."""

    right_clocks = True

    def __init__(self) -> None:
        super().__init__()
        self.begin(sorted(RECIPIENTS)[0])

    @initialize(recipient=st.sampled_from(sorted(RECIPIENTS)))
    def begin(self, recipient: str) -> None:
        event(recipient)
        chosen = RECIPIENTS[recipient]
        self.oracle = Oracle(chosen, right_clocks=self.right_clocks)
        self.played = Played(chosen, START, self.oracle)
        self.played.senders = {key: a_sender(key) for key in SENDERS}

    # What becomes of folders.

    @rule(
        names=st.sets(st.sampled_from(NAMES), min_size=1), files=st.integers(1, 5), hours=st.integers(0, 30)
    )
    def open(self, names: set[str], files: int, hours: int) -> None:
        for name in sorted(names):
            if self.one(name) is None:
                sender = SENDERS[NAMES.index(name) % 2]
                oldest = self.now - hours * HOUR if hours % 5 else None
                self.put(
                    an_incident(
                        name, sender=sender, files=files, oldest=oldest, opened_at=self.now,
                        breached_since=self.now, last_seen_at=self.now,
                    )
                )  # fmt: skip

    @rule(
        names=st.sets(st.sampled_from(NAMES), min_size=1),
        status=st.sampled_from(["cleared", "lapsed", "closed"]),
    )
    def end(self, names: set[str], status: str) -> None:
        for name in sorted(names):
            incident = self.one(name)
            if incident is not None and incident.live:
                how = Clearing.LISTED if status == "cleared" else None
                self.put(replace(incident, status=IncidentStatus(status), ended_at=self.now, cleared_by=how))

    @rule(
        names=st.sets(st.sampled_from(NAMES), min_size=1),
        reason=st.sampled_from([one for one in UnknownReason if one is not UnknownReason.SILENT]),
    )
    def lose_sight(self, names: set[str], reason: UnknownReason) -> None:
        for name in sorted(names):
            incident = self.one(name)
            if incident is not None and incident.status is IncidentStatus.OPEN:
                self.put(
                    replace(incident, status=IncidentStatus.UNKNOWN, reason=reason, unknown_since=self.now)
                )

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=1))
    def see_again(self, names: set[str]) -> None:
        for name in sorted(names):
            incident = self.one(name)
            if incident is not None and incident.status is not IncidentStatus.OPEN:
                self.put(
                    replace(
                        incident, status=IncidentStatus.OPEN, reason=None, unknown_since=None, ended_at=None,
                        cleared_by=None, last_seen_at=self.now,
                    )
                )  # fmt: skip

    @rule(name=st.sampled_from(NAMES), files=st.integers(1, 40))
    def count(self, name: str, files: int) -> None:
        incident = self.one(name)
        if incident is not None and incident.status is IncidentStatus.OPEN:
            self.put(replace(incident, files=files))

    # What people do.

    @rule(name=st.sampled_from(NAMES), minutes=st.sampled_from([0, 3, 60, 480]), snoozed=st.booleans())
    def hold(self, name: str, minutes: int, snoozed: bool) -> None:
        incident = self.one(name)
        if incident is not None and incident.live:
            until = self.now + minutes * MINUTE if minutes else None
            self.put(
                replace(incident, snoozed_until=until)
                if snoozed
                else replace(incident, acknowledged_by="ana", acknowledged_until=until)
            )

    @rule(names=st.sets(st.sampled_from(NAMES), min_size=1), owner=st.sampled_from(["orders", "bank"]))
    def reassign(self, names: set[str], owner: str) -> None:
        for name in sorted(names):
            incident = self.one(name)
            if incident is not None:
                self.put(replace(incident, owner=owner))

    @precondition(lambda self: self.played.told.disabled is not None)
    @rule()
    def enable(self) -> None:
        self.played.enable()

    # What becomes of senders.

    @rule(key=st.sampled_from(SENDERS))
    def fall_silent(self, key: str) -> None:
        sender = self.played.senders[key]
        if sender.state is SenderState.UP:
            self.played.senders[key] = replace(sender, state=SenderState.SILENT, state_since=self.now)
            for incident in list(self.played.incidents.values()):
                if incident.sender == key and incident.status is IncidentStatus.OPEN:
                    self.put(
                        replace(
                            incident, status=IncidentStatus.UNKNOWN, reason=UnknownReason.SILENT,
                            unknown_since=self.now,
                        )
                    )  # fmt: skip

    @rule(key=st.sampled_from(SENDERS), still_stuck=st.booleans())
    def speak(self, key: str, still_stuck: bool) -> None:
        sender = self.played.senders[key]
        self.played.senders[key] = replace(
            sender, state=SenderState.UP, state_since=self.now, last_run_at=self.now
        )
        unknown = {
            one.incident_id
            for one in self.played.incidents.values()
            if one.sender == key and one.live and one.reason is UnknownReason.SILENT
        }
        if unknown and still_stuck:
            self.see_again(unknown)
        elif unknown:
            self.end(unknown, "cleared")

    @rule(key=st.sampled_from(SENDERS), state=st.sampled_from([SenderState.PAUSED, SenderState.LATE]))
    def pause(self, key: str, state: SenderState) -> None:
        self.played.senders[key] = replace(self.played.senders[key], state=state, state_since=self.now)

    @rule(key=st.sampled_from(SENDERS), folders=st.sets(st.sampled_from(FOLDERS)), mine=st.booleans())
    def lock(self, key: str, folders: set[str], mine: bool) -> None:
        owner = "orders" if mine else "bank"
        unreadable = tuple(
            UnreadableFolder(folder=one, owner=owner, error="denied") for one in sorted(folders)
        )
        self.played.senders[key] = replace(self.played.senders[key], unreadable=unreadable)

    # What becomes of messages.

    @rule(minutes=st.sampled_from(WAITS), fates=st.lists(st.sampled_from(FATES), max_size=4))
    def sweep_each_minute(self, minutes: int, fates: list[Fate]) -> None:
        self.played.fates = list(fates)
        for _ in range(minutes):
            self.sweep()
        self.played.fates = []

    @rule(fate=st.sampled_from(FATES), minutes=st.sampled_from([5, 35]))
    def sweep_until_something_is_said(self, fate: Fate, minutes: int) -> None:
        """So that what comes next comes right after it."""
        self.played.fates = [fate]
        for _ in range(minutes):
            self.sweep()
            if self.played.sweeps[-1].attempts:
                break
        self.played.fates = []

    @rule(minutes=st.sampled_from([2, 10, 70, 410]))
    def channel_is_down(self, minutes: int) -> None:
        self.played.fates = [Outcome.REFUSED] * 500
        for _ in range(minutes):
            self.sweep()
        self.played.fates = []

    @rule()
    def channel_breaks(self) -> None:
        self.played.fates = [BROKEN]
        for _ in range(4):
            self.sweep()
        self.played.fates = []

    @rule()
    def sweep_twice(self) -> None:
        self.played.sweep()
        self.sweep()

    @rule(minutes=st.sampled_from([1, 2, 7, 40, 300]))
    def no_sweep(self, minutes: int) -> None:
        self.played.now += minutes * MINUTE

    def teardown(self) -> None:
        """Everything ends, and whoever was told of it is told so."""
        if self.played.told.disabled is not None:
            self.played.enable()
        for key in SENDERS:
            self.speak(key, still_stuck=True)
            self.lock(key, set(), mine=True)
        self.end(set(NAMES), "cleared")
        for _ in range(62):
            self.sweep()
        self.oracle.at_rest(self.played.sweeps[-1])
        assert list_told(self.played.told) == []
        assert all(entry.pending is None for entry in self.played.told.entries.values())
        for duplicate in ("cut off",):
            event(f"{duplicate}: {min(self.oracle.cut_off, 3)}")

    @property
    def now(self) -> datetime:
        return self.played.now

    def one(self, name: str) -> Incident | None:
        return self.played.incidents.get(name)

    def put(self, incident: Incident) -> None:
        self.played.incidents[incident.incident_id] = incident

    def sweep(self) -> None:
        sweep = self.played.sweep()
        if sweep.attempts:
            note(f"{sweep.now:%d %H:%M} {sweep.words()}")
        self.played.now += MINUTE


class WrongClocks(Histories):
    """The same, and the clock of the function jumps, or is put right."""

    right_clocks = False

    @rule(minutes=st.sampled_from([-100_000, -1500, -60, -7, -1, 60, 1500, 20_000, 600_000]))
    def jump(self, minutes: int) -> None:
        self.played.now += minutes * MINUTE
        self.oracle.jump()
