"""The contract of an action: what a person does about an incident or a sender.

The keys present decide between the shapes: `incident_id`, `sender`, or one of a maintenance window.
"""

import re
from enum import StrEnum, unique
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from contract import limits
from contract.moments import Day, list_zones
from contract.owners.matching import MAX_PATTERN_CHARACTERS
from contract.values import ContractModel, Moment, check_no_nul, check_text


@unique
class IncidentAction(StrEnum):
    """What may be done about an incident."""

    ACKNOWLEDGE = "acknowledge"
    """Somebody is on it. Whoever does so again takes it over."""
    UNACKNOWLEDGE = "unacknowledge"
    NOTE = "note"
    SNOOZE = "snooze"
    """No notifications for a time."""
    UNSNOOZE = "unsnooze"
    CLOSE = "close"
    """It is over, though no run shows it. Only what is unknown can be closed."""


@unique
class SenderAction(StrEnum):
    """What may be done about a sender."""

    RETIRE = "retire"
    """It is gone for good: what is unknown of it is closed. A run brings it back."""
    UNRETIRE = "unretire"
    """It is not gone after all: its next run is expected."""
    SET_INTERVAL = "set_interval"


@unique
class MaintenanceAction(StrEnum):
    """What may be done about maintenance windows."""

    SCHEDULE = "schedule_maintenance"
    CHANGE = "change_maintenance"
    """Ends a window, and makes another in its place: what has passed stays as it was."""
    END = "end_maintenance"


NEED_NOTE: Final = frozenset({IncidentAction.NOTE, IncidentAction.CLOSE})
"""Those that mean nothing without a note; the others may have one."""
TAKE_UNTIL: Final = frozenset({IncidentAction.ACKNOWLEDGE, IncidentAction.SNOOZE})

ACTION_PARAMETER: Final = "action"
"""Of the address of an incident in the dashboard: one of `LinkedAction`."""


class LinkedAction(StrEnum):
    """The form that the page of an incident opens, filled in; nothing is done until it is sent."""

    ACKNOWLEDGE = "acknowledge"
    SNOOZE = "snooze-4h"


_TIME_OF_DAY: Final = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")


def _wrap_lone_text(value: object) -> object:
    """A lone text as a list of it: PowerShell unrolls a one-element array that passed a pipeline."""
    return [value] if isinstance(value, str) else value


def _check_time(value: str) -> str:
    if _TIME_OF_DAY.fullmatch(value):
        return value
    raise PydanticCustomError(
        "time", "is not a time of day", {"hint": "send one from 00:00 to 23:59; 00:00 also ends a day"}
    )


def _check_zone(value: str) -> str:
    if value in list_zones():
        return value
    raise PydanticCustomError(
        "zone",
        "is not a time zone",
        {"hint": "send a name of the tz database, such as Europe/Berlin; Windows has names of its own"},
    )


class _Action(ContractModel):
    # Ignored, a misspelt key would have something else done than was asked for.
    model_config = ConfigDict(extra="forbid")


_Id = Annotated[
    str, Field(strict=True, max_length=limits.MAX_ACTION_ID_CHARACTERS), AfterValidator(check_text)
]
# The length first: after a function pydantic counts no letters any more, but items.
_Note = Annotated[
    str,
    Field(strict=True, max_length=limits.MAX_NOTE_CHARACTERS),
    AfterValidator(check_no_nul),
    AfterValidator(str.strip),
]
_TimeOfDay = Annotated[str, Field(strict=True), AfterValidator(_check_time)]


class WeeklyHours(_Action):
    """Hours of a week, in a time zone of their own."""

    days: Annotated[list[Day], Field(min_length=1), BeforeValidator(_wrap_lone_text)] = Field(
        description="Some of " + ", ".join(f"`{day}`" for day in Day) + ": those on which the hours begin.",
        examples=[["mon", "tue", "wed", "thu", "fri"]],
    )
    start: _TimeOfDay = Field(
        alias="from", description="When they begin, such as `07:00`.", examples=["07:00"]
    )
    end: _TimeOfDay = Field(
        alias="to",
        description="When they end, such as `19:00`. Not later than `from`: on the next day.",
        examples=["19:00"],
    )
    zone: Annotated[str, Field(strict=True), AfterValidator(_check_zone)] = Field(
        description="Of these times, by its name in the tz database, such as `Europe/Berlin`.",
        examples=["Europe/Berlin"],
    )
    outside: Annotated[bool, Field(strict=True)] = Field(
        default=False,
        description="Whether the window is in force outside these hours instead: they are working hours.",
    )


class ActOnIncident(_Action):
    """Acts on an **incident** that is open or unknown."""

    incident_id: _Id = Field(
        description="The incident's `IncidentId`.", examples=["5b1f9d0c2a7e4f6383d1c0b9a8e7f6d5"]
    )
    action: IncidentAction = Field(
        description=f"`{IncidentAction.CLOSE}`: only what is unknown.", examples=[IncidentAction.ACKNOWLEDGE]
    )
    note: _Note | None = Field(
        default=None,
        description="What the others are to know. Needed by "
        f"`{IncidentAction.NOTE}` and `{IncidentAction.CLOSE}`, whose reason it is.",
    )
    until: Moment | None = Field(
        default=None,
        description=f"ISO 8601 with an offset. Of `{IncidentAction.ACKNOWLEDGE}`: within "
        f"{limits.LONGEST_HOLD.days} days, by default {limits.ACKNOWLEDGED_FOR.seconds // 3600} hours from "
        f"now. Of `{IncidentAction.SNOOZE}`, which needs it: "
        f"{limits.SHORTEST_SNOOZE.seconds // 3600} hour to {limits.LONGEST_HOLD.days} days from now.",
    )
    version: Annotated[int, Field(strict=True, ge=0)] | None = Field(
        default=None,
        description="The incident's `ActionVersion`, 0 where it has none. Where it is sent, nothing is done "
        "if people have acted since; runs do not change it.",
    )


class ActOnSender(_Action):
    """Acts on a **sender**."""

    sender: _Id = Field(
        description="The sender's key, its attribute `Sender`.",
        examples=["8f7b1e0a-6c0d-4c39-b1a1-6f0c8a0d4e11"],
    )
    action: SenderAction = Field(
        description=f"`{SenderAction.UNRETIRE}`: its next report is expected again.",
        examples=[SenderAction.RETIRE],
    )
    note: _Note | None = Field(default=None, description="What the others are to know.")
    interval_minutes: Annotated[int, Field(strict=True, ge=1, le=limits.MAX_INTERVAL_MINUTES)] | None = Field(
        default=None,
        description=f"Needed by `{SenderAction.SET_INTERVAL}`: minutes from one run to the next, "
        "or null, so that it is learnt again.",
    )


_Pattern = Annotated[str, Field(strict=True, max_length=MAX_PATTERN_CHARACTERS), AfterValidator(check_text)]


class MaintenanceWindow(_Action):
    """When, why and for whom notifications and silence alerts are held back. At least one pattern is needed.

    Of what fits every pattern that is given, only ends are notified.
    """

    sender: _Pattern | None = Field(
        default=None,
        description="A pattern of senders' names, as in `owners.yaml`: `*` is any text, `?` one character.",
        examples=["svc-files/FILES01"],
    )
    folder: _Pattern | None = Field(
        default=None, description="A pattern of folders, as in `owners.yaml`.", examples=["D:\\Inbound\\*"]
    )
    owner: _Pattern | None = Field(default=None, description="An owner's name in `owners.yaml`.")
    starts: Moment | None = Field(
        alias="from", default=None, description="When it begins, ISO 8601 with an offset. By default now."
    )
    ends: Moment | None = Field(
        alias="to",
        default=None,
        description=f"When it ends, within {limits.LONGEST_MAINTENANCE.days} days of its beginning. Needed, "
        "unless it is weekly.",
    )
    weekly: WeeklyHours | None = Field(
        default=None, description="The hours of the week that it is limited to. Needs `until`."
    )
    until: Moment | None = Field(
        default=None,
        description=f"When a weekly one ends, within {limits.LONGEST_SERIES.days} days of its beginning.",
    )
    reason: _Note = Field(
        description="Why. Owners whom it touches are sent it.", examples=["Patching of the file servers"]
    )


class MakeMaintenance(_Action):
    """Makes a **maintenance window**, or another in the place of one."""

    action: Literal[MaintenanceAction.SCHEDULE, MaintenanceAction.CHANGE] = Field(
        description=f"`{MaintenanceAction.CHANGE}` ends a window now, and makes another in its place.",
        examples=[MaintenanceAction.SCHEDULE],
    )
    maintenance_id: _Id | None = Field(
        default=None, description=f"The window that is changed. Needed by `{MaintenanceAction.CHANGE}`."
    )
    window: MaintenanceWindow = Field(
        description="All of it; of a change, also what stays as it is.",
        examples=[
            {"sender": "svc-files/*", "to": "2026-11-28T06:00:00Z", "reason": "Patching of the file servers"}
        ],
    )


class EndMaintenance(_Action):
    """Ends a **maintenance window** before its time."""

    action: Literal[MaintenanceAction.END] = Field(
        description="What is open is notified then.", examples=[MaintenanceAction.END]
    )
    maintenance_id: _Id = Field(
        description="The window's id: its making was answered with it.",
        examples=["20261128T060000Z-5b1f9d0c2a7e4f6383d1c0b9a8e7f6d5"],
    )


ActOnMaintenance = MakeMaintenance | EndMaintenance
ActionRequest = ActOnIncident | ActOnSender | MakeMaintenance | EndMaintenance
