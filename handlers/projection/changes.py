"""What a projection made different, as what has to be written."""

from collections.abc import Iterable

from handlers.incidents.state import Changes, FolderSet, Incident, State
from handlers.projection.sender_store import Writes


def collect_writes(before: State, after: State, changes: Iterable[Changes]) -> Writes:
    """The writes that lead from one state to another through these changes.

    Args:
        before: as it is stored.
        after: as it is to be stored.
        changes: of each step from one to the other. Incidents that began and made room for another
            in between are in these alone.
    """
    incidents: dict[str, Incident] = {}
    for step in changes:
        incidents.update({incident.incident_id: incident for incident in step.incidents})
    latest = {incident.incident_id for incident in after.incidents.values()}
    # One that is the latest no more has to say so, even where nothing else of it changed.
    for incident in before.incidents.values():
        if incident.incident_id not in latest:
            incidents.setdefault(incident.incident_id, incident)
    return Writes(
        sets=_different_sets(before, after),
        watched=after.watched if after.watched != before.watched else None,
        incidents=incidents,
        latest=frozenset(latest),
    )


def _different_sets(before: State, after: State) -> list[FolderSet]:
    return [one for key, one in after.sets.items() if one != before.sets.get(key)]
