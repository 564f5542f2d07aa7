"""Closing an incident by hand: an act that its sender is folded with, and an entry of its history."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from contract.words import IncidentStatus
from handlers.actions.acting import Acted
from handlers.actions.errors import NotSoError
from handlers.actions.now import read_incident_now
from handlers.projection.store_dynamodb import ConflictError
from handlers.projection.store_incidents import Entry, describe_incident, read_incident
from handlers.projection.store_state import Action, PersonAction, SenderStore
from store.incidents import IncidentAttribute

Item = Mapping[str, Any]


def close(store: SenderStore, item: Item, entry: Entry) -> Item:
    """Closes an incident that is unknown, and gives what its item says then.

    Args:
        store: where it is kept with its sender.
        item: as it was read.
        entry: what its history gets.

    Raises:
        NotSoError: it is not unknown; time or a run may have seen to that since it was last looked at.
        ConflictError: it or its sender was written since.
    """
    before = read_incident(item)
    known = store.read(item[IncidentAttribute.SENDER]["S"])
    if known.sender is None:
        raise ConflictError(known.key)
    deed = entry.deed
    act = PersonAction(
        at=deed.at, action_id=deed.deed_id, action=Action.CLOSE, folder=before.key, by=deed.by, note=deed.note
    )
    acted = Acted.work_out(store, known, known.sender, act)
    after = acted.after.incidents.get(before.key)
    if after is None or after.incident_id != before.incident_id:
        raise ConflictError(known.key)
    then = {**item, **describe_incident(after, known.sender_name, latest=True, retention=None)}
    if after.status is not IncidentStatus.CLOSED or after.ended_at != acted.act.at:
        raise NotSoError(_explain(after.status), read_incident_now(then))
    entry = replace(entry, deed=replace(deed, at=acted.act.at))
    acted.commit(store, {after.incident_id: entry})
    return {**then, IncidentAttribute.ACTION_VERSION: {"N": str(entry.version + 1)}}


def _explain(status: IncidentStatus) -> str:
    if status is IncidentStatus.OPEN:
        return (
            "This incident is open, and only what is unknown can be closed. "
            "The next run that shows its folder to be well clears it."
        )
    return f"This incident has ended: it is {status}."
