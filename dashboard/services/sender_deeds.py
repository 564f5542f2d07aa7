"""What may be done about a sender, and what people did."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from contract.action import Day, SenderAction
from contract.moments import format_duration
from contract.words import SenderState
from dashboard.data.sender import Sender, SenderDeed
from dashboard.services.deed_words import Line
from dashboard.services.expected_hours import describe_hours

LABELS: Final = {
    SenderAction.PAUSE: "Pause",
    SenderAction.RESUME: "Resume",
    SenderAction.RETIRE: "Retire",
    SenderAction.SET_INTERVAL: "Set interval",
    SenderAction.SET_HOURS: "Set hours",
}
EXPLANATIONS: Final = {
    SenderAction.PAUSE: "Its silence is not judged until somebody resumes it, as during maintenance.",
    SenderAction.RESUME: "Its silence is judged again, from now on.",
    SenderAction.RETIRE: "It is gone for good: what is unknown of it is closed. A report brings it back.",
    SenderAction.SET_INTERVAL: "How often it reports: it is late and silent by that, whatever it declares.",
    SenderAction.SET_HOURS: "When it is expected. Outside these hours its silence is not judged.",
}
OUTCOMES: Final = {
    SenderAction.PAUSE: "Paused.",
    SenderAction.RESUME: "Resumed.",
    SenderAction.RETIRE: "Retired.",
    SenderAction.SET_INTERVAL: "The interval is set.",
    SenderAction.SET_HOURS: "The hours are set.",
}
TAKEN_BACK: Final = {
    SenderAction.SET_INTERVAL: "The interval is no longer set.",
    SenderAction.SET_HOURS: "It is expected at all hours again.",
}
_DONE: Final = {
    SenderAction.PAUSE: "paused it",
    SenderAction.RESUME: "resumed it",
    SenderAction.RETIRE: "retired it",
}


def list_possible(sender: Sender) -> list[SenderAction]:
    """What means anything for a sender, in the order in which it is offered."""
    held = sender.state in (SenderState.PAUSED, SenderState.RETIRED)
    left_out = {SenderAction.PAUSE} if held else {SenderAction.RESUME}
    if sender.state is SenderState.RETIRED:
        left_out |= {SenderAction.RETIRE}
    return [action for action in SenderAction if action not in left_out]


def is_set(sender: Sender, action: SenderAction) -> bool:
    """Whether a setting is one that may be taken back."""
    if action is SenderAction.SET_INTERVAL:
        return sender.interval_from == "set"
    return action is SenderAction.SET_HOURS and sender.hours is not None


def build_body(sender: Sender, action: SenderAction, note: str, **setting: Any) -> Mapping[str, Any]:
    """What is asked for; a setting of None takes it back."""
    body: dict[str, Any] = {"sender": sender.key, "action": action.value, **setting}
    return {**body, "note": note.strip()} if note.strip() else body


def spell_hours(days: Iterable[Day], start: str, end: str, zone: str) -> Mapping[str, Any]:
    """Hours as they are asked for; times of day are such as `07:00`."""
    return {
        "days": [day.value for day in Day if day in set(days)],
        "from": start,
        "to": end,
        "zone": zone,
    }


def list_lines(deeds: Iterable[SenderDeed]) -> list[Line]:
    """What people did, as lines of a history."""
    return [Line(at=one.at, who=one.by, what=_describe(one), note=one.note) for one in deeds]


def _describe(deed: SenderDeed) -> str:
    match deed.action:
        case SenderAction.SET_INTERVAL if deed.interval_minutes is None:
            return "took its interval back"
        case SenderAction.SET_INTERVAL:
            return f"set its interval to {format_duration(float(deed.interval_minutes or 0))}"
        case SenderAction.SET_HOURS if deed.hours is None:
            return "took its hours back"
        case SenderAction.SET_HOURS:
            return f"set its hours to {describe_hours(deed.hours)}"
        case "close":
            return "closed an incident of it"
    return next(
        (words for action, words in _DONE.items() if action == deed.action), deed.action.replace("_", " ")
    )
