"""How an incident is, and how that is known, in words."""

from collections.abc import Iterable

from contract.incident_words import REASONS, explain_status
from contract.incidents import UnknownReason
from dashboard.data.incident import Incident


def rank_reason(reason: UnknownReason | None) -> int:
    """The place of a reason among the others."""
    return list(REASONS).index(reason) if reason else len(REASONS)


def name_reason(incident: Incident) -> str:
    """Why nobody can tell how it is, in two or three words."""
    return REASONS[incident.reason] if incident.reason else ""


def explain(incident: Incident) -> str:
    """How its status is known, as the rest of a sentence that begins with the status."""
    return explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )


def list_reasons(incidents: Iterable[Incident]) -> list[tuple[UnknownReason, list[Incident]]]:
    """The reasons of these incidents in their order, each with those that have it."""
    by_reason: dict[UnknownReason, list[Incident]] = {reason: [] for reason in REASONS}
    for one in incidents:
        if one.reason is not None:
            by_reason[one.reason].append(one)
    return [(reason, same) for reason, same in by_reason.items() if same]
