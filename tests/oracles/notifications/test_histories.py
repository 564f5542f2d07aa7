"""Histories of what is stuck, of what people do about it, and of all that goes wrong, before an oracle."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, note, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from contract.moments import Hours
from contract.owners.model import Channel, ChannelKind, Topic
from contract.words import Clearing, IncidentStatus, SenderState, UnknownReason
from store.incidents import Incident
from store.notifications import list_notified
from store.senders import UnreadableFolder
from tests.oracles.notifications.fixtures import MINUTE, Outcome, a_recipient, a_sender, an_incident, an_owner
from tests.oracles.notifications.oracle import Oracle
from tests.oracles.notifications.playing import BROKEN, Fate, Played

NAMES = [*"abcdefg"]
MANY = [f"s{number}" for number in range(24)]
SENDERS = ["files-01", "files-02"]
FOLDERS = ["E:\\Closed", "E:\\Locked"]
NIGHTS = Hours(days=frozenset(range(7)), start=time(22), end=time(6), zone="Asia/Kolkata")
LUNCH = Hours(days=frozenset({0, 2}), start=time(9, 30), end=time(11), zone="Asia/Kolkata")
NO_REMINDERS = frozenset(Topic) - {Topic.STILL_OPEN, Topic.WORSE, Topic.SERVER}
BEGINNINGS = frozenset({Topic.NEW, Topic.SERVER})
RECIPIENTS = {
    "all": a_recipient(),
    "nights off": a_recipient(an_owner(quiet_hours=(NIGHTS, LUNCH), zone="Asia/Kolkata")),
    "no reminders": a_recipient(an_owner(notify_on=NO_REMINDERS)),
    "beginnings alone": a_recipient(an_owner(notify_on=BEGINNINGS)),
    "escalation": a_recipient(an_owner(), after=timedelta(minutes=45)),
    "on call": a_recipient(an_owner(channels=(Channel(kind=ChannelKind.PAGERDUTY, targets=("duty",)),))),
    "webhook, beginnings alone": a_recipient(
        an_owner(channels=(Channel(kind=ChannelKind.WEBHOOK, targets=("t",)),), notify_on=BEGINNINGS)
    ),
    "escalation, nights off": a_recipient(
        an_owner(quiet_hours=(replace(LUNCH, zone="UTC"),)), after=timedelta(minutes=20)
    ),
}
FATES = list(Outcome)
DOWN: list[Fate] = [Outcome.REFUSED] * 500
WAITS = [1, 1, 2, 3, 4, 5, 6, 10, 29, 31, 45, 65, 125, 245, 400]
FEW = ["a", "b"]
"""To which most happens, so that it comes one upon the other."""
SOME = st.sampled_from([["a"], ["a"], ["b"], FEW, NAMES[2:5], NAMES])
ENDED = ["cleared", "cleared", "expired", "closed"]
UNSEEN = ["not_reported", "not_reported", "ambiguous", "unreadable", "unwatched"]
SO = ["open", "open", *ENDED, *UNSEEN]
STORIES = [
    ["open", *story]
    for story in (
        ["not_reported", "cleared"], ["not_reported", "expired", "open"], ["not_reported", "open"],
        ["cleared", "open"],
        ["closed", "open"], ["ambiguous", "open"], ["ambiguous", "cleared", "open"], ["cleared"], ["expired"],
    )
]  # fmt: skip
RARE = [
    "reassign", "retire", "lock", "lock", "down", "down", "breaks", "twice", "no sweep", "silent", "silent",
    "speak",
]  # fmt: skip


class Histories(RuleBasedStateMachine):
    """One recipient, two servers, seven folders."""

    def __init__(self) -> None:
        super().__init__()
        self.begin(sorted(RECIPIENTS)[0])

    @initialize(recipient=st.sampled_from(sorted(RECIPIENTS)))
    def begin(self, recipient: str) -> None:
        event(recipient)
        chosen = RECIPIENTS[recipient]
        self.oracle = Oracle(chosen)
        self.played = Played(chosen, oracle=self.oracle)
        self.played.senders = {key: a_sender(key) for key in SENDERS}

    # What becomes of folders.

    @rule(names=SOME, minutes=st.sampled_from(WAITS), hours=st.integers(0, 9))
    def open(self, names: list[str], minutes: int, hours: int) -> None:
        self.become(names, "open", minutes, hours)

    @rule(names=SOME, so=st.sampled_from(ENDED), minutes=st.sampled_from(WAITS))
    def close(self, names: list[str], so: str, minutes: int) -> None:
        self.become(names, so, minutes)

    @rule(names=SOME, so=st.sampled_from(UNSEEN), minutes=st.sampled_from(WAITS))
    def lose(self, names: list[str], so: str, minutes: int) -> None:
        self.become(names, so, minutes)

    @rule(
        name=st.sampled_from(FEW), story=st.sampled_from(STORIES), minutes=st.sampled_from([3, 35]),
        fates=st.lists(st.sampled_from(FATES), max_size=2),
    )  # fmt: skip
    def come_and_go(self, name: str, story: list[str], minutes: int, fates: list[Fate]) -> None:
        """What is promised of one after the other, told each time or cut short."""
        self.played.fates = list(fates)
        for so in story:
            self.become([name], so, minutes)
        self.played.fates = []

    @rule(
        name=st.sampled_from(FEW), before=st.sampled_from([[], ["open"]]),
        lost=st.sampled_from(["open", "cleared", "not_reported"]), after=st.sampled_from(["open", *ENDED]),
    )  # fmt: skip
    def give_up(self, name: str, before: list[str], lost: str, after: str) -> None:
        """The channel is down for so long that what is to be said is lost."""
        for so in before:
            self.become([name], so, 35)
        self.become([name], lost, 0)
        self.sweep_each_minute(400, DOWN)
        self.become([name], after, 35)

    @rule(
        name=st.sampled_from(FEW), before=st.sampled_from(SO), after=st.sampled_from(SO),
        fate=st.sampled_from(FATES),
    )  # fmt: skip
    def change_right_after(self, name: str, before: str, after: str, fate: Fate) -> None:
        """What is so changes as soon as something was said, or was to be."""
        self.become([name], before, 0)
        self.played.fates = [fate]
        for _ in range(35):
            self.sweep()
            if self.played.sweeps[-1].attempts:
                break
        self.played.fates = []
        self.become([name], after, 3)

    @rule(
        ends=st.lists(
            st.tuples(st.integers(1, 24), st.sampled_from(ENDED), st.sampled_from([2, 8, 33])), max_size=3
        ),
        fates=st.lists(st.sampled_from(FATES), max_size=3),
    )  # fmt: skip
    def storm(self, ends: list[tuple[int, str, int]], fates: list[Fate]) -> None:
        """Twenty and more at once, of which more and more are over."""
        self.become(MANY, "open", 0)
        self.sweep_each_minute(7, fates)
        for number, so, minutes in ends:
            self.become(MANY[:number], so, minutes)

    def become(self, names: list[str], so: str, minutes: int, hours: int = 1) -> None:
        """So it is from now on, for some minutes at least."""
        for name in names:
            incident = self.one(name)
            if so == "open":
                self.see(name, hours)
            elif incident is not None and so in list(UnknownReason):
                self.lose_sight(incident, UnknownReason(so))
            elif incident is not None:
                self.end(incident, IncidentStatus(so))
        for _ in range(minutes):
            self.sweep()

    def see(self, name: str, hours: int) -> None:
        incident = self.one(name)
        if incident is None:
            oldest = self.now - timedelta(hours=hours) if hours % 5 else None
            incident = an_incident(
                name, sender=SENDERS[ord(name[-1]) % 2], oldest_creation=oldest, opened_at=self.now,
                breached_since=self.now,
            )  # fmt: skip
        seen = incident.seen._replace(at=self.now)
        fresh: dict[str, Any] = {"reason": None, "unknown_since": None, "ended_at": None, "cleared_by": None}
        self.put(replace(incident, status=IncidentStatus.OPEN, seen=seen, **fresh))

    def lose_sight(self, incident: Incident, reason: UnknownReason) -> None:
        if incident.status is IncidentStatus.OPEN:
            self.put(replace(incident, status=IncidentStatus.UNKNOWN, reason=reason, unknown_since=self.now))

    def end(self, incident: Incident, status: IncidentStatus) -> None:
        if incident.live:
            how = Clearing.LISTED if status is IncidentStatus.CLEARED else None
            self.put(replace(incident, status=status, ended_at=self.now, cleared_by=how))

    @rule(name=st.sampled_from(FEW), files=st.sampled_from([1, 2, 3, 6, 40]))
    def count(self, name: str, files: int) -> None:
        incident = self.one(name)
        if incident is not None and incident.status is IncidentStatus.OPEN:
            self.put(replace(incident, file_count=files))

    # What people do.

    @rule(name=st.sampled_from(FEW), minutes=st.sampled_from([0, 3, 60, 480]), snoozed=st.booleans())
    def hold(self, name: str, minutes: int, snoozed: bool) -> None:
        incident = self.one(name)
        if incident is not None and incident.live:
            until = self.now + minutes * MINUTE if minutes else None
            taken = replace(incident, acknowledged_by="ana", acknowledged_until=until)
            self.put(replace(incident, snoozed_until=until) if snoozed else taken)

    @rule(
        name=st.sampled_from(FEW), minutes=st.sampled_from([3, 8, 60]),
        fates=st.lists(st.sampled_from(FATES), max_size=2),
    )  # fmt: skip
    def take(self, name: str, minutes: int, fates: list[Fate]) -> None:
        """Somebody is on what was told a moment ago, for a while or for long."""
        self.become([name], "open", 4)
        self.hold(name, minutes, snoozed=False)
        self.sweep_each_minute(12, fates)

    @precondition(lambda self: self.played.state.disabled is not None)
    @rule()
    def enable(self) -> None:
        self.played.enable()

    # What becomes of senders.

    def fall_silent(self, key: str) -> None:
        sender = self.played.senders[key]
        if sender.state is SenderState.UP:
            self.played.senders[key] = replace(sender, state=SenderState.SILENT, state_since=self.now)
            for incident in list(self.played.incidents.values()):
                if incident.sender == key:
                    self.lose_sight(incident, UnknownReason.SILENT)

    def speak(self, key: str, still_stuck: bool) -> None:
        sender = self.played.senders[key]
        self.played.senders[key] = replace(
            sender, state=SenderState.UP, state_since=self.now, last_run_at=self.now
        )
        for incident in list(self.played.incidents.values()):
            if incident.sender == key and incident.live and incident.reason is UnknownReason.SILENT:
                if still_stuck:
                    self.see(incident.incident_id, 0)
                else:
                    self.end(incident, IncidentStatus.CLEARED)

    def lock(self, key: str, folders: set[str], mine: bool) -> None:
        of: dict[str, Any] = {"owner": "orders" if mine else "bank", "error": "denied"}
        unreadable = tuple(UnreadableFolder(folder=one, **of) for one in sorted(folders))
        self.played.senders[key] = replace(self.played.senders[key], unreadable_folders=unreadable)

    @rule(
        what=st.sampled_from(RARE), names=SOME, key=st.sampled_from(SENDERS), minutes=st.sampled_from(WAITS),
        yes=st.booleans(), folders=st.sets(st.sampled_from(FOLDERS)),
    )  # fmt: skip
    def something_rare(
        self, what: str, names: list[str], key: str, minutes: int, yes: bool, folders: set[str]
    ) -> None:
        event(what)
        match what:
            case "reassign":
                for incident in filter(None, map(self.one, names)):
                    self.put(replace(incident, owner="orders" if yes else "bank"))
            case "retire":
                known, state = self.played.senders, SenderState.RETIRED if yes else SenderState.LATE
                known[key] = replace(known[key], state=state, state_since=self.now)
            case "lock":
                self.lock(key, folders, yes)
            case "down":
                self.sweep_each_minute(minutes, DOWN)
            case "breaks":
                self.sweep_each_minute(4, [BROKEN])
            case "twice":
                self.played.sweep()
            case "no sweep":
                self.played.now += minutes * MINUTE
            case "silent":
                self.fall_silent(key)
            case _:
                self.speak(key, yes)
        for _ in range(minutes if yes else 1):
            self.sweep()

    # What becomes of messages.

    @rule(minutes=st.sampled_from(WAITS), fates=st.lists(st.sampled_from(FATES), max_size=4))
    def sweep_each_minute(self, minutes: int, fates: list[Fate]) -> None:
        self.played.fates = list(fates)
        for _ in range(minutes):
            self.sweep()
        self.played.fates = []

    def teardown(self) -> None:
        """Everything ends, and whoever was told of it is told so."""
        if self.played.state.disabled is not None:
            self.played.enable()
        for key in SENDERS:
            self.speak(key, still_stuck=True)
            self.lock(key, set(), mine=True)
        for incident in list(self.played.incidents.values()):
            self.end(incident, IncidentStatus.CLEARED)
        for _ in range(62):
            self.sweep()
        self.oracle.at_rest(self.played.sweeps[-1])
        assert list_notified(self.played.state) == []
        assert all(entry.pending is None for entry in self.played.state.entries.values())
        event(f"cut off: {min(self.oracle.cut_off, 3)}")

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


PLAYED = settings(
    max_examples=12,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    # Making a history of hundreds of sweeps smaller takes far longer than finding it.
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def test_histories() -> None:
    run_state_machine_as_test(Histories, settings=PLAYED)


@pytest.mark.deep
def test_many_more_histories() -> None:
    run_state_machine_as_test(Histories, settings=settings(PLAYED, max_examples=150))
