"""An incident's item: what the rules know of it, and beside it what a page shows."""

import zlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from contract.moments import format_moment
from contract.words import IncidentStatus
from handlers.incidents.state import Incident
from handlers.projection.bodies import read_body, write_body
from handlers.projection.keys import fit_key
from handlers.projection.updates import Values
from store.incidents import LIVE_SHARDS, IncidentAttribute


def describe_incident(
    incident: Incident, sender_name: str, *, latest: bool, retention: timedelta | None
) -> Values:
    """What its item says of an incident. What people did to it stands beside that, and is not touched.

    Args:
        incident: the incident.
        sender_name: what screens call its sender.
        latest: whether no later one of its folder is known.
        retention: how long it is kept after its end; None for good.
    """
    ended = incident.ended_at
    cleared = ended if incident.status is IncidentStatus.CLEARED else None
    expires = ended + retention if ended is not None and retention is not None else None
    return {
        IncidentAttribute.BODY: {"S": write_body(incident)},
        IncidentAttribute.LATEST_OF: {"S": fit_key(incident.key)} if latest else None,
        IncidentAttribute.LISTED_IN: {"S": _live_partition(incident)} if incident.live else None,
        IncidentAttribute.ENDED_ON: ended and {"S": f"{ended:%Y-%m-%d}"},
        IncidentAttribute.SENDER_NAME: {"S": sender_name},
        IncidentAttribute.FOLDER: {"S": incident.folder},
        IncidentAttribute.STATUS: {"S": incident.status},
        IncidentAttribute.REASON: incident.reason and {"S": incident.reason},
        IncidentAttribute.SLA: {"N": str(incident.sla)},
        IncidentAttribute.OPENED_AT: {"S": format_moment(incident.opened.at)},
        IncidentAttribute.BREACHED_SINCE: {"S": format_moment(incident.breached_since)},
        IncidentAttribute.LAST_SEEN_AT: {"S": format_moment(incident.seen.at)},
        IncidentAttribute.LAST_SEEN_RUN: {"S": incident.seen.run},
        IncidentAttribute.LAST_SEEN_ARRIVAL: {"S": format_moment(incident.seen.arrived)},
        IncidentAttribute.UNKNOWN_SINCE: incident.unknown_since
        and {"S": format_moment(incident.unknown_since)},
        IncidentAttribute.ENDED_AT: ended and {"S": format_moment(ended)},
        IncidentAttribute.CLEARED_AT: cleared and {"S": format_moment(cleared)},
        IncidentAttribute.CLEARED_BY: incident.cleared_by and {"S": incident.cleared_by},
        IncidentAttribute.BETWEEN: {"BOOL": True} if incident.between else None,
        IncidentAttribute.FILE_COUNT: {"N": str(incident.files)},
        IncidentAttribute.PEAK_FILE_COUNT: {"N": str(incident.peak_files)},
        IncidentAttribute.OLDEST_CREATION: incident.oldest and {"S": format_moment(incident.oldest)},
        IncidentAttribute.REOPENED: {"N": str(incident.reopened)} if incident.reopened else None,
        IncidentAttribute.AFTER: incident.after and {"S": incident.after},
        IncidentAttribute.EXPIRES_AT: expires and {"N": str(int(expires.timestamp()))},
    }


def read_incident(item: Mapping[str, Any]) -> Incident:
    """The incident of an item."""
    return read_body(Incident, item[IncidentAttribute.BODY]["S"])


def _live_partition(incident: Incident) -> str:
    shard = zlib.crc32(incident.incident_id.encode()) % LIVE_SHARDS
    return f"{incident.status}#{shard}"
