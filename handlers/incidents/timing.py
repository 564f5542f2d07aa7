"""Every length of time and every count that the rules name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from contract.folders import set_key
from contract.moments import Hours
from contract.words import IncidentStatus, SenderKind, UnknownReason
from handlers.projection.store_incidents import Incident
from handlers.projection.store_state import FolderSet, Gap, RunHistory

SHORTEST_GAP: Final = timedelta(minutes=5)
LONGEST_GAP: Final = timedelta(hours=26)
"""A gap between two runs outside these two teaches nothing of the interval."""
GAPS: Final = 8
GAPS_FOR_A_MEDIAN: Final = 3
GAPS_WITHIN: Final = timedelta(days=7)
UNKNOWN_INTERVAL: Final = timedelta(minutes=60)
GRACE: Final = timedelta(minutes=5)
SHARED_PATIENCE: Final = timedelta(hours=25)

PROOF_HOLDS: Final = timedelta(days=7)

UNPROVEN_LAPSES: Final = timedelta(hours=24)
UNKNOWN_LAPSES: Final = timedelta(days=7)
LOOK_BACK: Final = timedelta(days=14)
"""No rule but the kind of a sender looks back further, so that a rebuild from the runs kept is right."""


_FURTHEST: Final = timedelta(days=400)
"""Where the search for expected time ends."""


def over(anchor: datetime, patience: timedelta, hours: Hours | None) -> datetime:
    """When this much expected time has passed since `anchor`."""
    if hours is None or not hours.days:
        return anchor + patience
    left = patience
    for begin, end in hours.windows(anchor):
        if begin + left <= end:
            return begin + left
        left -= end - begin
        if end - anchor > _FURTHEST:
            break
    return anchor + _FURTHEST


def proves(then: Iterable[str], seen: datetime, now: Iterable[str], at: datetime) -> bool:
    """Whether a file of those stuck at `seen` is among those stuck `at` a later moment."""
    return at - seen <= PROOF_HOLDS and not set(then).isdisjoint(now)


def shared(sender: RunHistory, at: datetime) -> bool:
    """Whether several servers are taken to speak through it."""
    struck = sender.struck_until is not None and at < sender.struck_until
    return struck or (sender.mixed_addresses and not sender.named)


def with_gap(gaps: tuple[Gap, ...], since: datetime, end: datetime) -> tuple[Gap, ...]:
    """The gaps to keep after a run; one too short or too long does not count."""
    length = end - since
    return (*gaps, Gap(end, length))[-GAPS:] if SHORTEST_GAP <= length <= LONGEST_GAP else gaps


def sender_interval(sender: RunHistory) -> timedelta:
    """Set by people, else declared, else learnt from its runs."""
    lengths = _recent(sender.gaps, sender.last.at)
    learnt = _median(lengths) if len(lengths) >= GAPS_FOR_A_MEDIAN else UNKNOWN_INTERVAL
    return given_interval(sender) or learnt


def set_interval(sender: RunHistory, gaps: Sequence[Gap], named: datetime) -> timedelta:
    """Set by people, else declared, else learnt from the runs that named the set."""
    lengths = _recent(gaps, named)
    few = len(lengths) < GAPS_FOR_A_MEDIAN
    learnt = max(lengths, default=UNKNOWN_INTERVAL) if few else _median(lengths)
    return given_interval(sender) or learnt


def sender_patience(sender: RunHistory, *, shared: bool) -> timedelta:
    """How long no run of it is no news. A shared one's gaps are of several servers, and teach nothing."""
    if shared and given_interval(sender) is None:
        return SHARED_PATIENCE
    return patience(sender_interval(sender))


def patience(interval: timedelta) -> timedelta:
    """Twice the interval and a little: one lost run is no news."""
    return 2 * interval + GRACE


def given_interval(sender: RunHistory) -> timedelta | None:
    """What need not be learnt: set by people, else declared by its last run."""
    return sender.settings.interval or sender.declared


def _recent(gaps: Sequence[Gap], last: datetime) -> list[timedelta]:
    return [gap.length for gap in gaps if gap.end - gap.length >= last - GAPS_WITHIN]


def _median(lengths: list[timedelta]) -> timedelta:
    ordered, count = sorted(lengths), len(lengths)
    return (ordered[(count - 1) // 2] + ordered[count // 2]) / 2


@dataclass(frozen=True)
class Deadlines:
    """The patience that a sender's last run left."""

    sender: RunHistory
    sets: Mapping[str, FolderSet]
    _lengths: dict[tuple[str | None, bool], timedelta] = field(default_factory=dict, compare=False)

    def within_patience(self, key: str, since: datetime, at: datetime) -> bool:
        """Whether `at` is so soon after `since` that nothing need have happened between the two."""
        return at <= over(since, self._of_folder(key, shared(self.sender, at)), self.sender.settings.hours)

    def due(self, incident: Incident) -> datetime | None:
        """When time alone changes a live incident next; None: never."""
        if incident.status is IncidentStatus.OPEN:
            unknown = self._unknown(incident)
            return unknown and unknown[0]
        if incident.status is IncidentStatus.UNKNOWN:
            return self._ends(incident)
        return None

    def aged(self, incident: Incident, now: datetime) -> Incident:
        """What time makes of an incident until `now`, that included."""
        if incident.status is IncidentStatus.OPEN:
            unknown = self._unknown(incident)
            if unknown is None or unknown[0] > now:
                return incident
            incident = replace(
                incident,
                status=IncidentStatus.UNKNOWN,
                unknown_since=unknown[0],
                reason=unknown[1],
            )
        if incident.status is IncidentStatus.UNKNOWN:
            ends = self._ends(incident)
            if ends <= now:
                retired = self._retired(incident) == ends
                incident = replace(
                    incident,
                    status=IncidentStatus.CLOSED if retired else IncidentStatus.LAPSED,
                    ended_at=ends,
                )
        return incident

    def _unknown(self, incident: Incident) -> tuple[datetime, UnknownReason] | None:
        sender = self.sender
        if sender.settings.paused_at is not None:
            return None
        due: list[tuple[datetime, bool, UnknownReason]] = []
        if sender.kind is not SenderKind.STOCK:
            due.append((self._over(sender.last.at), False, UnknownReason.SILENT))
        if sender.kind is not SenderKind.LISTING:
            reason = UnknownReason.QUIET if sender.kind is SenderKind.STOCK else UnknownReason.UNPROVEN
            due.append((self._over(incident.seen.at, incident.key), True, reason))
        at, _, reason = min(due)
        return at, reason

    def _ends(self, incident: Incident) -> datetime:
        since = incident.unknown_since
        assert since is not None  # noqa: S101 - what is unknown has become so
        length = (
            UNPROVEN_LAPSES
            if incident.reason in (UnknownReason.QUIET, UnknownReason.UNPROVEN)
            else UNKNOWN_LAPSES
        )
        lapses = max(since, incident.said_at or since) + length
        retired = self._retired(incident)
        return lapses if retired is None else min(lapses, retired)

    def _retired(self, incident: Incident) -> datetime | None:
        retired, since = self.sender.settings.retired_at, incident.unknown_since
        return None if retired is None or since is None else max(retired, since)

    def _over(self, anchor: datetime, key: str | None = None) -> datetime:
        """When patience is over: of a folder, or of the sender itself.

        A sender that was struck as shared is so until a moment at which no run need come, so what
        falls due after it is judged as of one that is not. Nothing is dated before what was last
        known: patience that a run made shorter ends with that run.
        """
        sender = self.sender
        anchor = max(anchor, sender.settings.resumed_at or anchor)
        at = over(anchor, self._length(key, sender.last.at), sender.settings.hours)
        until = sender.struck_until
        if until is not None and sender.last.at < until <= at:
            at = max(until, over(anchor, self._length(key, until), sender.settings.hours))
        return max(at, sender.last.at, sender.acted_at or sender.last.at)

    def _length(self, key: str | None, at: datetime) -> timedelta:
        mark = shared(self.sender, at)
        return self._of_sender(mark) if key is None else self._of_folder(key, mark)

    def _of_folder(self, key: str, mark: bool) -> timedelta:
        """Its set's for stock and shared senders, its sender's otherwise."""
        if self.sender.kind is not SenderKind.STOCK and not mark:
            return self._of_sender(mark)
        place = set_key(key)
        known = self._lengths.get((place, mark))
        if known is None:
            folder_set = self.sets.get(place)
            gaps = folder_set.gaps if folder_set else ()
            named = folder_set.named.at if folder_set else self.sender.last.at
            known = self._lengths[place, mark] = patience(set_interval(self.sender, gaps, named))
        return known

    def _of_sender(self, mark: bool) -> timedelta:
        known = self._lengths.get((None, mark))
        if known is None:
            known = self._lengths[None, mark] = sender_patience(self.sender, shared=mark)
        return known


def rewound(incident: Incident, to: datetime) -> Incident:
    """An incident without what time made of it after `to`: a run of an earlier moment came after a sweep.

    All that runs and people did is dated no later than `to`, so what is later is the work of time.
    """
    status, since = incident.status, incident.unknown_since
    if incident.ended_at is not None and incident.ended_at > to:
        status = IncidentStatus.UNKNOWN
        incident = replace(incident, status=status, ended_at=None)
    if status is IncidentStatus.UNKNOWN and since is not None and since > to:
        incident = replace(incident, status=IncidentStatus.OPEN, unknown_since=None, reason=None)
    return incident
