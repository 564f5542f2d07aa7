"""How an incident is, and how that is known, in words."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from contract.action import IncidentAction
from contract.words import CLOSED_SOMEHOW, REASONS, IncidentStatus, UnknownReason, explain_status
from dashboard.data.incident import Incident

_AT_ONCE: Final = timedelta(seconds=2)
"""So far apart an incident's end and the deed that ended it may be written."""


def rank_reason(reason: UnknownReason | None) -> int:
    """The place of a reason among the others."""
    return list(REASONS).index(reason) if reason else len(REASONS)


def name_reason(incident: Incident) -> str:
    """Why nobody can tell how it is, in two or three words."""
    return REASONS[incident.reason] if incident.reason else ""


def explain(incident: Incident) -> str:
    """How its status is known, as the rest of a sentence that begins with the status.

    Who closed it is told where its history is there and says so.
    """
    told = explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )
    closer = _find_closer(incident)
    return told.replace(CLOSED_SOMEHOW, f"by {closer}", 1) if closer else told


def list_reasons(incidents: Iterable[Incident]) -> list[tuple[UnknownReason, list[Incident]]]:
    """The reasons of these incidents in their order, each with those that have it."""
    by_reason: dict[UnknownReason, list[Incident]] = {reason: [] for reason in REASONS}
    for one in incidents:
        if one.reason is not None:
            by_reason[one.reason].append(one)
    return [(reason, same) for reason, same in by_reason.items() if same]


def _find_closer(incident: Incident) -> str:
    """Who closed it by hand; nobody where it was closed otherwise, or its history is not there."""
    ended = incident.ended_at
    if incident.status is not IncidentStatus.CLOSED or ended is None:
        return ""
    # One that was closed, opened again and was closed with its sender has a deed that did not end it.
    closings = (one for one in incident.history if one.action == IncidentAction.CLOSE)
    return next((one.by for one in closings if abs(one.at - ended) <= _AT_ONCE), "")
