"""Time in the rules: intervals, grace periods, and what time alone changes of an incident."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Final

from contract.folders import set_key
from contract.words import IncidentStatus, SenderKind, UnknownReason
from store.incidents import Incident
from store.senders import SHARED_GRACE_PERIOD, grace_period
from store.state import FolderSet, Gap, RunHistory

SHORTEST_GAP: Final = timedelta(minutes=5)
LONGEST_GAP: Final = timedelta(hours=26)
"""A shorter or longer gap between two runs teaches nothing about the interval."""
GAPS: Final = 8
"""How many of the latest gaps are kept."""
GAPS_FOR_A_MEDIAN: Final = 3
GAPS_WITHIN: Final = timedelta(days=7)
"""How long before the last run a gap may have begun that still counts."""
UNKNOWN_INTERVAL: Final = timedelta(minutes=60)

EVIDENCE_HOLDS: Final = timedelta(days=7)
"""How long after the last sighting a file that is still stuck shows that a breach went on."""
AMBIGUOUS_EXPIRES: Final = timedelta(hours=24)
"""How long an incident stays unknown because it is no longer reported, or its set is ambiguous."""
UNKNOWN_EXPIRES: Final = timedelta(days=7)
"""The same for every other reason."""
LOOK_BACK: Final = timedelta(days=14)
"""How far rules look back, but for a sender's kind. A replay is right for what opened later than this after
the oldest run that is kept."""


def is_evidence(then: Iterable[str], seen: datetime, now: Iterable[str], at: datetime) -> bool:
    """Whether a file that was stuck at `seen` is among those stuck `at` a later moment."""
    return at - seen <= EVIDENCE_HOLDS and not set(then).isdisjoint(now)


def is_shared(sender: RunHistory, at: datetime) -> bool:
    """Whether several servers are taken to report through one sender."""
    return shared_by(sender, at) is not None


def shared_by(sender: RunHistory, at: datetime) -> str | None:
    """Why they are, `contradictions` or `addresses`; None where they are not."""
    if sender.shared_until is not None and at < sender.shared_until:
        return "contradictions"
    return "addresses" if sender.has_several_addresses and not sender.named else None


def with_gap(gaps: tuple[Gap, ...], since: datetime, end: datetime) -> tuple[Gap, ...]:
    """The gaps to keep after a run at `end`; one that is too short or too long is not kept."""
    length = end - since
    return (*gaps, Gap(end, length))[-GAPS:] if SHORTEST_GAP <= length <= LONGEST_GAP else gaps


def sender_interval(sender: RunHistory) -> timedelta:
    """How often a sender reports: set by people, else declared, else learnt from its runs."""
    lengths = _recent(sender.gaps, sender.last.at)
    learnt = _median(lengths) if len(lengths) >= GAPS_FOR_A_MEDIAN else UNKNOWN_INTERVAL
    return given_interval(sender) or learnt


def set_interval(sender: RunHistory, gaps: Sequence[Gap], named: datetime) -> timedelta:
    """The same for the server behind a folder set, learnt from the runs that named a folder of it."""
    lengths = _recent(gaps, named)
    few = len(lengths) < GAPS_FOR_A_MEDIAN
    learnt = max(lengths, default=UNKNOWN_INTERVAL) if few else _median(lengths)
    return given_interval(sender) or learnt


def sender_grace_period(sender: RunHistory, *, shared: bool) -> timedelta:
    """How long a sender may be missed. The gaps of a shared one are of several servers and teach nothing."""
    if shared and given_interval(sender) is None:
        return SHARED_GRACE_PERIOD
    return grace_period(sender_interval(sender))


def given_interval(sender: RunHistory) -> timedelta | None:
    """The interval that people set, else the one that the last run declared; None: it has to be learnt."""
    return sender.settings.interval or sender.declared


def _recent(gaps: Sequence[Gap], last: datetime) -> list[timedelta]:
    return [gap.length for gap in gaps if gap.end - gap.length >= last - GAPS_WITHIN]


def _median(lengths: list[timedelta]) -> timedelta:
    ordered, count = sorted(lengths), len(lengths)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


def end_of_grace_period(
    sender: RunHistory, anchor: datetime, known: datetime, length: Callable[[datetime], timedelta]
) -> datetime:
    """When a grace period ends that begins at `anchor` and has the length that it has at a moment.

    Conflicting reports make a sender count as shared until `shared_until`. A deadline after that uses the
    grace period of a sender that is not shared. `known` is the last moment of which anything is known.
    """
    until, at = sender.shared_until, anchor + length(known)
    if until is not None and known < until <= at:
        at = max(until, anchor + length(until))
    return at


@dataclass(frozen=True)
class Deadlines:
    """What time alone changes of a sender's incidents after its last run."""

    sender: RunHistory
    sets: Mapping[str, FolderSet]
    _lengths: dict[tuple[str | None, bool], timedelta] = field(default_factory=dict, compare=False)

    def within_grace_period(self, key: str, since: datetime, at: datetime) -> bool:
        """Whether no run of a folder needs to have come between `since` and `at`."""
        return at <= since + self._length(key, at)

    def due(self, incident: Incident) -> datetime | None:
        """When time alone changes an incident next; None: never."""
        if incident.status is IncidentStatus.OPEN:
            return self._unknown(incident)[0]
        if incident.status is IncidentStatus.UNKNOWN:
            return self._ends(incident)
        return None

    def aged(self, incident: Incident, now: datetime) -> Incident:
        """An incident with what time alone has changed until `now`, that included."""
        if incident.status is IncidentStatus.OPEN:
            since, reason = self._unknown(incident)
            if since > now:
                return incident
            incident = replace(incident, status=IncidentStatus.UNKNOWN, unknown_since=since, reason=reason)
        if incident.status is IncidentStatus.UNKNOWN:
            ends = self._ends(incident)
            if ends <= now:
                retired = self._retired(incident) == ends
                incident = replace(
                    incident,
                    status=IncidentStatus.CLOSED if retired else IncidentStatus.EXPIRED,
                    ended_at=ends,
                )
        return incident

    def _unknown(self, incident: Incident) -> tuple[datetime, UnknownReason]:
        sender, due = self.sender, []
        if sender.kind is not SenderKind.STOCK:
            due.append((self._overdue_at(sender.last.at), UnknownReason.SILENT))
        if sender.kind is not SenderKind.LISTING:
            stock = sender.kind is SenderKind.STOCK
            reason = UnknownReason.NOT_REPORTED if stock else UnknownReason.AMBIGUOUS
            due.append((self._overdue_at(incident.seen.at, incident.key), reason))
        # Where both fall due, "silent".
        return min(due, key=itemgetter(0))

    def _ends(self, incident: Incident) -> datetime:
        since = incident.unknown_since
        assert since is not None  # noqa: S101 - what is unknown has become so
        length = (
            AMBIGUOUS_EXPIRES
            if incident.reason in (UnknownReason.NOT_REPORTED, UnknownReason.AMBIGUOUS)
            else UNKNOWN_EXPIRES
        )
        expires = max(since, incident.said_at or since) + length
        retired = self._retired(incident)
        return expires if retired is None else min(expires, retired)

    def _retired(self, incident: Incident) -> datetime | None:
        retired, since = self.sender.settings.retired_at, incident.unknown_since
        return None if retired is None or since is None else max(retired, since)

    def _overdue_at(self, anchor: datetime, key: str | None = None) -> datetime:
        """When the grace period after `anchor` ends: that of a folder, or of the sender itself.

        Nothing is dated before the last run or action: a grace period that a run made shorter ends with it.
        """
        sender = self.sender
        anchor = max(anchor, sender.settings.unretired_at or anchor)
        at = end_of_grace_period(sender, anchor, sender.last.at, lambda at: self._length(key, at))
        return max(at, sender.last.at, sender.last_action_at or sender.last.at)

    def _length(self, key: str | None, at: datetime) -> timedelta:
        """The grace period of a folder's set for stock and shared senders, of its sender otherwise."""
        mark = is_shared(self.sender, at)
        of_set = key is not None and (mark or self.sender.kind is SenderKind.STOCK)
        place = set_key(key) if key is not None and of_set else None
        known = self._lengths.get((place, mark))
        if known is None:
            known = sender_grace_period(self.sender, shared=mark)
            if place is not None:
                folder_set = self.sets.get(place)
                gaps = folder_set.gaps if folder_set else ()
                named = folder_set.named.at if folder_set else self.sender.last.at
                known = grace_period(set_interval(self.sender, gaps, named))
            self._lengths[place, mark] = known
        return known


def rewound(incident: Incident, to: datetime) -> Incident:
    """An incident without what time changed after `to`, where a run of that moment came after a sweep.

    No run and no action that was applied is dated later than `to`, so time alone changed what is.
    """
    status, since = incident.status, incident.unknown_since
    if incident.ended_at is not None and incident.ended_at > to:
        status = IncidentStatus.UNKNOWN
        incident = replace(incident, status=status, ended_at=None)
    if status is IncidentStatus.UNKNOWN and since is not None and since > to:
        incident = replace(incident, status=IncidentStatus.OPEN, unknown_since=None, reason=None)
    return incident
