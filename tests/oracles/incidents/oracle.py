"""What the rules say, worked out the slow way: every run is kept, and time passes in steps of five minutes.

Shares nothing with `handlers.incidents` but the shape of what goes in. All moments of a history lie on
whole steps, so that whatever time changes, it changes on one.
"""

import ntpath
import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from itertools import pairwise
from statistics import median

from store.runs import BreachedFolder, Run
from store.state import PersonAction

STEP = 5
"""Minutes."""
MINUTE = timedelta(minutes=1)
HOUR = 60
DAY = 24 * HOUR


@cache
def parent(folder: str) -> str:
    windows = folder[1:2] == ":" or folder.startswith("\\\\")
    return ntpath.dirname(folder).rstrip("\\") if windows else posixpath.dirname(folder).rstrip("/")


@dataclass
class Trouble:
    folder: str
    opened: Run
    since: datetime
    sightings: list[tuple[Run, BreachedFolder]]
    status: str = "open"
    reason: str | None = None
    unknown_at: datetime | None = None
    said: datetime | None = None
    ended: datetime | None = None
    how: str | None = None
    between: bool = False
    reopened: int = 0
    before: "Trouble | None" = None

    @property
    def last(self) -> Run:
        return self.sightings[-1][0]

    def has_evidence(self, breach: BreachedFolder, at: datetime) -> bool:
        run, then = self.sightings[-1]
        return at - run.moment <= 7 * DAY * MINUTE and bool(set(then.hashes) & set(breach.hashes))


@dataclass
class Told:
    """A run, and what was thought when it came."""

    run: Run
    shared: bool = False
    mixed: set[str] = field(default_factory=set)


class Oracle:
    def __init__(self, runs: Sequence[Run], acts: Sequence[PersonAction], now: datetime) -> None:
        self.told: list[Told] = []
        self.troubles: dict[str, list[Trouble]] = {}
        self.set_conflicts: dict[str, list[datetime]] = {}
        self.sender_conflicts: list[datetime] = []
        self.interval_set: timedelta | None = None
        self.retired = False
        self.resumed: datetime | None = None
        self.acted: datetime | None = None
        self.now = now
        # What is the same until something happens again.
        self._known: dict[tuple[object, ...], float] = {}
        self._kind: str | None = None
        self._addresses: bool | None = None
        ordered = sorted(runs, key=lambda run: (run.moment, run.run_id))
        self.begin = min([*(run.moment for run in ordered), *(act.at for act in acts), now])
        events: list[tuple[datetime, int, str, Run | PersonAction]] = [
            *((run.moment, 0, run.run_id, run) for run in ordered),
            *((act.at, 1, act.action_id, act) for act in acts),
        ]
        events.sort(key=lambda event: event[:3])
        at = self.begin
        while at <= now:
            while events and events[0][0] == at:
                self._time(at)
                event = events.pop(0)[3]
                if isinstance(event, Run):
                    self._run(event)
                else:
                    self._act(event)
                self._known.clear()
                self._kind = self._addresses = None
            self._time(at)
            at += STEP * MINUTE
        assert not events, "a moment off the grid"

    # What is known of the sender

    @property
    def last(self) -> Run:
        return self.told[-1].run

    def kind(self) -> str:
        if self._kind is None:
            self._kind = self._judged_kind()
        return self._kind

    def _judged_kind(self) -> str:
        if not self.told:
            return "stock"
        if self.last.listing is not None:
            return "listing"
        empties: list[datetime] = []
        shown = None
        for told in self.told:
            run = told.run
            if run.empty:
                empties.append(run.moment)
            third = run.empty and len(empties) >= 3 and run.moment - empties[-3] <= 7 * DAY * MINUTE
            if run.has_run or third:
                shown = run.moment
        if shown is not None and self.last.moment - shown <= 30 * DAY * MINUTE:
            return "regular"
        return "stock"

    def shared(self, at: datetime) -> bool:
        if self._two_strikes(self.sender_conflicts, at, 7):
            return True
        if not self.told or self.last.named:
            return False
        if self._addresses is None:
            self._addresses = self._several_addresses()
        return self._addresses

    def _several_addresses(self) -> bool:
        since = self.last.moment - 7 * DAY * MINUTE
        recent = [told.run.address for told in self.told if told.run.moment >= since]
        often = {one for one in recent if one is not None and recent.count(one) >= 3}
        return len(often) >= 2

    def mixed_up(self, folder: str, at: datetime) -> bool:
        return self._two_strikes(self.set_conflicts.get(parent(folder), []), at, 3)

    @staticmethod
    def _two_strikes(strikes: list[datetime], at: datetime, days: int) -> bool:
        pairs = pairwise(strikes)
        return any(
            two - one <= 24 * HOUR * MINUTE and two <= at < two + days * DAY * MINUTE for one, two in pairs
        )

    def sender_interval(self) -> float:
        known = self._given()
        if known:
            return known
        moments = [told.run.moment for told in self.told]
        gaps = self._gaps(list(pairwise(moments)), moments[-1])
        return median(gaps) if len(gaps) >= 3 else 60

    def set_interval(self, folder: str) -> float:
        known = self._given()
        if known:
            return known
        naming = [
            {breach.key: breach for breach in told.run.breaches if parent(breach.key) == parent(folder)}
            for told in self.told
        ]
        named = [(told.run.moment, names) for told, names in zip(self.told, naming, strict=True) if names]
        if not named:
            return 60
        pairs = [
            (then, later)
            for (then, was), (later, is_now) in pairwise(named)
            if any(key in was and set(was[key].hashes) & set(is_now[key].hashes) for key in is_now)
        ]
        gaps = self._gaps(pairs, named[-1][0])
        return median(gaps) if len(gaps) >= 3 else max(gaps, default=60)

    def _given(self) -> float | None:
        if self.interval_set is not None:
            return self.interval_set / MINUTE
        return self.last.interval / MINUTE if self.told and self.last.interval else None

    @staticmethod
    def _gaps(pairs: list[tuple[datetime, datetime]], last: datetime) -> list[float]:
        counted = [
            (later - then) / MINUTE
            for then, later in pairs
            if 5 <= (later - then) / MINUTE <= 26 * HOUR and then >= last - 7 * DAY * MINUTE
        ]
        return counted[-8:]

    def patience(self, at: datetime, folder: str | None = None) -> float:
        """Of the sender, or of a folder."""
        shared = self.shared(at)
        place = parent(folder) if folder is not None and (shared or self.kind() == "stock") else None
        key = (shared, place)
        if key not in self._known:
            if place is not None and folder is not None:
                self._known[key] = 2 * self.set_interval(folder) + 5
            elif shared and self._given() is None:
                self._known[key] = 25 * HOUR
            else:
                self._known[key] = 2 * self.sender_interval() + 5
        return self._known[key]

    def passed(self, since: datetime, until: datetime) -> float:
        """Minutes."""
        return (until - since) / MINUTE

    def life(self) -> str:
        if self.retired:
            return "retired"
        if self.kind() == "stock":
            return "up"
        heard = max(told.run.arrival for told in self.told)
        since = max(heard, self.resumed or heard)
        known = max(since, self.acted or since)
        at = known
        while at <= self.now:
            if self.passed(since, at) >= self.patience(at):
                return "silent"
            at += STEP * MINUTE
        if self.shared(known) and self._given() is None:
            return "up"
        return "late" if self.passed(since, self.now) >= self.sender_interval() + 5 else "up"

    # What happens

    def _time(self, at: datetime) -> None:
        for troubles in self.troubles.values():
            trouble = troubles[-1]
            if trouble.status == "open":
                reason = self._lost(trouble, at)
                if reason is not None:
                    trouble.status, trouble.reason, trouble.unknown_at = "unknown", reason, at
            if trouble.status == "unknown":
                assert trouble.unknown_at is not None
                since = max(trouble.unknown_at, trouble.said or trouble.unknown_at)
                limit = DAY if trouble.reason in ("not_reported", "ambiguous") else 7 * DAY
                if self.retired:
                    trouble.status, trouble.ended = "closed", at
                elif at - since >= limit * MINUTE:
                    trouble.status, trouble.ended = "expired", at

    def _lost(self, trouble: Trouble, at: datetime) -> str | None:
        kind = self.kind()

        def waited(since: datetime) -> float:
            return self.passed(max(since, self.resumed or since), at)

        if kind != "stock" and waited(self.last.moment) >= self.patience(at):
            return "silent"
        if kind != "listing" and waited(trouble.last.moment) >= self.patience(at, trouble.folder):
            return "not_reported" if kind == "stock" else "ambiguous"
        return None

    def _act(self, act: PersonAction) -> None:
        if act.action == "retire":
            self.retired = True
        elif act.action == "unretire":
            if self.retired:
                self.resumed = act.at
            self.retired = False
        elif act.action == "set_interval":
            self.interval_set = act.interval
        elif act.action == "close":
            for trouble in self.troubles.get(act.folder or "", [])[-1:]:
                if trouble.status == "unknown":
                    trouble.status, trouble.ended = "closed", act.at
        if self.told:
            self.acted = act.at

    def _run(self, run: Run) -> None:
        at = run.moment
        told = Told(run, shared=bool(self.told) and self.shared(at))
        breaches = {breach.key: breach for breach in run.breaches}
        latest = {folder: troubles[-1] for folder, troubles in self.troubles.items()}
        wrong = {
            folder
            for folder, breach in breaches.items()
            if folder in latest
            and latest[folder].status == "cleared"
            and latest[folder].how in ("left_out", "empty")
            and latest[folder].has_evidence(breach, at)
        }
        same = {folder for folder, breach in breaches.items() if self._same(latest.get(folder), breach, at)}
        for place in {parent(folder) for folder in wrong if latest[folder].how == "left_out"}:
            self.set_conflicts.setdefault(place, []).append(at)
        if any(latest[folder].how == "empty" for folder in wrong):
            self.sender_conflicts.append(at)
        told.mixed = {place for place in self.set_conflicts if self.mixed_up(place + "\\x", at)} | {
            place for place in self.set_conflicts if self.mixed_up(place + "/x", at)
        }
        bounds = {folder: self._last_without(folder, at) for folder in breaches}
        self.retired = False
        for folder, trouble in latest.items():
            if folder not in breaches and trouble.status in ("open", "unknown"):
                self._absent(told, trouble)
        for folder, breach in breaches.items():
            if folder in same or folder in wrong:
                trouble = latest[folder]
                trouble.reopened += trouble.status == "cleared"
                trouble.status, trouble.reason, trouble.unknown_at, trouble.said = "open", None, None, None
                trouble.ended, trouble.how, trouble.between = None, None, False
                trouble.sightings.append((run, breach))
                continue
            before = latest.get(folder)
            if before is not None and before.status == "unknown":
                before.status, before.ended = "expired", at
            since = at
            if breach.oldest is not None:
                since = breach.oldest + run.skew + breach.sla * MINUTE
                floor = [moment for moment in (bounds[folder], before and before.last.moment) if moment]
                since = min(max([since, *(one for one in floor if at - one <= 14 * DAY * MINUTE)]), at)
            self.troubles.setdefault(folder, []).append(
                Trouble(folder, run, since, [(run, breach)], before=before)
            )
        self.told.append(told)

    def _same(self, trouble: Trouble | None, breach: BreachedFolder, at: datetime) -> bool:
        if trouble is None:
            return False
        proof = trouble.has_evidence(breach, at)
        patience = self.patience(at, trouble.folder)
        if trouble.status == "cleared":
            assert trouble.ended is not None
            return self.within(trouble.last.moment if trouble.between else trouble.ended, at, patience)
        if trouble.status == "unknown":
            return proof or self.within(trouble.last.moment, at, patience)
        return trouble.status == "open" or proof

    def within(self, since: datetime, at: datetime, patience: float) -> bool:
        return self.passed(since, at) <= patience

    def _absent(self, told: Told, trouble: Trouble) -> None:
        run, folder = told.run, trouble.folder
        how = reason = None
        if run.complete and run.listing is not None:
            if folder in dict(run.listing.errors):
                reason = "unreadable"
            elif folder in run.listing.read:
                how = "listed"
            else:
                reason = "unwatched"
        elif self._would_name(told, folder):
            how = "empty" if run.empty else "left_out"
        if how is not None:
            trouble.between = trouble.status == "unknown"
            trouble.status, trouble.ended, trouble.how = "cleared", run.moment, how
        if reason is not None:
            if trouble.status == "open":
                trouble.unknown_at = run.moment
            trouble.status, trouble.reason, trouble.said = "unknown", reason, run.moment

    def _would_name(self, told: Told, folder: str) -> bool:
        run = told.run
        if not run.complete:
            return False
        if run.listing is not None:
            return folder in run.listing.read
        if parent(folder) in told.mixed:
            return False
        if run.empty:
            return not told.shared
        return any(parent(breach.key) == parent(folder) for breach in run.breaches)

    def _last_without(self, folder: str, at: datetime) -> datetime | None:
        """The last run of the last 14 days that would have named the folder, and did not."""
        for told in reversed(self.told):
            if at - told.run.moment > 14 * DAY * MINUTE:
                return None
            if self._would_name(told, folder) and folder not in {one.key for one in told.run.breaches}:
                return told.run.moment
        return None
