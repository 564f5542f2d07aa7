"""An incident or a sender as it is, from its item to the answer's words."""

from collections.abc import Mapping
from typing import Any

from contract.answers import IncidentNow, SenderNow
from handlers.projection.deeds import read_version
from store.incidents import IncidentAttribute
from store.senders import HoursAttribute, SenderAttribute

Item = Mapping[str, Any]

_HOURS = {
    HoursAttribute.FROM: "from",
    HoursAttribute.TO: "to",
    HoursAttribute.ZONE: "zone",
}


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


def read_sender_now(sender: str, sender_name: str, item: Item) -> SenderNow:
    """The sender of what its own item says."""
    due, hours = item.get(SenderAttribute.DUE_AT), item.get(SenderAttribute.HOURS)
    return SenderNow(
        sender=sender,
        sender_name=sender_name,
        state=item[SenderAttribute.STATE]["S"],
        state_since=item[SenderAttribute.STATE_SINCE]["S"],
        kind=item[SenderAttribute.KIND]["S"],
        last_run_at=item[SenderAttribute.LAST_RUN_AT]["S"],
        due_at=due["S"] if due else None,
        interval_minutes=int(item[SenderAttribute.INTERVAL_MINUTES]["N"]),
        interval_from=item[SenderAttribute.INTERVAL_FROM]["S"],
        hours=_read_hours(hours["M"]) if hours else None,
    )


def _read_hours(told: Item) -> dict[str, Any]:
    days = [day["S"] for day in told[HoursAttribute.DAYS]["L"]]
    return {"days": days, **{key: told[attribute]["S"] for attribute, key in _HOURS.items()}}
