"""How an incident is, and how that is known, in the words of every screen and message."""

from typing import Final

from contract.incidents import Clearing, IncidentStatus, UnknownReason

# Never by colour alone: each status has a sign of its own.
LABELS: Final = {
    IncidentStatus.OPEN: "▲ Open",
    IncidentStatus.UNKNOWN: "? Unknown",
    IncidentStatus.CLEARED: "✓ Cleared",
    IncidentStatus.LAPSED: "~ Lapsed",
    IncidentStatus.CLOSED: "✕ Closed",
}
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
_OPEN: Final = "its server's reports name it"
CLOSED_SOMEHOW: Final = "by hand, or with its sender"
"""Where the incident itself does not tell which."""
_CLEARINGS: Final = {
    Clearing.LISTED: "the server read the folder, and no file was over the SLA",
    Clearing.LEFT_OUT: "a later report names the folders beside it and not this one",
    Clearing.EMPTY: "a later report says that nothing is stuck",
}


def explain_status(
    status: IncidentStatus, *, reason: UnknownReason | None, cleared_by: Clearing | None, between: bool
) -> str:
    """How a status is known, as the rest of a sentence that begins with the status.

    Args:
        status: of the incident.
        reason: why it is unknown, or was when it ended.
        cleared_by: what showed that it was over; None where it was not cleared.
        between: whether it was cleared at some time between its last sighting and the run that showed it.
    """
    known = f"{REASONS[reason]}: {EXPLANATIONS[reason]}" if reason else ""
    match status:
        case IncidentStatus.OPEN:
            return _OPEN
        case IncidentStatus.CLEARED:
            found = _CLEARINGS[cleared_by] if cleared_by else ""
            return f"{found}; it ended at some time since it was last seen" if between else found
        case IncidentStatus.LAPSED:
            return f"it ended unseen ({known})" if known else "it ended unseen"
        case IncidentStatus.CLOSED:
            return f"{CLOSED_SOMEHOW} ({known})" if known else CLOSED_SOMEHOW
        case IncidentStatus.UNKNOWN:
            return known
