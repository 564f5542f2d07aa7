"""A sender and its last refused report, as their items tell them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from contract.words import SenderKind, SenderState
from dashboard.data.incident import Deed, Moment
from store.runs import ProblemAttribute
from store.senders import HoursAttribute, SenderAttribute, SilenceAttribute


class ExpectedHours(BaseModel):
    """When a sender is expected, as a person set it."""

    model_config = ConfigDict(frozen=True)

    days: tuple[str, ...] = Field(validation_alias=HoursAttribute.DAYS)
    """On which they begin: values of `contract.action.Day`."""
    start: str = Field(validation_alias=HoursAttribute.FROM)
    """Such as `07:00`."""
    end: str = Field(validation_alias=HoursAttribute.TO)
    """Not later than `start`: on the next day."""
    zone: str = Field(validation_alias=HoursAttribute.ZONE)


class Silence(BaseModel):
    """A silence that is over."""

    model_config = ConfigDict(frozen=True)

    since: Moment = Field(validation_alias=SilenceAttribute.SINCE)
    """When the sender was heard last."""
    until: Moment = Field(validation_alias=SilenceAttribute.UNTIL)
    """When it was heard again."""


class SenderDeed(Deed):
    """What a person did to a sender, with what was set."""

    interval_minutes: int | None = Field(None, validation_alias=SenderAttribute.INTERVAL_MINUTES)
    hours: ExpectedHours | None = Field(None, validation_alias=SenderAttribute.HOURS)


class MixedUpSet(BaseModel):
    """A folder set of which leaving a folder out says nothing for a while."""

    model_config = ConfigDict(frozen=True)

    folder: str = Field(validation_alias="Folder")
    until: Moment = Field(validation_alias="Until")


class UnreadableFolder(BaseModel):
    """A folder that a sender could not read, and what the system said."""

    model_config = ConfigDict(frozen=True)

    folder: str = Field(validation_alias="Folder")
    error: str = Field(validation_alias="Error")


class Problem(BaseModel):
    """What was wrong with a field of a refused report, and how to mend it."""

    model_config = ConfigDict(frozen=True)

    field: str = Field(validation_alias=ProblemAttribute.FIELD)
    problem: str = Field(validation_alias=ProblemAttribute.PROBLEM)
    hint: str = Field(validation_alias=ProblemAttribute.HINT)


class Sender(BaseModel):
    """One installation of a script."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(validation_alias=SenderAttribute.SENDER)
    name: str = Field(validation_alias=SenderAttribute.SENDER_NAME)
    state: SenderState = Field(validation_alias=SenderAttribute.STATE)
    state_since: Moment = Field(validation_alias=SenderAttribute.STATE_SINCE)
    kind: SenderKind = Field(validation_alias=SenderAttribute.KIND)
    last_run_at: Moment = Field(validation_alias=SenderAttribute.LAST_RUN_AT)
    last_arrival_at: Moment = Field(validation_alias=SenderAttribute.LAST_ARRIVAL_AT)
    due_at: Moment | None = Field(None, validation_alias=SenderAttribute.DUE_AT)
    interval_minutes: int = Field(validation_alias=SenderAttribute.INTERVAL_MINUTES)
    interval_from: str = Field(validation_alias=SenderAttribute.INTERVAL_FROM)
    client: str | None = Field(None, validation_alias=SenderAttribute.CLIENT)
    clock_skew_seconds: int | None = Field(None, validation_alias=SenderAttribute.CLOCK_SKEW_SECONDS)
    """Positive where its clock is behind."""
    reported_by: str = Field(validation_alias=SenderAttribute.REPORTED_BY)
    addresses: Sequence[str] = Field((), validation_alias=SenderAttribute.ADDRESSES)
    shared: str | None = Field(None, validation_alias=SenderAttribute.SHARED)
    mixed_up: Sequence[MixedUpSet] = Field((), validation_alias=SenderAttribute.MIXED_UP)
    watched: int | None = Field(None, validation_alias=SenderAttribute.WATCHED)
    unreadable: int = Field(0, validation_alias=SenderAttribute.UNREADABLE)
    unreadable_folders: Sequence[UnreadableFolder] = Field(
        (), validation_alias=SenderAttribute.UNREADABLE_FOLDERS
    )
    """The first of them. This and what follows only where the sender is read in full."""
    hours: ExpectedHours | None = Field(None, validation_alias=SenderAttribute.HOURS)
    """None where it is always expected."""
    """Its last whole list, which named whatever is open; None where it sent none, or nobody knows."""
    silences: Sequence[Silence] = Field((), validation_alias=SenderAttribute.SILENCES)
    """Those of the last days that are over, oldest first."""
    open: int = Field(0, validation_alias=SenderAttribute.OPEN)
    unknown: int = Field(0, validation_alias=SenderAttribute.UNKNOWN)
    lost_letters: int = Field(0, validation_alias=SenderAttribute.LOST_LETTERS)


class Refusal(BaseModel):
    """The last report of a sender that was refused."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    key: str = Field(validation_alias=SenderAttribute.SENDER)
    name: str = Field(validation_alias=SenderAttribute.SENDER_NAME)
    reported_by: str = Field(validation_alias=SenderAttribute.REPORTED_BY)
    address: str | None = Field(None, validation_alias=SenderAttribute.SOURCE_ADDRESS)
    at: Moment = Field(validation_alias=SenderAttribute.REFUSED_AT)
    problems: Sequence[Problem] = Field((), validation_alias=SenderAttribute.PROBLEMS)
    """These two only where the sender is read in full."""
    request_id: str | None = Field(None, validation_alias=SenderAttribute.REQUEST_ID)


@dataclass(frozen=True, kw_only=True)
class Fleet:
    """Every sender that ever reported, and the last refused reports, of those too that only had these."""

    senders: Sequence[Sender]
    refusals: Mapping[str, Refusal]
    """By the sender's key."""

    def find(self, key: str) -> tuple[Sender | None, Refusal | None]:
        """What there is of a sender."""
        return next((one for one in self.senders if one.key == key), None), self.refusals.get(key)


SENDER_ATTRIBUTES: Final = sorted(
    {str(field.validation_alias) for model in (Sender, Refusal) for field in model.model_fields.values()}
    | {SenderAttribute.PART}
)
"""What is asked for of a sender in full: nothing of what only the projection reads."""
OF_DEEDS: Final = [str(field.validation_alias) for field in SenderDeed.model_fields.values()]
"""What is asked for of what people did to it."""


def update_fleet(fleet: Fleet, known: Iterable[Sender]) -> Fleet:
    """The fleet with what is known of some of its senders since somebody acted on them."""
    newer = {one.key: one for one in known}
    if not newer:
        return fleet
    return replace(fleet, senders=[newer.get(one.key, one) for one in fleet.senders])
