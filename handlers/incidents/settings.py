"""What people do to a sender or an incident, as far as the rules know of it."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from contract.action import IncidentAction, SenderAction
from handlers.incidents.hours import Hours
from handlers.incidents.state import Settings


class Action(StrEnum):
    """What was done: to a sender or, to close it, to an incident. The rules know of no other deeds."""

    PAUSE = SenderAction.PAUSE.value
    RESUME = SenderAction.RESUME.value
    RETIRE = SenderAction.RETIRE.value
    SET_INTERVAL = SenderAction.SET_INTERVAL.value
    SET_HOURS = SenderAction.SET_HOURS.value
    CLOSE = IncidentAction.CLOSE.value


@dataclass(frozen=True, kw_only=True)
class Act:
    """Something that a person did. These are kept as runs are: a rebuild needs them in their place."""

    at: datetime
    act_id: str
    action: Action
    interval: timedelta | None = None
    """None takes the setting back."""
    hours: Hours | None = None
    """None takes the setting back."""
    folder: str | None = None
    """The key of the folder whose incident is closed. Not the incident's id: that of one which a
    late run made begin earlier is another until the whole fold is done."""
    by: str | None = None
    """The user's name."""
    note: str | None = None
    """Why, in the user's words."""

    @property
    def stamp(self) -> tuple[datetime, str]:
        """Its place in the order of deeds."""
        return self.at, self.act_id


def after(settings: Settings, act: Act) -> Settings:
    """The settings that an act leaves."""
    match act.action:
        case Action.PAUSE:
            return replace(settings, paused_at=settings.paused_at or act.at)
        case Action.RESUME:
            # Also brings back what was retired by mistake.
            paused = settings.paused_at is not None or settings.retired_at is not None
            resumed = act.at if paused else settings.resumed_at
            return replace(settings, paused_at=None, retired_at=None, resumed_at=resumed)
        case Action.RETIRE:
            return replace(settings, retired_at=settings.retired_at or act.at)
        case Action.SET_INTERVAL:
            return replace(settings, interval=act.interval)
        case Action.SET_HOURS:
            return replace(settings, hours=act.hours)
        case Action.CLOSE:
            return settings
