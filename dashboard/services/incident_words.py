"""How an incident is, and how that is known, in words."""

from collections.abc import Iterable
from typing import Final

from contract.incidents import Clearing, IncidentStatus, UnknownReason
from dashboard.data.incident import Incident

# Never by colour alone: each status has a sign of its own.
LABELS: Final = {
    IncidentStatus.OPEN: "▲ Open",
    IncidentStatus.UNKNOWN: "? Unknown",
    IncidentStatus.CLEARED: "✓ Cleared",
    IncidentStatus.LAPSED: "~ Lapsed",
    IncidentStatus.CLOSED: "✕ Closed",
}
_OPEN: Final = "its server's reports name it"
REASONS: Final = {
    UnknownReason.SILENT: "server silent",
    UnknownReason.UNREADABLE: "folder unreadable",
    UnknownReason.UNWATCHED: "no longer watched",
    UnknownReason.UNPROVEN: "not proven",
    UnknownReason.QUIET: "not reported any more",
}
"""In the order in which they are shown."""
EXPLANATIONS: Final = {
    UnknownReason.SILENT: "the server has not reported for longer than twice its interval",
    UnknownReason.UNREADABLE: "the server could not read the folder",
    UnknownReason.UNWATCHED: "the folder is no longer in the list of those that the server looks at",
    UnknownReason.UNPROVEN: (
        "several servers speak through one account, or the reports do not tell which folders are well"
    ),
    UnknownReason.QUIET: "this script says nothing when all is well",
}
_CLEARINGS: Final = {
    Clearing.LISTED: "the server read the folder, and no file was over the SLA",
    Clearing.LEFT_OUT: "a later report names the folders beside it and not this one",
    Clearing.EMPTY: "a later report says that nothing is stuck",
}


def rank_reason(reason: UnknownReason | None) -> int:
    """The place of a reason among the others."""
    return list(REASONS).index(reason) if reason else len(REASONS)


def name_reason(incident: Incident) -> str:
    """Why nobody can tell how it is, in two or three words."""
    return REASONS[incident.reason] if incident.reason else ""


def explain(incident: Incident) -> str:
    """How its status is known, as the rest of a sentence that begins with the status."""
    reason = f"{name_reason(incident)}: {EXPLANATIONS[incident.reason]}" if incident.reason else ""
    match incident.status:
        case IncidentStatus.OPEN:
            return _OPEN
        case IncidentStatus.CLEARED:
            found = _CLEARINGS[incident.cleared_by] if incident.cleared_by else ""
            return f"{found}; it ended at some time since it was last seen" if incident.between else found
        case IncidentStatus.LAPSED:
            return f"it ended unseen ({reason})" if reason else "it ended unseen"
        case IncidentStatus.CLOSED:
            return f"by hand, or with its sender ({reason})" if reason else "by hand, or with its sender"
        case IncidentStatus.UNKNOWN:
            return reason


def list_reasons(incidents: Iterable[Incident]) -> list[tuple[UnknownReason, list[Incident]]]:
    """The reasons of these incidents in their order, each with those that have it."""
    by_reason: dict[UnknownReason, list[Incident]] = {reason: [] for reason in REASONS}
    for one in incidents:
        if one.reason is not None:
            by_reason[one.reason].append(one)
    return [(reason, same) for reason, same in by_reason.items() if same]
