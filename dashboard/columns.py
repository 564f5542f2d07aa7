"""Every column that records, stuck files and incidents have: name in the data frames, type, headings."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

import pandas as pd

from store.records import Attribute

MOMENT: Final = "datetime64[us, UTC]"

Kind = Literal["text", "path", "minutes", "ago", "due", "count", "mean", "percent", "moment", "creation"]
"""What the values are, and so how a table shows them. Minutes may be those since, or those until."""


@dataclass(frozen=True)
class Column:
    """One column.

    `heading` stands over it on the screen, `csv_heading` in a file, where it names the unit too.
    """

    name: str
    dtype: str
    kind: Kind = "text"
    heading: str = ""
    csv_heading: str = ""
    explanation: str | None = None
    width: int | None = None
    """Pixels; None leaves it to the table."""
    attribute: str = ""
    """That of a record which holds it; empty where it is not stored with records."""
    absent: Any = None
    """Its value in records that lack the attribute."""
    names: bool = False
    """Whether it is part of what a row is called."""
    labelled: bool = False
    """Whether its heading stands before it on a card: its values do not say what they are."""


# What every record has.
DETECTED_AT: Final = Column(
    "detected_at", MOMENT, "moment", "Reported", "Reported", attribute=Attribute.DETECTED_AT, names=True
)
REPORTED_BY: Final = Column(
    "reported_by", "str", "text", "Reporter", "Reporter", attribute=Attribute.REPORTED_BY
)
FOLDER: Final = Column(
    "folder",
    "str",
    "path",
    "Folder",
    "Folder",
    None,
    305,
    attribute=Attribute.FOLDER,
    names=True,
)
SLA: Final = Column(
    "sla",
    "int64",
    "minutes",
    "SLA",
    "SLA (min)",
    "How long a file may wait in its folder.",
    60,
    attribute=Attribute.SLA,
)
FILE_COUNT: Final = Column(
    "file_count", "int64", "count", "Files", "Files", None, 72, attribute=Attribute.FILE_COUNT
)
PARTS: Final = Column("parts", "int64", "count", attribute=Attribute.PARTS, absent=1)
"""In how many parts the record was stored."""
SENDER: Final = Column("sender", "str", attribute=Attribute.SENDER, absent="")
"""The sender's key; empty in older records, whose sender is the account."""
RUN_ID: Final = Column("run_id", "str", attribute=Attribute.RUN_ID, absent="")
"""The run that reported it; empty in older records, and where files were not asked for."""
RECORD: Final = (DETECTED_AT, FOLDER, FILE_COUNT, SLA, REPORTED_BY)
"""What is asked of the table, read and downloaded of every record, in the order of the screen."""
BESIDE: Final = (PARTS, SENDER)
"""What is asked for and read beside that, and not shown as it is."""
SENDER_NAME: Final = Column(
    "sender_name",
    "str",
    "text",
    "Sender",
    "Sender",
    "The account, and what the script calls itself.",
    120,
)
"""What a screen calls the sender."""
COMPLETE: Final = Column("complete", "bool")
"""False while parts of a record that was stored in several are missing."""

# What every file of a record has beside them.
FILENAME: Final = Column("filename", "str", "text", "File", "File", None, 150, names=True)
CREATED: Final = Column(
    "created",
    MOMENT,
    "creation",
    "Waiting since",
    "Created",
    "(?): before 1970 or in the future, so the file's age is unknown.",
    125,
)
PLAUSIBLE: Final = Column("plausible", "bool")
"""Whether the date of its creation gives its age."""

# What is worked out of a stuck file.
FOLDER_KEY: Final = Column("folder_key", "str")
"""What all spellings of a folder have in common."""
STATUS: Final = Column("status", "str", "text", "Status", "Status", None, 100)
BASIS: Final = Column("basis", "str", "text", "How it is known", "How it is known")
OVERDUE_NOW: Final = Column(
    "overdue_now", "float64", "minutes", "Over SLA now", "Over SLA now (min)", None, 112
)
OVERDUE_WORST: Final = Column(
    "overdue_worst",
    "float64",
    "minutes",
    "At worst",
    "Over SLA at worst (min)",
    "The longest it was over its SLA.",
)
FIRST_SEEN: Final = Column(
    "first_seen", MOMENT, "moment", "First reported", "First reported", "Within the range shown."
)
LAST_SEEN: Final = Column("last_seen", MOMENT, "moment", "Last reported", "Last reported")
REPORTS: Final = Column(
    "reports", "int64", "count", "Reports", "Reports", "How often it was reported within the range shown."
)
CLEARED_AT: Final = Column("cleared_at", MOMENT, "moment", "Cleared at", "Cleared at")
LATER: Final = Column("later", "int64", "count")
"""How often the same file was stuck again later."""


def tabulate(rows: Sequence[tuple[object, ...]], columns: Sequence[Column]) -> pd.DataFrame:
    """A data frame of these rows, whose values are in the order of the columns."""
    names = [column.name for column in columns]
    return pd.DataFrame.from_records(rows, columns=names).astype(list_dtypes(*columns))


def list_dtypes(*columns: Column) -> dict[str, str]:
    """The types of a data frame with these columns, by name."""
    return {column.name: column.dtype for column in columns}


INCIDENT_ID: Final = Column("incident_id", "str", csv_heading="Incident")
INCIDENT_SENDER_NAME: Final = Column(
    "sender_name", "str", "text", "Sender", "Sender", "The account, and the script's own name.", 120
)
INCIDENT_STATUS: Final = Column("status", "str", "text", "Status", "Status", None, 90)
INCIDENT_FOLDER: Final = replace(FOLDER, width=198)
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
    "When its oldest file was created. Empty where no file's age is known.",
)
BREACHED_SINCE: Final = Column(
    "breached_since",
    MOMENT,
    "moment",
    "In breach since",
    "In breach since",
    "When the folder's oldest file went over the SLA.",
)
OPENED_AT: Final = Column(
    "opened_at", MOMENT, "moment", "First seen", "First seen", "The run that first found it."
)
INCIDENT_LAST_SEEN: Final = Column("last_seen", MOMENT, "moment", "Last seen", "Last seen")
UNKNOWN_SINCE: Final = Column("unknown_since", MOMENT, "moment", "Unknown since", "Unknown since")
ENDED_AT: Final = Column("ended_at", MOMENT, "moment", "Ended", "Ended")
OWNER: Final = Column("owner", "str", "text", "Owner", "Owner", "Who owns the folder.", 100, labelled=True)
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
    "Until then owners get no notifications, except when it ends.",
)
