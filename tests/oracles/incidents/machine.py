"""Histories of one sender, played against the projection as a service would play them, and the oracle."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import event, note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from contract.action import IncidentAction, SenderAction
from contract.folders import folder_key
from contract.words import IncidentStatus
from handlers.incidents.projection import (
    OutOfOrderError,
    advance,
    apply_action,
    keep_known,
    next_check_at,
    project,
    replay,
)
from handlers.incidents.sender import sender_state
from store.incidents import Incident
from store.runs import BreachedFolder, Listing, Run
from store.state import PersonAction, State
from tests.oracles.incidents.oracle import Oracle, Trouble
from tests.stands.playing import merge_parts

START = datetime(2026, 3, 2, 6, tzinfo=UTC)
FOLDERS = ["D:\\In\\A", "d:/in/B", "E:\\Out\\A", "/srv/in/a"]
FILES = ["f1", "f2", "f3"]
MINUTE = timedelta(minutes=1)
WAITS = [5, 5, 10, 15, 30, 60, 60, 60, 65, 120, 125, 130, 245, 480, 1440, 1500, 4320, 4325, 10080, 12000]


@dataclass(frozen=True)
class Flavour:
    """What a sender may send."""

    lists: frozenset[bool]
    runs: frozenset[bool]
    empties: bool
    addresses: tuple[str | None, ...]
    named: bool = False


NO, YES, BOTH = frozenset({False}), frozenset({True}), frozenset({False, True})
FLAVOURS = {
    "stock": Flavour(NO, NO, empties=False, addresses=("10.0.0.1",)),
    "shared stock": Flavour(NO, NO, empties=False, addresses=("10.0.0.1", "10.0.0.2")),
    "heartbeats": Flavour(NO, NO, empties=True, addresses=("10.0.0.1",)),
    "shared heartbeats": Flavour(NO, NO, empties=True, addresses=("10.0.0.1", "10.0.0.2", None)),
    "named": Flavour(NO, YES, empties=True, addresses=("10.0.0.1", "10.0.0.2"), named=True),
    "lists": Flavour(YES, YES, empties=True, addresses=("10.0.0.1",), named=True),
    "shared lists": Flavour(YES, YES, empties=True, addresses=("10.0.0.1", "10.0.0.2")),
    "anything": Flavour(BOTH, BOTH, empties=True, addresses=("10.0.0.1", "10.0.0.2", "10.0.0.3")),
}


class Histories(RuleBasedStateMachine):
    """One sender. A run may come late, twice, or in parts; a sweep may come at any moment."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.runs: list[Run] = []
        self.acts: list[PersonAction] = []
        self.state = State()
        self.stale = False
        self.incidents: dict[str, Incident] = {}
        self.flavour = FLAVOURS["anything"]
        self.sent = 0

    @initialize(flavour=st.sampled_from(sorted(FLAVOURS)))
    def begin(self, flavour: str) -> None:
        event(flavour)
        self.flavour = FLAVOURS[flavour]

    @rule(minutes=st.sampled_from(WAITS))
    def wait(self, minutes: int) -> None:
        self.now += minutes * MINUTE

    @rule(data=st.data(), wait=st.sampled_from(WAITS[:16]), times=st.integers(1, 6))
    def run_as_usual(self, data: st.DataObject, wait: int, times: int) -> None:
        """The same thing again and again, as servers do."""
        run = self._draw(data)
        for _ in range(times):
            self.now += wait * MINUTE
            self._send(replace(run, run_id=self._id(), moment=self.now, arrival=self.now))

    @rule(data=st.data(), wait=st.sampled_from(WAITS[:14]), times=st.integers(1, 5))
    def two_in_turn(self, data: st.DataObject, wait: int, times: int) -> None:
        """Two servers that speak through one sender, or a share that comes and goes."""
        servers = [self._draw(data), self._draw(data)]
        for turn in range(2 * times):
            self.now += wait * MINUTE
            self._send(replace(servers[turn % 2], run_id=self._id(), moment=self.now, arrival=self.now))

    @rule(data=st.data(), again=st.booleans())
    def run_now(self, data: st.DataObject, again: bool) -> None:
        same = [run for run in self.runs[-3:] if run.parts == 1] if again else []
        run = same[0] if same else self._draw(data)
        self._send(replace(run, run_id=self._id(), moment=self.now, arrival=self.now))

    @rule(data=st.data(), late=st.sampled_from([5, 30, 60, 70, 600, 3000]))
    def run_late(self, data: st.DataObject, late: int) -> None:
        """It was spooled, or its clock tells of a start long ago."""
        moment = max(START - timedelta(days=1), self.now - late * MINUTE)
        self._send(replace(self._draw(data), run_id=self._id(), moment=moment, arrival=self.now))

    @rule(
        data=st.data(),
        wait=st.sampled_from([130, 245, 480, 1500, 3000, 12000]),
        late=st.sampled_from([5, 60, 120, 240, 1400, 2990]),
    )
    def run_that_a_sweep_overtook(self, data: st.DataObject, wait: int, late: int) -> None:
        """Time had its way with what the run, of an earlier moment, then speaks of."""
        self.now += wait * MINUTE
        self.sweep()
        moment = self.now - min(late, wait - 5) * MINUTE
        self._send(replace(self._draw(data), run_id=self._id(), moment=moment, arrival=self.now))

    @rule(data=st.data(), second=st.booleans(), gap=st.sampled_from([0, 5, 10]))
    def run_in_parts(self, data: st.DataObject, second: bool, gap: int) -> None:
        run, other, run_id = self._draw(data), self._draw(data), self._id()
        first = replace(run, run_id=run_id, moment=self.now, arrival=self.now, parts=2)
        at = self.now + gap * MINUTE
        lists = other.listing if first.listing is not None else None
        later = replace(other, run_id=run_id, moment=at, arrival=at, part=2, parts=2, listing=lists)
        later = replace(later, has_run=first.has_run, address=first.address, interval=first.interval)
        self.now = at
        self._send(first, *([later] if second else []))

    @precondition(lambda self: self.runs)
    @rule(data=st.data())
    def same_again(self, data: st.DataObject) -> None:
        """A stream delivers at least once."""
        self._send(data.draw(st.sampled_from(self.runs)))

    @precondition(lambda self: self.state.sender is not None)
    @rule(
        action=st.sampled_from([*SenderAction, IncidentAction.CLOSE]),
        interval=st.sampled_from([None, 10 * MINUTE, 60 * MINUTE, 600 * MINUTE]),
        folder=st.sampled_from(FOLDERS),
    )
    def people(self, action: Any, interval: timedelta | None, folder: str) -> None:
        key = folder_key(folder) if action is IncidentAction.CLOSE else None
        self._act(PersonAction(at=self.now, action_id="", action=action, interval=interval, folder=key))

    @precondition(lambda self: self._unknown())
    @rule(data=st.data())
    def close(self, data: st.DataObject) -> None:
        """By hand, what people see to be unknown."""
        key = data.draw(st.sampled_from(self._unknown()))
        self._act(PersonAction(at=self.now, action_id="", action=IncidentAction.CLOSE, folder=key))

    def _unknown(self) -> list[str]:
        incidents = self._swept().incidents.items()
        return sorted(key for key, one in incidents if one.status is IncidentStatus.UNKNOWN)

    def _act(self, action: PersonAction) -> None:
        action = replace(action, action_id=self._id())
        self.acts.append(action)
        self._remember(action)
        self._rebuild_if_stale()
        try:
            self._apply(apply_action(self.state, action).state)
        except OutOfOrderError:
            self.stale = True

    @rule()
    def sweep(self) -> None:
        """What the service does each minute."""
        self._rebuild_if_stale()
        due = next_check_at(self.state)
        done = advance(self.state, self.now)
        if due is None or due > self.now:
            assert done.changed == ()
            assert replace(done.state, sender=None) == replace(self.state, sender=None)
        self._apply(done.state)
        again = advance(self.state, self.now)
        assert again.changed == ()
        assert again.state == self.state
        # Or each sweep would look at it again.
        due = next_check_at(self.state, self.now)
        assert due is None or due > self.now

    @rule()
    def rebuild(self) -> None:
        """What is kept of the state is what a rebuild gives, and then is what the service goes on with."""
        self._rebuild_if_stale()
        anew = self._rebuilt()
        assert told_of(advance(anew, self.now).state) == told_of(self._swept())
        self._apply(replace(anew, sender=self.state.sender and anew.sender))

    @rule()
    def look(self) -> None:
        """The oracle says the same."""
        self._rebuild_if_stale()
        if self.state.sender is None:
            return
        swept = self._swept()
        oracle = Oracle(self._merged(), self.acts, self.now)
        assert swept.sender is not None
        sender = swept.sender
        assert (sender.kind, sender.state) == (oracle.kind(), oracle.life())
        assert (sender.state, sender.state_since) == sender_state(sender, self.now)
        assert sender.state != "up" or oracle.resumed is None or sender.state_since >= oracle.resumed
        expected = {key: _trouble(troubles[-1]) for key, troubles in oracle.troubles.items()}
        actual = {key: _incident(one) for key, one in swept.incidents.items()}
        if actual != expected:
            note(f"{self.runs}")
        assert actual == expected

    @invariant()
    def lists_are_right(self) -> None:
        """Never falsely cleared, and always cleared within one sweep."""
        if self.stale or self.state.sender is None or self.flavour.lists != YES:
            return
        runs = {(run.moment, run.run_id): run for run in self._merged()}
        swept = self._swept()
        for incident in swept.incidents.values():
            if incident.status is IncidentStatus.CLEARED:
                well = [
                    run
                    for (moment, _), run in runs.items()
                    if moment == incident.ended_at and moment >= incident.seen.at
                    if run.listing is not None and incident.key in run.listing.read and run.complete
                    if incident.key not in {breach.key for breach in run.breaches}
                ]
                assert well, incident
        whole = [run for run in runs.values() if run.complete]
        for run in whole[-1:]:
            assert run.listing is not None
            after = [later for later in runs.values() if later.stamp >= run.stamp]
            breached = {breach.key for later in after for breach in later.breaches}
            for key in run.listing.read - breached:
                assert key not in swept.incidents or not swept.incidents[key].live

    def teardown(self) -> None:
        """Whatever time would still change, too."""
        self.look()
        self.now += timedelta(days=9)
        self.look()

    # How the service does it

    def _send(self, *items: Run) -> None:
        self.runs.extend(items)
        whole = [run for run in self._merged() if run.run_id == items[0].run_id]
        if len(items) == 1 and items[0].parts == 1 and not self.stale:
            self._one(whole[0])
            return
        # Parts: as soon as nothing more can come of it, its sender is replayed.
        self.stale = True

    def _remember(self, action: PersonAction) -> None:
        """For those who keep acts elsewhere, too."""

    def _one(self, run: Run) -> None:
        try:
            done = project(self.state, run)
        except OutOfOrderError:
            self.stale = True
            return
        if done.state.sender != self.state.sender:
            named = {one.incident_id for one in done.changed}
            assert {done.state.incidents[breach.key].incident_id for breach in run.breaches} <= named
            assert all(done.state.incidents[breach.key].seen == run.stamp for breach in run.breaches)
        self._apply(done.state)

    def _rebuild_if_stale(self) -> None:
        if self.stale:
            self._apply(self._rebuilt())
            self.stale = False

    def _rebuilt(self) -> State:
        oldest = min((run.moment for run in self.runs), default=self.now)
        anew = keep_known(self.incidents.values(), replay(self._merged(), self.acts), oldest)
        ids = [one.incident_id for one in anew.incidents]
        assert len(ids) == len(set(ids))
        self.incidents = {one.incident_id: one for one in anew.incidents}
        return anew.state

    def _apply(self, state: State) -> None:
        self.state = state
        self.incidents.update({one.incident_id: one for one in state.incidents.values()})

    def _swept(self) -> State:
        return advance(self.state, self.now).state

    def _merged(self) -> list[Run]:
        return merge_parts(self.runs)

    def _id(self) -> str:
        self.sent += 1
        # Ids are not in the order of time.
        return f"{self.sent * 7919 % 1000:03}-{self.sent}"

    def _draw(self, data: st.DataObject) -> Run:
        flavour = self.flavour
        lists = data.draw(st.sampled_from(sorted(flavour.lists)))
        has_run = lists or data.draw(st.sampled_from(sorted(flavour.runs)))
        least = 0 if flavour.empties else 1
        folders = data.draw(st.lists(st.sampled_from(FOLDERS), min_size=least, max_size=3, unique=True))
        keys = {folder_key(one) for one in folders}
        ways = st.sampled_from(["read", "read", "error", "absent"])
        found = {key: data.draw(ways) for key in map(folder_key, FOLDERS) if key not in keys} if lists else {}
        read = keys | {key for key, how in found.items() if how == "read"}
        errors = tuple(sorted((key, "denied") for key, how in found.items() if how == "error"))
        return Run(
            sender="account",
            run_id="",
            moment=self.now,
            arrival=self.now,
            breaches=tuple(sorted((self._breach(data, one) for one in folders), key=lambda one: one.key)),
            listing=Listing(read=frozenset(read), errors=errors) if lists else None,
            has_run=has_run,
            named=flavour.named,
            interval=data.draw(st.sampled_from([None, None, 30 * MINUTE])) if has_run else None,
            skew=data.draw(st.sampled_from([0, 0, -30, 90])) * MINUTE if has_run else 0 * MINUTE,
            address=data.draw(st.sampled_from(flavour.addresses)),
        )

    def _breach(self, data: st.DataObject, folder: str) -> BreachedFolder:
        # Now and then there is nothing to prove anything by.
        least = data.draw(st.sampled_from([0, 1, 1, 1]))
        hashes = data.draw(st.lists(st.sampled_from(FILES), min_size=least, max_size=2, unique=True))
        age = data.draw(st.sampled_from([None, 0, 30, 100, 5000]))
        return BreachedFolder(
            key=folder_key(folder),
            folder=folder,
            sla=data.draw(st.sampled_from([20, 60])),
            files=max(1, len(hashes)),
            oldest=None if age is None else self.now - age * MINUTE,
            hashes=tuple(sorted(hashes)),
        )


def _incident(one: Incident) -> tuple[object, ...]:
    return (
        one.status,
        one.reason,
        one.opened.run,
        one.breached_since,
        one.seen.run,
        one.seen.at,
        one.sla,
        one.file_count,
        one.peak_file_count,
        one.hashes,
        one.unknown_since if one.reason else None,
        one.ended_at,
        one.cleared_by if one.status is IncidentStatus.CLEARED else None,
        one.between,
        one.reopened,
        one.previous_id is not None,
    )


def _trouble(one: Trouble) -> tuple[object, ...]:
    run, breach = one.sightings[-1]
    return (
        one.status,
        # What was cleared keeps the reason why it had been unknown.
        one.reason,
        one.opened.run_id,
        one.since,
        run.run_id,
        run.moment,
        breach.sla,
        breach.files,
        max(breach.files for _, breach in one.sightings),
        breach.hashes,
        one.unknown_at if one.reason else None,
        one.ended,
        one.how,
        one.between,
        one.reopened,
        one.before is not None,
    )


def told_of(state: State) -> object:
    """All that is known, but for ids: an incident keeps the one that it was first known by."""
    return (
        state.sender,
        state.watched,
        state.sets,
        {key: replace(one, incident_id="", previous_id=None) for key, one in state.incidents.items()},
    )
