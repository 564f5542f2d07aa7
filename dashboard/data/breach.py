"""From when to when a folder is known to have been in breach, which is all that a week's figures need."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from contract.moments import parse_moment
from contract.words import IncidentStatus
from dashboard.data.incident import Incident
from dashboard.data.queries import Item
from store.incidents import IncidentAttribute

_A: Final = IncidentAttribute
BREACH_ATTRIBUTES: Final = [
    str(attribute)
    for attribute in (
        *(_A.INCIDENT_ID, _A.FOLDER, _A.OWNER, _A.STATUS, _A.BETWEEN),
        *(_A.BREACHED_SINCE, _A.LAST_SEEN_AT, _A.ENDED_AT),
    )
]
"""What is asked for of it."""


class Breach(NamedTuple):
    """An incident, as far as its length goes."""

    incident_id: str
    folder: str
    owner: str
    """Empty where nobody is known to own it."""
    since: datetime
    until: datetime | None
    """When it was over; of what nobody saw end, when it was last seen. None while it is open."""


def read_breach(item: Item) -> Breach:
    """The breach of the item of an incident that has ended."""
    seen = item[_A.STATUS] == IncidentStatus.CLEARED and not item.get(_A.BETWEEN)
    return Breach(
        incident_id=item[_A.INCIDENT_ID],
        folder=item[_A.FOLDER],
        owner=item.get(_A.OWNER, ""),
        since=parse_moment(item[_A.BREACHED_SINCE]),
        until=parse_moment(item[_A.ENDED_AT if seen else _A.LAST_SEEN_AT]),
    )


def measure_breach(live: Incident) -> Breach:
    """The breach of an incident that has not ended."""
    until = None if live.status is IncidentStatus.OPEN else live.last_seen_at
    return Breach(live.incident_id, live.folder, live.owner, live.breached_since, until)


def join_breaches(ended: Iterable[Breach], live: Iterable[Breach]) -> list[Breach]:
    """All of them, each incident once: one that was opened again counts as it is now, not as it ended."""
    known: dict[str, Breach] = {}
    for one in ended:
        before = known.get(one.incident_id)
        if before is None or _end(before) <= _end(one):
            known[one.incident_id] = one
    known.update((one.incident_id, one) for one in live)
    return list(known.values())


def _end(ended: Breach) -> datetime:
    return ended.until or ended.since
