"""What a sender's last run says of its sets and incidents without their being written at each run."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from contract.folders import set_key
from contract.words import IncidentStatus
from handlers.incidents.rules import GAPS, LOOK_BACK
from handlers.incidents.stamp import Stamp
from handlers.incidents.state import FolderSet, Incident, Sender, State


def current(sender: Sender, folder_set: FolderSet) -> FolderSet:
    """A set as it is: the runs since `sender.told` said the same again, so they named it if that one did."""
    if sender.told is None or folder_set.named != sender.told:
        return folder_set
    since = tuple(gap for gap in sender.gaps if gap.end > sender.told.at)
    covered = sender.last if folder_set.covered == sender.told else folder_set.covered
    return replace(folder_set, named=sender.last, covered=covered, gaps=(*folder_set.gaps, *since)[-GAPS:])


def last_seen(sender: Sender, sets: Mapping[str, FolderSet], incident: Incident) -> Stamp:
    """The last sighting of an incident, `sets` being as they are.

    An open one was seen by every run that had to name it: by every whole list, and by every run
    that named its set while leaving out meant something. Otherwise it would not be open.
    """
    if incident.status is not IncidentStatus.OPEN:
        return incident.seen
    folder_set = sets.get(set_key(incident.key))
    by_set = folder_set.covered if folder_set else None
    return max(stamp for stamp in (incident.seen, sender.listed, by_set) if stamp is not None)


def last_said(sender: Sender, incident: Incident) -> datetime | None:
    """The last run that said unreadable or unwatched: since the first, every whole list did."""
    if incident.said_at is None or incident.status is not IncidentStatus.UNKNOWN or sender.listed is None:
        return incident.said_at
    return max(incident.said_at, sender.listed.at)


def settled(state: State) -> State:
    """The same state, with everything in its own place: two that know the same are equal."""
    if state.sender is None:
        return state
    sender = state.sender
    sets = {key: current(sender, folder_set) for key, folder_set in state.sets.items()}
    incidents = {
        key: replace(incident, seen=last_seen(sender, sets, incident), said_at=last_said(sender, incident))
        for key, incident in state.incidents.items()
    }
    # What nothing looks back to any more is as good as gone.
    watched = state.watched and replace(
        state.watched,
        formerly=tuple((key, at) for key, at in state.watched.formerly if sender.last.at - at <= LOOK_BACK),
    )
    plain = replace(sender, content=None, told=None, rests_until=None, least_patience=None)
    return replace(state, sender=plain, watched=watched, sets=sets, incidents=incidents)
