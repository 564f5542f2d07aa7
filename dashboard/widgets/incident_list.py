"""Incidents in a table, and the picked one in full."""

from collections.abc import Sequence
from typing import Final

import pandas as pd

from dashboard import columns, incident_columns
from dashboard.columns import Column
from dashboard.data.incident import Incident
from dashboard.frame.attention import TITLE
from dashboard.frame.page import Page
from dashboard.services.deeds import list_possible
from dashboard.services.filters import filter_by_text
from dashboard.services.incidents import mark_snoozed, tabulate_incidents
from dashboard.widgets.chosen import Choice
from dashboard.widgets.incident_actions import Actions
from dashboard.widgets.incident_card import draw_incident
from dashboard.widgets.incident_link import INCIDENT
from dashboard.widgets.table import PAGE_ROWS, draw_table

SEARCHED: Final = (incident_columns.INCIDENT_SENDER_NAME.name, incident_columns.INCIDENT_FOLDER.name)
"""What a search for text looks at."""
OPEN: Final = (
    incident_columns.INCIDENT_STATUS,
    incident_columns.INCIDENT_FOLDER,
    incident_columns.OVERDUE,
    columns.FILE_COUNT,
    incident_columns.ACKNOWLEDGED_BY,
    incident_columns.INCIDENT_SENDER_NAME,
    incident_columns.OWNER,
    incident_columns.BREACHED_SINCE,
    columns.SLA,
    incident_columns.SNOOZED_UNTIL,
    incident_columns.OPENED_AT,
    incident_columns.INCIDENT_BASIS,
)
UNKNOWN: Final = (
    incident_columns.REASON,
    incident_columns.INCIDENT_FOLDER,
    incident_columns.UNKNOWN_SINCE,
    columns.FILE_COUNT,
    incident_columns.ACKNOWLEDGED_BY,
    incident_columns.INCIDENT_SENDER_NAME,
    incident_columns.OWNER,
    incident_columns.INCIDENT_LAST_SEEN,
    incident_columns.BREACHED_SINCE,
    columns.SLA,
    incident_columns.SNOOZED_UNTIL,
)
ENDED: Final = (
    incident_columns.INCIDENT_STATUS,
    incident_columns.INCIDENT_FOLDER,
    incident_columns.ENDED_AT,
    incident_columns.INCIDENT_SENDER_NAME,
    incident_columns.INCIDENT_BASIS,
    incident_columns.OWNER,
    incident_columns.ACKNOWLEDGED_BY,
    incident_columns.BREACHED_SINCE,
)
_OPTIONAL: Final = (
    incident_columns.OWNER,
    incident_columns.SNOOZED_UNTIL,
)
"""Columns that are left out where they say nothing."""
_PHONE_COLUMNS: Final = 6
"""So many, and the owner."""


def draw_incidents(
    incidents: Sequence[Incident],
    key: str,
    shown: Sequence[Column],
    page: Page,
    *,
    noun: str,
    text: str = "",
    rows: int = PAGE_ROWS,
    acts: bool = True,
) -> None:
    """Draws these incidents in their order.

    Args:
        incidents: what to draw.
        key: tells this table from others.
        shown: the columns.
        page: where it is drawn.
        noun: what the rows are, in the plural.
        text: only those are drawn whose sender or folder contains it.
        rows: how many at first.
        acts: whether several may be chosen, to act on all of them.
    """
    frame = mark_snoozed(filter_by_text(tabulate_incidents(incidents, page.now), text, SEARCHED))
    shown = [column for column in shown if column not in _OPTIONAL or _says_anything(frame, column)]
    choice, actions = Choice(key) if acts and len(frame) else None, None
    if choice:
        listed = set(frame[incident_columns.INCIDENT_ID.name])
        actions = _list_actions([one for one in incidents if one.incident_id in listed], key, choice, page)
    picked = draw_table(
        frame,
        key,
        shown,
        page.zone,
        identity=[incident_columns.INCIDENT_ID.name],
        noun=noun,
        picked_in=INCIDENT,
        rows=rows,
        on_phone=_list_phone_columns(shown),
        choice=choice,
        bar=actions,
    )
    if picked is not None:
        wanted = picked[incident_columns.INCIDENT_ID.name]
        draw_incident(next(one for one in incidents if one.incident_id == wanted), page)


def _list_actions(incidents: Sequence[Incident], key: str, choice: Choice, page: Page) -> Actions:
    return Actions(
        incidents=[one for one in incidents if one.incident_id in choice.ids],
        place=f"{key}_chosen",
        focus=TITLE,
        page=page,
        offered=list_possible(incidents, page.now),
        after=choice.clear,
    )


def _list_phone_columns(shown: Sequence[Column]) -> list[Column]:
    return [
        column
        for number, column in enumerate(shown)
        if number < _PHONE_COLUMNS or column is incident_columns.OWNER
    ]


def _says_anything(frame: pd.DataFrame, column: Column) -> bool:
    values = frame[column.name]
    return bool((values.notna() & values.ne("")).any())
