"""Incidents in a table with the picked one in full, and the choice of whose are shown."""

from collections.abc import Sequence
from typing import Final

from dashboard import columns
from dashboard.columns import Column
from dashboard.figures.actions import list_possible
from dashboard.figures.incidents import (
    Whose,
    filter_by_owner,
    filter_by_whose,
    list_owners,
    mark_snoozed,
    tabulate_incidents,
)
from dashboard.figures.text import filter_by_text
from dashboard.frame.choices import Parameter, draw_radio, parse_choice, parse_name
from dashboard.frame.page import Page
from dashboard.frame.waiting import TITLE
from dashboard.widgets.basics import draw_choice
from dashboard.widgets.incident_actions import Actions
from dashboard.widgets.incident_card import draw_incident
from dashboard.widgets.links import INCIDENT
from dashboard.widgets.table import PAGE_ROWS, Choice, draw_table
from store.incidents import Incident

SEARCHED: Final = (columns.SENDER_NAME.name, columns.INCIDENT_FOLDER.name)
"""What a search for text looks at."""
OPEN: Final = (
    columns.INCIDENT_STATUS,
    columns.INCIDENT_FOLDER,
    columns.OVERDUE,
    columns.FILE_COUNT,
    columns.ACKNOWLEDGED_BY,
    columns.SENDER_NAME,
    columns.OWNER,
    columns.BREACHED_SINCE,
    columns.SLA,
    columns.SNOOZED_UNTIL,
    columns.OPENED_AT,
    columns.INCIDENT_BASIS,
)
UNKNOWN: Final = (
    columns.REASON,
    columns.INCIDENT_FOLDER,
    columns.UNKNOWN_SINCE,
    columns.FILE_COUNT,
    columns.ACKNOWLEDGED_BY,
    columns.SENDER_NAME,
    columns.OWNER,
    columns.INCIDENT_LAST_SEEN,
    columns.BREACHED_SINCE,
    columns.SLA,
    columns.SNOOZED_UNTIL,
)
ENDED: Final = (
    columns.INCIDENT_STATUS,
    columns.INCIDENT_FOLDER,
    columns.ENDED_AT,
    columns.SENDER_NAME,
    columns.INCIDENT_BASIS,
    columns.OWNER,
    columns.ACKNOWLEDGED_BY,
    columns.BREACHED_SINCE,
)
_OPTIONAL: Final = (
    columns.OWNER,
    columns.SNOOZED_UNTIL,
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
        key: identifies this table.
        shown: the columns.
        page: where it is drawn.
        noun: what the rows are, in the plural.
        text: only those are drawn whose sender or folder contains it.
        rows: how many at first.
        acts: whether several may be chosen, to act on all of them.
    """
    frame = mark_snoozed(filter_by_text(tabulate_incidents(incidents, page.now), text, SEARCHED))

    def says_something(column: Column) -> bool:
        values = frame[column.name]
        return bool((values.notna() & values.ne("")).any())

    shown = [column for column in shown if column not in _OPTIONAL or says_something(column)]
    choice, actions = Choice(key) if acts and len(frame) else None, None
    if choice:
        listed = set(frame[columns.INCIDENT_ID.name])
        offered = [one for one in incidents if one.incident_id in listed]
        actions = Actions(
            incidents=[one for one in offered if one.incident_id in choice.ids],
            place=f"{key}_chosen",
            focus=TITLE,
            page=page,
            offered=list_possible(offered, page.now),
            after=choice.clear,
        )
    picked = draw_table(
        frame,
        key,
        shown,
        page.zone,
        identity=[columns.INCIDENT_ID.name],
        noun=noun,
        picked_in=INCIDENT,
        rows=rows,
        on_phone=[*shown[:_PHONE_COLUMNS], columns.OWNER],
        choice=choice,
        bar=actions,
    )
    if picked is not None:
        wanted = picked[columns.INCIDENT_ID.name]
        draw_incident(next(one for one in incidents if one.incident_id == wanted), page)


OWNER: Final = Parameter("owner", parse_name(256))
_WHOSE: Final = Parameter("who", parse_choice(*Whose))
_LABELS: Final = {Whose.ALL: "All", Whose.UNACKNOWLEDGED: "Unacknowledged", Whose.MINE: "Mine"}


def pick_incidents(live: Sequence[Incident], ended: Sequence[Incident], page: Page) -> list[Incident]:
    """Draws the choices, and returns those that match, of both, in their order."""
    owner = pick_owner(list_owners([*live, *ended]))
    whose = Whose(_WHOSE.read(Whose.ALL.value))
    username = page.session.analyst.username
    owned = filter_by_owner(live, owner)
    counts = {one: len(filter_by_whose(owned, one, username, page.now)) for one in Whose}

    def spell(one: str) -> str:
        return f"{_LABELS[Whose(one)]} ({counts[Whose(one)]:,})"

    draw_radio("Whose", _WHOSE, [one.value for one in Whose], whose.value, spell)
    return filter_by_whose([*owned, *filter_by_owner(ended, owner)], whose, username, page.now)


def pick_owner(known: Sequence[str]) -> str:
    """Draws the choice of one of these owners, and returns the name; "" for all.

    Where nobody owns anything there is nothing to choose, unless a link does.
    """
    owner = OWNER.value("")
    if known or owner:
        draw_choice("Owner", OWNER, known, owner, "All owners")
    return owner
