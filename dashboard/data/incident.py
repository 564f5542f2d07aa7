"""An incident, as its item tells it."""

from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from contract.incidents import Clearing, IncidentAttribute, IncidentStatus, UnknownReason

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""Stored as text; in UTC."""


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
    """A sighting; while it is open, there may have been others since."""
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

    def overdue_minutes(self, now: datetime) -> float | None:
        """How far its oldest file is over the SLA; None where its age is not known."""
        if self.oldest_creation is None:
            return None
        return max(0.0, (now - self.oldest_creation).total_seconds() / 60 - self.sla)


ATTRIBUTES: Final = [str(field.validation_alias) for field in Incident.model_fields.values()]
"""What is asked for of an incident: nothing of what only the projection reads."""
