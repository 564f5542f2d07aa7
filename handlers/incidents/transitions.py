"""What a run says of a folder, and what it makes of the folder's incident."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property

from contract.folders import set_key
from contract.words import Clearing, IncidentStatus, UnknownReason
from handlers.incidents.timing import is_evidence
from store.incidents import Incident
from store.runs import BreachedFolder, Run
from store.state import FolderSet


def opened(run: Run, breach: BreachedFolder, bound: datetime | None, after: Incident | None) -> Incident:
    """A new incident. `bound` is the last moment at which its folder was known not to be in breach."""
    return Incident(
        incident_id=_incident_id(run, breach.key),
        sender=run.sender,
        folder=breach.folder,
        opened=run.stamp,
        breached_since=_breached_since(run, breach, bound),
        seen=run.stamp,
        sla=breach.sla,
        file_count=breach.files,
        peak_file_count=breach.files,
        oldest_creation=breach.oldest,
        hashes=breach.hashes,
        previous_id=after.incident_id if after else None,
    )


def seen_again(incident: Incident, run: Run, breach: BreachedFolder) -> Incident:
    """An incident that a run names."""
    return replace(
        incident,
        folder=breach.folder,
        seen=run.stamp,
        status=IncidentStatus.OPEN,
        reason=None,
        unknown_since=None,
        said_at=None,
        ended_at=None,
        cleared_by=None,
        between=False,
        sla=breach.sla,
        file_count=breach.files,
        peak_file_count=max(incident.peak_file_count, breach.files),
        oldest_creation=breach.oldest,
        hashes=breach.hashes,
        reopened=incident.reopened + (incident.status is IncidentStatus.CLEARED),
    )


def cleared(incident: Incident, at: datetime, by: Clearing) -> Incident:
    """A live incident that ended, as a run shows."""
    return replace(
        incident,
        status=IncidentStatus.CLEARED,
        ended_at=at,
        cleared_by=by,
        between=incident.status is IncidentStatus.UNKNOWN,
    )


def lost_sight(incident: Incident, at: datetime, reason: UnknownReason) -> Incident:
    """A live incident whose folder a run could not read or did not look at."""
    since = incident.unknown_since if incident.status is IncidentStatus.UNKNOWN else at
    return replace(incident, status=IncidentStatus.UNKNOWN, reason=reason, unknown_since=since, said_at=at)


def has_evidence(incident: Incident, breach: BreachedFolder, at: datetime) -> bool:
    """Whether a file of the incident's last sighting is still stuck."""
    return is_evidence(incident.hashes, incident.seen.at, breach.hashes, at)


def taken_back(incident: Incident | None, breach: BreachedFolder, at: datetime) -> bool:
    """Whether a breach shows that an incident was cleared by a wrong inference."""
    return (
        incident is not None
        and incident.status is IncidentStatus.CLEARED
        and incident.cleared_by in (Clearing.LEFT_OUT, Clearing.EMPTY)
        and has_evidence(incident, breach, at)
    )


def _incident_id(run: Run, key: str) -> str:
    parts = (run.sender, key, run.run_id, run.moment.isoformat())
    # The lengths keep ("a", "b:c") apart from ("a:b", "c").
    text = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _breached_since(run: Run, breach: BreachedFolder, bound: datetime | None) -> datetime:
    if breach.oldest is None:
        return run.moment
    since = breach.oldest + run.skew + timedelta(minutes=breach.sla)
    return min(run.moment, since if bound is None else max(since, bound))


@dataclass(frozen=True)
class Verdicts:
    """What a run says of a folder that it does not name in `sla_error`."""

    run: Run
    sets: Mapping[str, FolderSet]
    """As the run leaves them, so that a set which it shows to be ambiguous is one."""
    named: frozenset[str]
    """The keys of the sets of which it names a folder."""
    shared: bool
    """Whether its sender was taken for shared before it."""

    def of(self, key: str) -> Clearing | UnknownReason | None:
        """How the run clears the folder, or why its status is unknown; None: the run says nothing of it."""
        if not self.run.complete:
            return None
        if self.run.listing is not None:
            if key in self._unreadable:
                return UnknownReason.UNREADABLE
            return Clearing.LISTED if key in self.run.listing.read else UnknownReason.UNWATCHED
        folder_set = self.sets.get(set_key(key))
        if folder_set is not None and folder_set.is_ambiguous(self.run.moment):
            return None
        if self.run.empty and not self.shared:
            return Clearing.EMPTY
        return Clearing.LEFT_OUT if set_key(key) in self.named else None

    @cached_property
    def _unreadable(self) -> frozenset[str]:
        listing = self.run.listing
        return frozenset(key for key, _ in listing.errors) if listing else frozenset()
