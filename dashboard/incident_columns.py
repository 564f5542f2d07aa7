"""Columns that incidents have beside those of records and stuck files."""

from dataclasses import replace
from typing import Final

from dashboard import columns
from dashboard.columns import MOMENT, Column

INCIDENT_ID: Final = Column("incident_id", "str", csv_heading="Incident")
INCIDENT_SENDER_NAME: Final = Column(
    "sender_name", "str", "text", "Sender", "Sender", "The account, and the script's own name.", 120
)
INCIDENT_STATUS: Final = Column("status", "str", "text", "Status", "Status", None, 90)
INCIDENT_FOLDER: Final = replace(columns.FOLDER, width=198)
"""Beside the sender there is less room: on a screen of 1,280 pixels the owner has to find some, too."""
REASON: Final = Column("reason", "str", "text", "Why", "Why", None, 140)
INCIDENT_BASIS: Final = Column("basis", "str", "text", "How it is known", "How it is known", None, 230)
OVERDUE: Final = Column(
    "overdue",
    "float64",
    "minutes",
    "Oldest over SLA",
    "Oldest over SLA (min)",
    "How far its oldest file is over the SLA now.",
    124,
)
OLDEST: Final = Column(
    "oldest",
    MOMENT,
    "moment",
    "Oldest file",
    "Oldest file",
    "When it was created; nothing where no date of its files tells their age.",
)
BREACHED_SINCE: Final = Column(
    "breached_since", MOMENT, "moment", "In breach since", "In breach since", "Since when the SLA is broken."
)
OPENED_AT: Final = Column(
    "opened_at", MOMENT, "moment", "First seen", "First seen", "The run that first found it."
)
INCIDENT_LAST_SEEN: Final = Column("last_seen", MOMENT, "moment", "Last seen", "Last seen")
UNKNOWN_SINCE: Final = Column("unknown_since", MOMENT, "moment", "Unknown since", "Unknown since")
ENDED_AT: Final = Column("ended_at", MOMENT, "moment", "Ended", "Ended")
OWNER: Final = Column(
    "owner", "str", "text", "Owner", "Owner", "Whom the folder belongs to.", 100, labelled=True
)
ACKNOWLEDGED_BY: Final = Column(
    "acknowledged_by",
    "str",
    "text",
    "Acknowledged by",
    "Acknowledged by",
    "Who is on it now.",
    130,
    labelled=True,
)
ACKNOWLEDGED_UNTIL: Final = Column(
    "acknowledged_until", MOMENT, "moment", "Acknowledged until", "Acknowledged until", None, 140
)
SNOOZED_UNTIL: Final = Column(
    "snoozed_until",
    MOMENT,
    "moment",
    "Snoozed until",
    "Snoozed until",
    "Until then its owners are told nothing but its end.",
)
