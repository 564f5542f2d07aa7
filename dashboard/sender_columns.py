"""Columns that senders have."""

from typing import Final

from dashboard.columns import MOMENT, Column

KEY: Final = Column("key", "str")
NAME: Final = Column(
    "name", "str", "text", "Sender", "Sender", "The account, and the script's own name.", 135, names=True
)
STATE: Final = Column("state", "str", "text", "State", "State", None, 80)
STATE_SINCE: Final = Column("state_since", MOMENT, "moment", "Since", "Since")
WARNINGS: Final = Column(
    "warnings", "str", "text", "Warnings", "Warnings", "Its details say what to do about it.", 125
)
LAST_RUN_AGO: Final = Column(
    "last_run_ago", "float64", "ago", "Last report", "Last report (min ago)", None, 100
)
LAST_RUN_AT: Final = Column("last_run_at", MOMENT, "moment", "Last report at", "Last report at")
DUE_IN: Final = Column(
    "due_in",
    "float64",
    "due",
    "Next due",
    "Next due (min)",
    "By its interval. A sender that speaks only when something is stuck is never due.",
    102,
)
INTERVAL: Final = Column("interval", "str", "text", "Interval", "Interval", None, 115)
KIND: Final = Column(
    "kind", "str", "text", "Reports", "Reports", "What its runs can tell; see the documentation.", 160
)
OPEN: Final = Column("open", "int64", "count", "Open", "Open", "Incidents.", 65)
UNKNOWN: Final = Column("unknown", "int64", "count", "Unknown", "Unknown", "Incidents.", 80)
FOLDERS: Final = Column(
    "folders", "str", "text", "Folders", "Folders", "That it watches, if it says so.", 140
)
CLOCK: Final = Column(
    "clock", "str", "text", "Clock", "Clock", "Where it is wrong by two minutes or more.", 110
)
CLIENT: Final = Column("client", "str", "text", "Script", "Script", None, 110)
ACCOUNT: Final = Column("account", "str", "text", "Account", "Account", None, 110)
ADDRESSES: Final = Column("addresses", "str", "text", "Addresses", "Addresses", "Of the last days.", 150)
