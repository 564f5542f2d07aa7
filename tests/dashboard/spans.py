"""Incidents in a few words, as pages are told of them."""

from datetime import datetime

from contract.words import IncidentStatus
from dashboard.figures.stuck_files import BreachSpan


def span(opened: datetime, ended: datetime | None = None) -> BreachSpan:
    """One that is open, or was cleared."""
    return BreachSpan(opened, ended, IncidentStatus.OPEN if ended is None else IncidentStatus.CLEARED)
