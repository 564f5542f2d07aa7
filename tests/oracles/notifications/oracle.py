"""Checks the notifications that one recipient got against the history.

Written from what is promised. It decides nothing: it is given all that happened, and looks for
what was broken.
Shares nothing with `handlers.notifications`. Moments of a transcript grow, and are whole minutes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta

from contract.owners.model import Owner, Topic
from contract.words import NotificationKind as K
from store.incidents import Incident
from store.notifications import Recipient
from store.senders import Sender
from tests.oracles.notifications.fixtures import ARRIVED, FAILED, UNRECORDED, Outcome, Sweep, Thing, Word

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
RETRIES = [1, 2, 5, 15, 30, 60]

STUCK = {K.NEW, K.ESCALATED, K.WORSE, K.STILL_OPEN, K.REOPENED, K.STILL_STUCK}
ENDS = {K.CLEARED, K.NOT_REPORTED, K.EXPIRED, K.CLOSED}
SOON = {K.NEW, K.ESCALATED, K.REOPENED, K.STILL_STUCK, K.SILENT, K.UNREADABLE}
"""What is told within three minutes. Ends take five, and the rest half an hour."""
LOST = "lost"
"""In place of the last word: it was given up."""
Last = K | str | None

GOES_ON = {K.WORSE, K.STILL_OPEN, K.UNKNOWN} | ENDS
FOLLOWS: dict[Last, set[K]] = {
    None: {K.NEW, K.ESCALATED, K.UNKNOWN, K.SILENT, K.UNREADABLE},
    **dict.fromkeys(STUCK, GOES_ON),
    K.UNKNOWN: {K.STILL_OPEN} | ENDS,
    K.NOT_REPORTED: {K.STILL_STUCK, K.CLEARED},
    K.CLEARED: {K.REOPENED, K.UNKNOWN},
    K.EXPIRED: {K.STILL_STUCK, K.UNKNOWN},
    K.CLOSED: {K.STILL_STUCK, K.UNKNOWN},
    K.SILENT: {K.BACK, K.NOT_EXPECTED},
    K.UNREADABLE: {K.READABLE, K.NOT_EXPECTED},
    LOST: {K.STILL_OPEN, K.UNKNOWN},
}
"""What may be said after a word."""


@dataclass
class Failing:
    kind: K
    first: datetime
    last: datetime
    place: int
    """In the order of all that happened."""
    times: int = 1

    def due(self) -> datetime:
        wait = RETRIES[min(self.times, len(RETRIES)) - 1] * MINUTE
        return min(self.last + wait, max(self.first + 6 * HOUR, self.last))


@dataclass
class File:
    """All that the oracle notes of one thing."""

    lasts: set[Last] = field(default_factory=lambda: {None})
    """What the last word may be, as far as anybody knows: more than one where an attempt was cut off."""
    read: K | None = None
    """The last word that did arrive."""
    since: datetime | None = None
    """When the last word was recorded, or given up."""
    recorded: K | None = None
    numbers: tuple[int, timedelta | None] | None = None
    """Files and wait as they were then; None where it is not sure that they were read."""
    owed: tuple[frozenset[K], datetime] | None = None
    """What is owed, and since when."""
    again: K | None = None
    """What was cut off at the last sweep, and is due again."""
    failing: Failing | None = None
    heard_of: datetime | None = None
    """Of a sender, its last run when it was last said to be silent."""
    over_since: datetime | None = None
    """Since when its end is owed."""
    taken: set[datetime | None] = field(default_factory=set)
    """Until when somebody is on it, as was told or may have been; since when that is owed, and went wrong."""
    taken_since: datetime | None = None
    taken_late: bool = False
    doubted: bool = False
    reminded: bool = False


class Oracle:
    """Of one recipient."""

    def __init__(self, recipient: Recipient) -> None:
        self.recipient = recipient
        self.owner = recipient.owner
        told = [*self.owner.notify_on, *([Topic.NEW] if recipient.after is not None else [])]
        self.events = recipient.channel.kind in ("pagerduty", "webhook")
        """Whether it gets single events, and who is on what whatever it wants."""
        told += [Topic.ACKNOWLEDGED] if self.events else []
        self.kinds = {K.ESCALATED, *(kind for kind in K if kind.word in told)}
        self.files: dict[Thing, File] = {}
        self.sweeps: list[Sweep] = []
        self.last: datetime | None = None
        """When anything was last delivered, and its place in the order of all that happened."""
        self.last_place = 0
        self.place = 0
        self.cut_off = 0
        self.storm: datetime | None = None
        """The last digest: for two hours after one, beginnings wait for others as long as ends do."""
        self.stormed: set[Thing] = set()
        """What was in any: once there are twenty, ends of these may wait for each other."""

    def judge(self, sweep: Sweep) -> None:
        self.sweeps.append(sweep)
        self._digests(sweep)
        if not sweep.enabled:
            for file in self.files.values():
                file.owed = file.again = file.failing = None
            self._hold(not sweep.attempts, "nothing is sent over a channel that is disabled")
            return
        things = self._things(sweep)
        for thing in things:
            self._forget(thing, sweep)
        self._rounds(sweep)
        for thing in things:
            self._due(thing, sweep)
            self._overdue(thing, sweep)
            self._taken(thing, sweep)
        for word, outcome in sweep.words():
            self._take(word, outcome, sweep)
        for attempt in sweep.attempts:
            if len(attempt.words) > 1 and attempt.outcome in ARRIVED:
                self.storm = sweep.now
                self.stormed |= {word.thing for word in attempt.words}

    def at_rest(self, sweep: Sweep) -> None:
        """Long after the last fault and change: whoever was told of trouble was told its end."""
        for thing, file in self.files.items():
            if file.read is None or Topic.ENDED not in self.owner.notify_on:
                continue
            if thing[0] == "incident" and (incident := sweep.incidents.get(thing[1])) and not incident.live:
                known = file.read in ENDS or file.lasts <= {None, LOST} or file.lasts & ENDS
                self._hold(bool(known), f"{thing} is {incident.status}, and was told {file.read} last")

    # What may be said of a thing at a sweep.

    def may_say(self, kind: K, thing: Thing, sweep: Sweep) -> bool:
        """Whether a word is true, and may be said to this recipient now."""
        if kind not in self.kinds or (kind not in ENDS and in_quiet_hours(self.owner, sweep.now)):
            return False
        if kind is K.ACKNOWLEDGED:
            known = sweep.incidents.get(thing[1])
            until = known.acknowledged_until if known is not None and known.live else None
            return until is not None and sweep.now < until
        if thing[0] == "incident":
            incident = sweep.incidents.get(thing[1])
            return incident is not None and self._true(kind, incident) and self._heard(kind, incident, sweep)
        sender = sweep.senders.get(thing[1])
        if sender is None:
            return False
        if kind is K.NOT_EXPECTED:
            no_report = thing[0] == "sender" and sender.state != "silent" and not self._spoke(sender)
            return sender.state == "retired" or no_report
        if thing[0] == "sender":
            return (sender.state == "silent") == (kind is K.SILENT) and sender.state != "retired"
        unreadable = any(one.folder.lower() == thing[2] for one in sender.unreadable_folders)
        return sender.state in ("up", "late") and unreadable == (kind is K.UNREADABLE)

    def _taken(self, thing: Thing, sweep: Sweep) -> None:
        """Whether somebody is on it was told within five minutes to whoever knows of it."""
        file = self.files[thing]
        knows = file.lasts <= STUCK | {K.UNKNOWN} and file.read is not None
        said = any(word.thing == thing for word, _ in sweep.words())
        owed = thing[0] == "incident" and knows and self.may_say(K.ACKNOWLEDGED, thing, sweep)
        until = sweep.incidents[thing[1]].acknowledged_until if owed else None
        if not owed or until in file.taken or said or file.failing or file.again or file.doubted:
            file.taken_since = None
            return
        file.taken_since = file.taken_since or sweep.now
        soon = file.taken_late or sweep.now - file.taken_since < 5 * MINUTE
        self._hold(soon, f"{thing}: nobody heard who is on it")

    def _heard(self, kind: K, incident: Incident, sweep: Sweep) -> bool:
        holds = (incident.acknowledged_until, incident.snoozed_until)
        held = any(until is not None and sweep.now < until for until in holds)
        return kind in ENDS or (incident.owner == self.owner.name and not held)

    def _true(self, kind: K, incident: Incident) -> bool:
        if kind in STUCK:
            return incident.status == "open"
        if kind is K.NOT_REPORTED:
            return incident.status == "unknown" and incident.reason == "not_reported"
        if kind is K.UNKNOWN:
            return incident.status == "unknown" and not self._noticed(incident)
        return kind.reason == incident.status.value

    def _noticed(self, incident: Incident) -> bool:
        """Whether it is quiet, or a notice says that nobody can tell."""
        notice = self.recipient.after is None and Topic.SERVER in self.owner.notify_on
        return incident.reason in ("not_reported", "silent") or (incident.reason == "unreadable" and notice)

    # What a reader who read this last has to be told.

    def mends(self, last: Last, thing: Thing, sweep: Sweep) -> set[K]:
        """The words that set right what a reader believes who read `last`."""
        first, sender = self.recipient.after is None, sweep.senders.get(thing[1])
        if thing[0] == "folder":
            mine = last is not None or self._my_folder(thing, sweep)
            return FOLLOWS.get(last, set()) & {K.UNREADABLE, K.READABLE, K.NOT_EXPECTED} if mine else set()
        if thing[0] == "sender":
            begins = first and sender is not None and sender.owner == self.owner.name
            if last is None or sender is None:
                return {K.SILENT} if begins else set()
            return FOLLOWS.get(last, set()) & {K.NOT_EXPECTED, *([K.BACK] if self._spoke(sender) else [])}
        if last is None:
            return {K.NEW, K.UNKNOWN} if first else {K.ESCALATED}
        goes_on = {K.WORSE} if last is K.UNKNOWN else {K.WORSE, K.STILL_OPEN}
        seen = last in STUCK | {K.UNKNOWN}
        return FOLLOWS[last] - goes_on - (set() if first or seen else {K.UNKNOWN})

    def _spoke(self, sender: Sender) -> bool:
        before = self.files[("sender", sender.key)].heard_of
        return before is not None and sender.last_run_at != before

    def _my_folder(self, thing: Thing, sweep: Sweep) -> bool:
        folders = sweep.senders[thing[1]].unreadable_folders if thing[1] in sweep.senders else ()
        mine = any(one.folder.lower() == thing[2] and one.owner == self.owner.name for one in folders)
        return mine and self.recipient.after is None

    # The promises.

    def _digests(self, sweep: Sweep) -> None:
        total = sum(sweep.planned)
        few = all(lines == 1 for lines in sweep.planned)
        alone = self.events or total < 5
        self._hold(few if alone else len(sweep.planned) <= 2, "five at once are one digest, fewer are none")

    def _forget(self, thing: Thing, sweep: Sweep) -> None:
        """What nobody needs to know any more."""
        file = self.files.setdefault(thing, File())
        if thing[0] != "incident":
            begins = K.SILENT if thing[0] == "sender" else K.UNREADABLE
            if LOST in file.lasts and not self.may_say(begins, thing, sweep):
                file.lasts |= {None}
            return
        incident = sweep.incidents[thing[1]]
        for last in set(file.lasts):
            gone = not incident.live and (
                last is LOST or (last in STUCK | {K.UNKNOWN} and Topic.ENDED not in self.owner.notify_on)
            )
            foreign = incident.owner != self.owner.name and last not in STUCK | {K.UNKNOWN}
            if gone or foreign:
                file.lasts = (file.lasts - {last}) | {None}
            if last is K.NOT_REPORTED and incident.status in ("expired", "closed"):
                file.lasts |= {K.EXPIRED}
            long_ago = file.since is not None and sweep.now - file.since > timedelta(days=8)
            if last in (K.CLEARED, K.EXPIRED, K.CLOSED) and not incident.live and long_ago:
                file.lasts |= {None}

    def _rounds(self, sweep: Sweep) -> None:
        """Whether messages gather what comes together."""
        if not sweep.attempts or self.last is None:
            return
        gap = sweep.now - self.last
        reasons = [self._reason(word, gap, sweep) for word, _ in sweep.words()]
        self._hold(any(reasons), f"{sweep.now:%d %H:%M}: {sweep.words()} could wait, {gap} after the last")

    def _reason(self, word: Word, gap: timedelta, sweep: Sweep) -> bool:
        """Whether a word was due by itself."""
        file = self.files[word.thing]
        if file.failing or file.again or file.doubted or file.taken_late:
            return True
        since, own = self._true_since(word, sweep), self._own_wait(word.kind)
        within = self._within(word.kind, sweep.now, at_most=False)
        least = (5 if word.kind in SOON | ENDS | {K.ACKNOWLEDGED} else 30) * MINUTE
        # Or it did not fit in then.
        return gap >= least or sweep.now - since >= within or since + own <= sweep.now - gap

    def _within(self, kind: K, now: datetime, *, at_most: bool = True) -> timedelta:
        """How long a word may be true before it is said, or how long it may wait for others."""
        if kind in ENDS | {K.ACKNOWLEDGED}:
            return 5 * MINUTE
        if kind not in SOON:
            return 30 * MINUTE
        lasts = self.storm is not None and now - self.storm <= 2 * HOUR
        return self._own_wait(kind) + (5 if lasts and at_most else 1) * MINUTE

    def _end_within(self, thing: Thing) -> timedelta:
        """How long an end may wait: longer where many began together."""
        return (30 if thing in self.stormed and len(self.stormed) >= 20 else 5) * MINUTE

    def _own_wait(self, kind: K) -> timedelta:
        if kind in ENDS | {K.ACKNOWLEDGED}:
            return 0 * MINUTE
        if self.recipient.after is not None and kind in SOON:
            return max(self.recipient.after, 2 * MINUTE)
        return 2 * MINUTE

    def _true_since(self, word: Word, sweep: Sweep) -> datetime:
        """The first of the sweeps, without a break, at which it could be said."""
        since = sweep.now
        for before in reversed(self.sweeps):
            if not before.enabled:
                # What waited when the channel was disabled is said at once when it is enabled.
                return before.now - 24 * HOUR
            if self.may_say(word.kind, word.thing, before):
                since = before.now
            elif not (word.kind in SOON and self._waits_on(word.thing, before)):
                break
        return since

    def _waits_on(self, thing: Thing, sweep: Sweep) -> bool:
        """Whether an escalation waits on: nobody can tell whether it is stuck still, and nobody is on it."""
        incident = sweep.incidents.get(thing[1]) if thing[0] == "incident" else None
        if self.recipient.after is None or incident is None or incident.status != "unknown":
            return False
        return not in_quiet_hours(self.owner, sweep.now) and self._heard(K.ESCALATED, incident, sweep)

    def _due(self, thing: Thing, sweep: Sweep) -> None:
        """Whether what had to be said at this sweep was."""
        file = self.files[thing]
        said = [word.kind for word, _ in sweep.words() if word.thing == thing]
        mends = [
            {kind for kind in self.mends(last, thing, sweep) if self.may_say(kind, thing, sweep)}
            for last in file.lasts
        ]
        owed = frozenset[K]().union(*mends) if all(mends) else frozenset()
        if file.again is not None:
            due_again = any(file.again in one for one in mends)
            self._hold(not due_again or file.again in said, f"{thing}: {file.again} was cut off")
            file.again = None
        waits_on = self._waits_on(thing, sweep) and not file.lasts & (STUCK | {K.UNKNOWN})
        if file.failing is not None and not (waits_on and file.failing.kind in SOON):
            self._retried(file, thing, said, any(file.failing.kind in one for one in mends), sweep)
        if not owed:
            file.owed = file.owed if waits_on else None
        elif file.owed is None or file.owed[0] != owed:
            file.owed = (owed, sweep.now)
        self._read_and_over(file, thing, bool(said), sweep)
        if owed and file.owed is not None and file.failing is None:
            since = file.owed[1]
            within = max(self._end_within(thing), *(self._within(kind, sweep.now) for kind in file.owed[0]))
            soon = bool(said) or sweep.now - since < within
            self._hold(soon, f"{thing}: {sorted(owed)} is owed since {since}, and it is {sweep.now}")

    def _read_and_over(self, file: File, thing: Thing, said: bool, sweep: Sweep) -> None:
        """Whoever did read that something is stuck is told its end, recorded or not that it was read."""
        incident = sweep.incidents.get(thing[1]) if thing[0] == "incident" else None
        over = incident is not None and not incident.live and Topic.ENDED in self.owner.notify_on
        if not over or said or file.failing or file.read not in STUCK or file.read not in file.lasts:
            file.over_since = None
            return
        file.over_since = file.over_since or sweep.now
        soon = sweep.now - file.over_since < self._end_within(thing)
        self._hold(soon, f"{thing}: {file.read} was read, and no end")

    def _retried(self, file: File, thing: Thing, said: Sequence[K], true: bool, sweep: Sweep) -> None:
        failing = file.failing
        assert failing is not None
        goes_on = failing.kind in (K.WORSE, K.STILL_OPEN)
        if not (self.may_say(failing.kind, thing, sweep) if goes_on else true):
            file.failing = None
            return
        works = self.last_place > failing.place
        works_now = any(outcome is Outcome.RECORDED for _, outcome in sweep.words())
        due = sweep.now >= failing.due() or works
        if failing.kind in said:
            self._hold(due or works_now or goes_on, f"{thing}: {failing.kind} is tried again too soon")
        elif due:
            self._hold(goes_on, f"{thing}: {failing.kind} is due again since {failing.due():%d %H:%M}")
            file.failing = None

    def _take(self, word: Word, outcome: Outcome, sweep: Sweep) -> None:
        file = self.files[word.thing]
        kind, now = word.kind, sweep.now
        self.place += 1
        if kind is K.SILENT:
            file.heard_of = sweep.senders[word.thing[1]].last_run_at
        self._hold(self.may_say(kind, word.thing, sweep), f"{word} is not true, or not for now or for it")
        if kind is K.ACKNOWLEDGED:
            until = sweep.incidents[word.thing[1]].acknowledged_until
            self._hold(bool(file.lasts & (STUCK | {K.UNKNOWN})), f"{word}: nobody heard of it")
            self._hold(file.taken_late or until not in file.taken, f"{word} was said")
            file.taken_late = outcome is not Outcome.RECORDED
            file.taken |= {until} if outcome in (*ARRIVED, *UNRECORDED) else set()
            if outcome is Outcome.RECORDED:
                self.last, self.last_place = now, self.place
            return
        follows = [last for last in file.lasts if kind in FOLLOWS.get(last, set())]
        self._hold(bool(follows), f"{word} cannot follow {file.lasts}")
        if self.recipient.after is not None:
            self._hold(kind is not K.NEW, "the next channels are told what was not acknowledged")
        else:
            self._hold(kind is not K.ESCALATED, "nothing is escalated to the first channels")
        waits = kind not in ENDS | {K.WORSE, K.STILL_OPEN} and not file.again and not file.failing
        if waits:
            true = self._true_since(word, sweep)
            self._hold(now - true >= self._own_wait(kind), f"{word} was true since {true:%H:%M} alone")
        if kind in (K.WORSE, K.STILL_OPEN):
            self._goes_on(word, file, sweep)
        if outcome in ARRIVED:
            file.read = kind
        if outcome is Outcome.UNSENT:
            return
        if outcome in FAILED:
            self._failed(file, word, outcome, now)
            return
        self.cut_off += outcome in UNRECORDED
        if outcome in UNRECORDED:
            file.lasts |= {kind}
            file.again, file.doubted = kind, True
            return
        self._recorded(file, word, sweep)
        self.last, self.last_place = now, self.place

    def _failed(self, file: File, word: Word, outcome: Outcome, now: datetime) -> None:
        if file.failing is None or file.failing.kind is not word.kind:
            file.failing = Failing(word.kind, now, now, self.place)
        else:
            file.failing.last, file.failing.place = now, self.place
            file.failing.times += 1
        file.doubted |= outcome is Outcome.TIMED_OUT
        if outcome is Outcome.TIMED_OUT:
            file.lasts |= {word.kind}
        if now - file.failing.first >= 6 * HOUR:
            heard = {word.kind} if file.doubted else set[Last]()
            if word.kind in ENDS | {K.BACK, K.READABLE, K.NOT_EXPECTED}:
                # Forgotten: what opens again begins anew, with a first reminder after four hours.
                file.lasts, file.reminded = {None, *heard}, False
            else:
                known = file.lasts & (STUCK | {K.UNKNOWN})
                # Where it may be lost, an early reminder is no mistake.
                file.reminded = file.lasts == known and self._is_reminder(word, file)
                lost = {LOST} if file.lasts - known else set()
                file.lasts = {*heard, *({word.kind} if known else ()), *lost}
            file.failing, file.owed, file.since, file.numbers = None, None, now, None
            file.recorded = word.kind

    def _is_reminder(self, word: Word, file: File) -> bool:
        return word.kind is K.STILL_OPEN or (word.kind is K.WORSE and file.reminded)

    def _recorded(self, file: File, word: Word, sweep: Sweep) -> None:
        incident = sweep.incidents.get(word.thing[1])
        file.reminded = self._is_reminder(word, file)
        over = word.kind in (K.BACK, K.READABLE, K.NOT_EXPECTED)
        file.lasts = {None if over else word.kind}
        file.since, file.recorded, file.doubted = sweep.now, word.kind, False
        file.owed = file.failing = None
        file.numbers = (incident.file_count, incident.wait(sweep.now)) if incident else None

    def _goes_on(self, word: Word, file: File, sweep: Sweep) -> None:
        """Whether there is a reason to say again that something is stuck."""
        if file.doubted or file.recorded is None or file.since is None or file.failing:
            return
        if word.kind is K.STILL_OPEN:
            rest = 24 * HOUR if file.reminded else 4 * HOUR
            late = K.UNKNOWN in file.lasts or sweep.now - file.since >= rest
            self._hold(late, f"{word}: {file.recorded} was said at {file.since}")
            return
        if file.numbers is None:
            return
        incident, (files, _) = sweep.incidents[word.thing[1]], file.numbers
        twice = self._waits_twice_as_long(word.thing, sweep) or incident.file_count >= 2 * files
        self._hold(twice, f"{word}: it is not twice as bad as was said")
        soon = sweep.now - file.since < 2 * HOUR
        much = incident.file_count >= 10 * files
        self._hold(not soon or much, f"{word}: {file.recorded} was said a moment ago")

    def _waits_twice_as_long(self, thing: Thing, sweep: Sweep) -> bool:
        """Whether its oldest file waits twice as long as was said."""
        incident, numbers = sweep.incidents.get(thing[1]), self.files[thing].numbers
        if incident is None or numbers is None or numbers[1] is None:
            return False
        return (incident.wait(sweep.now) or timedelta()) >= 2 * max(numbers[1], incident.sla * MINUTE)

    def _overdue(self, thing: Thing, sweep: Sweep) -> None:
        """Whether a reminder, or that it is worse, was to be said by now."""
        file = self.files[thing]
        numbers = file.numbers
        if file.recorded not in STUCK or not file.since or not numbers or file.doubted or file.failing:
            return
        since = sweep.now - 32 * MINUTE
        lately = [before for before in self.sweeps[-40:] if before.now >= since]
        whole = len({before.now for before in lately}) >= 32 and all(before.enabled for before in lately)
        if not whole or file.lasts != {file.recorded} or file.since > since:
            return
        # A reminder that has just become "worse" is another notice, which waits for others in its turn.
        longer, was_longer = (self._waits_twice_as_long(thing, one) for one in (sweep, lately[0]))
        known = (before.incidents.get(thing[1]) for before in lately)
        files = min(one.file_count for one in known if one is not None)
        worse = files >= (10 if since - file.since < 2 * HOUR else 2) * numbers[0]
        rest = 24 * HOUR if file.reminded else 4 * HOUR
        remind = (was_longer or not longer) and since - file.since >= rest
        for kind, due in ((K.STILL_OPEN, remind), (K.WORSE, worse)):
            owed = due and all(self.may_say(kind, thing, before) for before in lately)
            self._hold(not owed, f"{thing}: {kind} was due, with {files} files after {numbers}")

    def _things(self, sweep: Sweep) -> list[Thing]:
        found: list[Thing] = [("incident", key) for key in sweep.incidents]
        for key, sender in sweep.senders.items():
            found += [("sender", key)]
            found += [("folder", key, one.folder.lower()) for one in sender.unreadable_folders]
        return list(dict.fromkeys([*found, *(thing for thing in self.files if thing[0] == "folder")]))

    def _hold(self, kept: bool, promise: str) -> None:
        if not kept:
            raise AssertionError(promise)


def in_quiet_hours(owner: Owner, now: datetime) -> bool:
    """Slowly: by the clock on the owner's wall."""
    local = now.astimezone(owner.zone_info)
    wall = time(local.hour, local.minute, local.second)
    for hours in owner.quiet_hours:
        today, yesterday = local.weekday() in hours.days, (local.weekday() - 1) % 7 in hours.days
        if hours.end > hours.start:
            if today and hours.start <= wall < hours.end:
                return True
        elif (today and wall >= hours.start) or (yesterday and wall < hours.end):
            return True
    return False
