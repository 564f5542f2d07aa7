"""Columns of the figures of a week."""

from dataclasses import replace
from typing import Final

from dashboard import columns, incident_columns
from dashboard.columns import MOMENT, Column

OWNER: Final = replace(
    incident_columns.OWNER, explanation="Whom the folders belong to.", names=True, labelled=False
)
"""Here it is part of what a row is called."""
FOLDER: Final = replace(columns.FOLDER, width=240)
FOLDERS: Final = Column(
    "folders", "int64", "count", "Folders", "Folders", "That were in breach in these weeks.", 80
)
INCIDENTS: Final = Column(
    "incidents", "int64", "count", "Incidents", "Incidents", "In breach at any time of the week so far.", 90
)
INCIDENTS_BEFORE: Final = Column(
    "incidents_before",
    "float64",
    "mean",
    "Incidents before",
    "Incidents before",
    "On average, by the same time.",
    130,
)
BREACHED: Final = Column(
    "breached",
    "float64",
    "minutes",
    "In breach",
    "In breach (min)",
    "Each folder once, however many of its incidents there were at a time.",
    100,
)
BREACHED_BEFORE: Final = Column(
    "breached_before",
    "float64",
    "minutes",
    "In breach before",
    "In breach before (min)",
    "On average, by the same time.",
    130,
)
WITHIN: Final = Column(
    "within",
    "float64",
    "percent",
    "Within SLA",
    "Within SLA (%)",
    "Share of the time of the week so far in which the folder was not in breach.",
    96,
)
WITHIN_BEFORE: Final = Column(
    "within_before",
    "float64",
    "percent",
    "Within SLA before",
    "Within SLA before (%)",
    "On average, by the same time.",
    136,
)
LONGEST: Final = Column(
    "longest",
    "float64",
    "minutes",
    "Longest breach",
    "Longest breach (min)",
    "Of one incident, as far as it lies in the week.",
    120,
)
WEEK: Final = Column("week", MOMENT, "moment", "From", "From", None, 136)
_FIGURES: Final = (
    INCIDENTS,
    INCIDENTS_BEFORE,
    BREACHED,
    BREACHED_BEFORE,
    WITHIN,
    WITHIN_BEFORE,
    LONGEST,
)
BEFORE: Final = (INCIDENTS_BEFORE, BREACHED_BEFORE, WITHIN_BEFORE)
"""Figures of the weeks before."""
OF_FOLDERS: Final = (FOLDER, OWNER, *_FIGURES)
OF_OWNERS: Final = (OWNER, FOLDERS, *_FIGURES)
OF_PARTS: Final = (WEEK, INCIDENTS, BREACHED, WITHIN, LONGEST)
