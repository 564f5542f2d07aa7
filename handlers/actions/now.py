"""An incident or a sender as it is, from its item to the answer's words."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from contract.action import Day
from contract.answers import IncidentNow, SenderNow
from contract.moments import format_moment
from handlers.projection.store_incidents import read_version
from handlers.projection.store_senders import Sender
from store.incidents import IncidentAttribute

Item = Mapping[str, Any]

_DAYS = tuple(Day)


def read_incident_now(item: Item) -> IncidentNow:
    """The incident of an item."""

    def text(attribute: IncidentAttribute) -> str | None:
        return (item.get(attribute) or {}).get("S")

    return IncidentNow(
        incident_id=item[IncidentAttribute.INCIDENT_ID]["S"],
        sender=item[IncidentAttribute.SENDER]["S"],
        sender_name=item[IncidentAttribute.SENDER_NAME]["S"],
        folder=item[IncidentAttribute.FOLDER]["S"],
        status=item[IncidentAttribute.STATUS]["S"],
        reason=text(IncidentAttribute.REASON),
        owner=text(IncidentAttribute.OWNER),
        acknowledged_by=text(IncidentAttribute.ACKNOWLEDGED_BY),
        acknowledged_until=text(IncidentAttribute.ACKNOWLEDGED_UNTIL),
        snoozed_until=text(IncidentAttribute.SNOOZED_UNTIL),
        version=read_version(item),
    )


def read_sender_now(key: str, name: str, sender: Sender) -> SenderNow:
    """A sender, by its key and its name, as an answer tells it."""
    hours = sender.hours
    return SenderNow(
        sender=key,
        sender_name=name,
        state=sender.state,
        state_since=format_moment(sender.state_since),
        kind=sender.kind,
        last_run_at=format_moment(sender.last_run_at),
        due_at=format_moment(sender.due_at) if sender.due_at else None,
        interval_minutes=round(sender.interval / timedelta(minutes=1)),
        interval_from=sender.interval_from,
        hours={
            "days": [_DAYS[day] for day in sorted(hours.days)],
            "from": f"{hours.start:%H:%M}",
            "to": f"{hours.end:%H:%M}",
            "zone": hours.zone,
        }
        if hours
        else None,
    )
