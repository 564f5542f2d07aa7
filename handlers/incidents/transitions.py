"""What a run makes of one incident."""

import hashlib
from dataclasses import replace
from datetime import datetime, timedelta

from contract.words import Clearing, IncidentStatus, UnknownReason
from handlers.incidents.proof import proves
from handlers.incidents.runs import BreachedFolder, Run
from handlers.incidents.state import Incident


def opened(run: Run, breach: BreachedFolder, bound: datetime | None, after: Incident | None) -> Incident:
    """A new incident. `bound` is the last moment at which its folder was known not to be in breach."""
    return Incident(
        incident_id=_incident_id(run, breach.key),
        key=breach.key,
        folder=breach.folder,
        opened=run.stamp,
        breached_since=_breached_since(run, breach, bound),
        seen=run.stamp,
        sla=breach.sla,
        files=breach.files,
        peak_files=breach.files,
        oldest=breach.oldest,
        hashes=breach.hashes,
        after=after.incident_id if after else None,
    )


def seen_again(incident: Incident, run: Run, breach: BreachedFolder) -> Incident:
    """An incident that goes on."""
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
        files=breach.files,
        peak_files=max(incident.peak_files, breach.files),
        oldest=breach.oldest,
        hashes=breach.hashes,
        reopened=incident.reopened + (incident.status is IncidentStatus.CLEARED),
    )


def cleared(incident: Incident, at: datetime, by: Clearing) -> Incident:
    """A live incident that a run shows to be over."""
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


def ended_unseen(incident: Incident, at: datetime) -> Incident:
    """An unknown incident at a run that shows another breach: this one ended some time before."""
    return replace(incident, status=IncidentStatus.LAPSED, ended_at=at)


def proven(incident: Incident, breach: BreachedFolder, at: datetime) -> bool:
    """Whether a file of the incident's last sighting is stuck still."""
    return proves(incident.hashes, incident.seen.at, breach.hashes, at)


def taken_back(incident: Incident | None, breach: BreachedFolder, at: datetime) -> bool:
    """Whether a breach shows that the inference which cleared an incident was wrong."""
    return (
        incident is not None
        and incident.status is IncidentStatus.CLEARED
        and incident.cleared_by in (Clearing.LEFT_OUT, Clearing.EMPTY)
        and proven(incident, breach, at)
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
