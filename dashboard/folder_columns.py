"""Columns that folders have."""

from typing import Final

from dashboard.columns import MOMENT, Column

NOW: Final = Column("now", "str", "text", "Now", "Now", "Whether it is in breach at the moment.", 116)
OVERDUE: Final = Column(
    "overdue",
    "float64",
    "minutes",
    "Over SLA now",
    "Over SLA now (min)",
    "How far its oldest file is over the SLA.",
    112,
)
HOURS: Final = Column(
    "hours", "int64", "count", "Hours in breach", "Hours in breach", "Hours of the range with a report.", 124
)
MOST_FILES: Final = Column(
    "most_files", "int64", "count", "Most files", "Most files", "In one report of the range.", 90
)
SENDERS: Final = Column("senders", "int64", "count", "Senders", "Senders", "That reported it.", 80)
LAST_REPORTED: Final = Column(
    "last_reported", MOMENT, "moment", "Last reported", "Last reported", "In the range.", 136
)
