"""Every column that records, stuck files and incidents have: name in the data frames, type, headings."""

from collections.abc import Iterable, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any, Final, Literal

import pandas as pd

from store.records import Attribute

MOMENT: Final = "datetime64[us, UTC]"

Kind = (
    Literal["text", "name", "prose", "path", "link", "status", "act", "moment", "creation", "flag"]
    | Literal["minutes", "ago", "due", "count", "mean", "percent"]
)
"""What the values are, and so how a table shows them. Minutes may be those since, or those until.

`name`, `prose` and `path` have a line of their own on a card; `prose` is never cut. A `status` has the colour
of its sign, and an `act` is a button.
"""
_DTYPES: Final = {
    **dict.fromkeys(("minutes", "ago", "due", "mean", "percent"), "float64"),
    **dict.fromkeys(("moment", "creation"), MOMENT),
    "count": "int64",
    "flag": "bool",
}
_UNITS: Final = {"minutes": " (min)", "due": " (min)", "ago": " (min ago)", "percent": " (%)"}


@dataclass(frozen=True)
class Column:
    """One column.

    `heading` stands over it on the screen, `csv_heading` in a file, where it names the unit too.
    """

    name: str
    kind: Kind = "text"
    heading: str = ""
    explanation: str | None = None
    width: int | None = None
    """Pixels that it takes at least; None leaves it to the table."""
    _: KW_ONLY
    csv_heading: str = ""
    """The other heading and the unit, unless it is given."""
    dtype: str = ""
    """That of its kind, unless it is given."""
    attribute: str = ""
    """That of a record which holds it; empty where it is not stored with records."""
    absent: Any = None
    """Its value in records that lack the attribute."""
    names: bool = False
    """Whether screen readers read it out as part of the row's name."""
    labelled: bool = False
    """Whether its heading stands before it on a card: its values do not say what they are."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "dtype", self.dtype or _DTYPES.get(self.kind, "str"))
        in_files = self.csv_heading or self.heading + _UNITS.get(self.kind, "")
        object.__setattr__(self, "csv_heading", in_files)


# What every record has.
DETECTED_AT: Final = Column("detected_at", "moment", "Reported", attribute=Attribute.DETECTED_AT, names=True)
REPORTED_BY: Final = Column("reported_by", "text", "Reporter", attribute=Attribute.REPORTED_BY)
FOLDER: Final = Column("folder", "path", "Folder", None, 305, attribute=Attribute.FOLDER, names=True)
_SLA_EXPLAINED: Final = "How long a file may wait in its folder."
SLA: Final = Column("sla", "minutes", "SLA", _SLA_EXPLAINED, 60, dtype="int64", attribute=Attribute.SLA)
FILE_COUNT: Final = Column("file_count", "count", "Files", None, 72, attribute=Attribute.FILE_COUNT)
PARTS: Final = Column("parts", "count", attribute=Attribute.PARTS, absent=1)
"""In how many parts the record was stored."""
SENDER: Final = Column("sender", attribute=Attribute.SENDER)
"""The sender's key."""
RUN_ID: Final = Column("run_id", attribute=Attribute.RUN_ID, absent="")
"""The run that reported it; empty where files were not asked for."""
RECORD: Final = (DETECTED_AT, FOLDER, FILE_COUNT, SLA, REPORTED_BY)
"""What is asked of the table, read and downloaded of every record, in the order of the screen."""
BESIDE: Final = (PARTS, SENDER)
"""What is asked for and read beside that, and not shown as it is."""
SENDER_NAME: Final = Column(
    "sender_name", "text", "Sender", "The account, and what the script calls itself.", 120
)
"""What a screen calls the sender."""
COMPLETE: Final = Column("complete", "flag")
"""False while parts of a record that was stored in several are missing."""

# What every file of a record has beside them.
FILENAME: Final = Column("filename", "text", "File", None, 150, names=True)
_IMPLAUSIBLE: Final = "(?): before 1970 or in the future, so the file's age is unknown."
CREATED: Final = Column("created", "creation", "Waiting since", _IMPLAUSIBLE, 125, csv_heading="Created")
PLAUSIBLE: Final = Column("plausible", "flag")
"""Whether the date of its creation gives its age."""

# What is worked out of a stuck file.
FOLDER_KEY: Final = Column("folder_key")
"""What all spellings of a folder have in common."""
STATUS: Final = Column("status", "status", "Status", None, 100)
BASIS: Final = Column("basis", "text", "Reason")
OVERDUE_NOW: Final = Column("overdue_now", "minutes", "Over SLA now", None, 112)
_WORST: Final = "The longest it was over its SLA."
OVERDUE_WORST: Final = Column(
    "overdue_worst", "minutes", "At worst", _WORST, csv_heading="Over SLA at worst (min)"
)
FIRST_SEEN: Final = Column("first_seen", "moment", "First reported", "Within the range shown.")
LAST_SEEN: Final = Column("last_seen", "moment", "Last reported")
REPORTS: Final = Column("reports", "count", "Reports", "How often it was reported within the range shown.")
CLEARED_AT: Final = Column("cleared_at", "moment", "Cleared at")
LATER: Final = Column("later", "count")
"""How often the same file was stuck again later."""


def tabulate(rows: Iterable[Any], columns: Sequence[Column]) -> pd.DataFrame:
    """A data frame of these rows: values in the order of the columns, or by their names among others."""
    names = [column.name for column in columns]
    return pd.DataFrame.from_records(rows, columns=names).astype(list_dtypes(*columns))


def list_dtypes(*columns: Column) -> dict[str, str]:
    """The types of a data frame with these columns, by name."""
    return {column.name: column.dtype for column in columns}


INCIDENT_ID: Final = Column("incident_id", csv_heading="Incident")
WAITED: Final = Column("waited", "minutes", "Waiting", "How long the oldest file has waited.", 84)
OWNER: Final = Column("owner", "text", "Owner", "Who owns the folder.", 100, labelled=True)
