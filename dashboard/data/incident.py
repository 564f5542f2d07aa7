"""An incident, as its item tells it."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from contract.words import LIVE, Clearing, IncidentStatus, UnknownReason
from store.incidents import DeedAttribute, IncidentAttribute

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""Stored as text; in UTC."""


class Deed(BaseModel):
    """What a person did to an incident, or to a sender."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: Moment = Field(validation_alias=DeedAttribute.DONE_AT)
    by: str = Field("", validation_alias=DeedAttribute.DONE_BY)
    """The user's name."""
    action: str = Field(validation_alias=DeedAttribute.ACTION)
    """One of those of `contract.action`, or one that a later version knows."""
    note: str = Field("", validation_alias=DeedAttribute.NOTE)
    until: Moment | None = Field(None, validation_alias=DeedAttribute.UNTIL)


class Incident(BaseModel):
    """One folder of one sender in breach, from opening to its end."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sender: str = Field(validation_alias=IncidentAttribute.SENDER)
    """The sender's key."""
    incident_id: str = Field(validation_alias=IncidentAttribute.INCIDENT_ID)
    sender_name: str = Field(validation_alias=IncidentAttribute.SENDER_NAME)
    folder: str = Field(validation_alias=IncidentAttribute.FOLDER)
    status: IncidentStatus = Field(validation_alias=IncidentAttribute.STATUS)
    reason: UnknownReason | None = Field(None, validation_alias=IncidentAttribute.REASON)
    sla: int = Field(validation_alias=IncidentAttribute.SLA)
    """In minutes."""
    opened_at: Moment = Field(validation_alias=IncidentAttribute.OPENED_AT)
    breached_since: Moment = Field(validation_alias=IncidentAttribute.BREACHED_SINCE)
    last_seen_at: Moment = Field(validation_alias=IncidentAttribute.LAST_SEEN_AT)
    """The moment of the last run that named it."""
    last_seen_run: str = Field(validation_alias=IncidentAttribute.LAST_SEEN_RUN)
    last_seen_arrival: Moment = Field(validation_alias=IncidentAttribute.LAST_SEEN_ARRIVAL)
    unknown_since: Moment | None = Field(None, validation_alias=IncidentAttribute.UNKNOWN_SINCE)
    ended_at: Moment | None = Field(None, validation_alias=IncidentAttribute.ENDED_AT)
    cleared_by: Clearing | None = Field(None, validation_alias=IncidentAttribute.CLEARED_BY)
    between: bool = Field(False, validation_alias=IncidentAttribute.BETWEEN)
    file_count: int = Field(validation_alias=IncidentAttribute.FILE_COUNT)
    peak_file_count: int = Field(validation_alias=IncidentAttribute.PEAK_FILE_COUNT)
    oldest_creation: Moment | None = Field(None, validation_alias=IncidentAttribute.OLDEST_CREATION)
    """None where no date of its files tells their age."""
    reopened: int = Field(0, validation_alias=IncidentAttribute.REOPENED)
    owner: str = Field("", validation_alias=IncidentAttribute.OWNER)
    """Empty where the stack knows no owners."""
    acknowledged_by: str = Field("", validation_alias=IncidentAttribute.ACKNOWLEDGED_BY)
    """Who was on it last; `on_it` tells whether that still holds."""
    acknowledged_until: Moment | None = Field(None, validation_alias=IncidentAttribute.ACKNOWLEDGED_UNTIL)
    snoozed_until: Moment | None = Field(None, validation_alias=IncidentAttribute.SNOOZED_UNTIL)
    version: int = Field(0, validation_alias=IncidentAttribute.ACTION_VERSION)
    """Counts what people changed."""
    history: Sequence[Deed] = Field((), validation_alias=IncidentAttribute.HISTORY)
    """What people did, oldest first; only where the incident is read in full."""

    @property
    def live(self) -> bool:
        """Whether it has not ended."""
        return self.status in LIVE

    def on_it(self, now: datetime) -> str:
        """Who has acknowledged it; empty where nobody has, or no longer."""
        return self.acknowledged_by if self.acknowledged_until and self.acknowledged_until > now else ""

    def snoozed(self, now: datetime) -> bool:
        """Whether nobody is to be told of it for now."""
        return self.snoozed_until is not None and self.snoozed_until > now

    def overdue_minutes(self, now: datetime) -> float | None:
        """How far its oldest file is over the SLA; None where its age is not known."""
        if self.oldest_creation is None:
            return None
        return max(0.0, (now - self.oldest_creation).total_seconds() / 60 - self.sla)


IN_FULL: Final = [str(field.validation_alias) for field in Incident.model_fields.values()]
"""What is asked for of one incident: nothing of what only the projection reads."""
LISTED_ATTRIBUTES: Final = [name for name in IN_FULL if name != IncidentAttribute.HISTORY]
"""What is asked for of many."""


def update_live(listed: Sequence[Incident], known: Iterable[Incident]) -> Sequence[Incident]:
    """What an index lists as live, less what is known to be older than what people changed since.

    Args:
        listed: as the index has it, which may be a moment behind.
        known: as their items had it right after somebody acted.
    """
    newer = {one.incident_id: one for one in known}
    if not newer:
        return listed
    return [one for listed_one in listed if (one := _newer(listed_one, newer)).live]


def update_ended(listed: Sequence[Incident], known: Iterable[Incident]) -> Sequence[Incident]:
    """The same of what an index lists as ended: beside it, what people ended since."""
    here = {one.incident_id for one in listed}
    missing = [one for one in known if not one.live and one.incident_id not in here]
    return [*listed, *missing] if missing else listed


def _newer(listed: Incident, known: dict[str, Incident]) -> Incident:
    one = known.get(listed.incident_id, listed)
    return one if one.version > listed.version else listed
