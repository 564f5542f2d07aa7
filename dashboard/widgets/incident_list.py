"""Incidents in a table, and the picked one in full."""

from collections.abc import Sequence
from typing import Final

from dashboard import columns, incident_columns
from dashboard.columns import Column
from dashboard.data.incident import Incident
from dashboard.data.sender import Fleet
from dashboard.frame.page import Page
from dashboard.services.filters import filter_by_text
from dashboard.services.incidents import tabulate_incidents
from dashboard.widgets.incident_card import draw_incident
from dashboard.widgets.incident_link import INCIDENT
from dashboard.widgets.table import PAGE_ROWS, draw_table

SEARCHED: Final = (incident_columns.SENDER_NAME.name, incident_columns.FOLDER.name)
"""What a search for text looks at."""
OPEN: Final = (
    incident_columns.STATUS,
    incident_columns.FOLDER,
    incident_columns.OVERDUE,
    columns.FILE_COUNT,
    incident_columns.SENDER_NAME,
    incident_columns.BREACHED_SINCE,
    columns.SLA,
    incident_columns.OPENED_AT,
    incident_columns.BASIS,
)
UNKNOWN: Final = (
    incident_columns.REASON,
    incident_columns.FOLDER,
    incident_columns.UNKNOWN_SINCE,
    columns.FILE_COUNT,
    incident_columns.SENDER_NAME,
    incident_columns.LAST_SEEN,
    incident_columns.BREACHED_SINCE,
    columns.SLA,
)
ENDED: Final = (
    incident_columns.STATUS,
    incident_columns.FOLDER,
    incident_columns.ENDED_AT,
    incident_columns.SENDER_NAME,
    incident_columns.BASIS,
    incident_columns.BREACHED_SINCE,
)


def draw_incidents(
    incidents: Sequence[Incident],
    key: str,
    shown: Sequence[Column],
    fleet: Fleet,
    page: Page,
    *,
    noun: str,
    text: str = "",
    rows: int = PAGE_ROWS,
) -> None:
    """Draws these incidents in their order.

    Args:
        incidents: what to draw.
        key: tells this table from others.
        shown: the columns.
        fleet: every sender.
        page: where it is drawn.
        noun: what the rows are, in the plural.
        text: only those are drawn whose sender or folder contains it.
        rows: how many at first.
    """
    frame = filter_by_text(tabulate_incidents(incidents, page.now), text, SEARCHED)
    picked = draw_table(
        frame,
        key,
        shown,
        page.zone,
        identity=[incident_columns.INCIDENT_ID.name],
        noun=noun,
        picked_in=INCIDENT,
        rows=rows,
    )
    if picked is not None:
        wanted = picked[incident_columns.INCIDENT_ID.name]
        draw_incident(next(one for one in incidents if one.incident_id == wanted), fleet, page)
