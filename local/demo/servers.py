"""The servers of the demo: what each watches, what its script sends, and how its story ends."""

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from typing import Final, NamedTuple

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)


class Sends(Enum):
    """What a script sends besides the files that are stuck."""

    NOTHING = auto()
    """The stock script, which sends no report at all when nothing is stuck."""
    RUN = auto()
    """`run`, also when nothing is stuck."""
    LISTS = auto()
    """`run` with every folder that it read."""


class Habit(NamedTuple):
    """How often files get stuck in a folder, and for how long."""

    folder: str
    sla: int
    """Minutes."""
    sticks_per_day: float
    stuck_for: timedelta
    """How long past its SLA a stuck file typically stays."""
    filename: str
    nightly: bool = False
    """Whether files get stuck in the batch run from midnight to five instead of in office hours."""


class WaitingFile(NamedTuple):
    """A file that still waits."""

    folder: str
    filename: str
    age: timedelta


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server with a script."""

    name: str
    account: str
    """Its user name; several servers may share one."""
    address: str | None
    """None for this machine's own."""
    habits: tuple[Habit, ...]
    interval: timedelta = _HOUR
    sends: Sends = Sends.NOTHING
    waiting: tuple[WaitingFile, ...] = ()
    unreadable: str = ""
    """A folder that access is denied to, since a few hours."""
    unheard_for: timedelta | None = None
    """How long ago its last report came; None where one comes now."""
    refused: bool = False
    """Whether the report that comes now breaks the contract."""


SERVERS: Final = (
    # Two servers with the same path, of which one is stuck.
    Server(
        name="FILES-01",
        account="files-01",
        address="10.20.0.11",
        interval=30 * _MINUTE,
        sends=Sends.LISTS,
        habits=(
            Habit(r"D:\Inbound", 30, 3, 2 * _HOUR, "INV-{:05}.xml"),
            Habit(r"D:\Outbound", 60, 1, 3 * _HOUR, "conf_{:05}.edi"),
        ),
    ),
    Server(
        name="FILES-02",
        account="files-02",
        address="10.20.0.12",
        interval=30 * _MINUTE,
        sends=Sends.LISTS,
        habits=(
            Habit(r"D:\Inbound", 30, 4, 2 * _HOUR, "ORD-{:05}.xml"),
            Habit(r"D:\Outbound", 60, 0.6, 9 * _HOUR, "asn_{:05}.edi"),
        ),
        waiting=(
            WaitingFile(r"D:\Inbound", "ORD-51207.xml", 250 * _MINUTE),
            WaitingFile(r"D:\Inbound", "ORD-51219.xml", 185 * _MINUTE),
            WaitingFile(r"D:\Inbound", "ORD-51220.xml", 184 * _MINUTE),
        ),
    ),
    # Silent for an hour: twice its interval and five minutes after its last report.
    Server(
        name="FILES-03",
        account="files-03",
        address="10.20.0.13",
        interval=15 * _MINUTE,
        sends=Sends.RUN,
        habits=(Habit(r"C:\Jobs\Orders\ToWarehouse", 20, 5, 50 * _MINUTE, "order_{:05}.csv"),),
        waiting=(WaitingFile(r"C:\Jobs\Orders\ToWarehouse", "order_07731.csv", 200 * _MINUTE),),
        unheard_for=96 * _MINUTE,
    ),
    # A folder that cannot be read, in which something was stuck.
    Server(
        name="BANK-01",
        account="bank-01",
        address="10.20.0.21",
        sends=Sends.LISTS,
        habits=(
            Habit(r"D:\Exchange\Bank\Statements", 120, 1.2, 6 * _HOUR, "camt053_{:05}.xml", nightly=True),
            Habit(r"D:\Exchange\Bank\Returns", 60, 0.5, 2 * _HOUR, "pacs004_{:05}.xml"),
        ),
        waiting=(WaitingFile(r"D:\Exchange\Bank\Returns", "pacs004_00218.xml", 9 * _HOUR),),
        unreadable=r"D:\Exchange\Bank\Returns",
    ),
    # One account for two servers with the stock script.
    Server(
        name="FILES-11",
        account="files-shared",
        address="10.20.1.11",
        habits=(
            Habit(r"C:\Jobs\Invoices\Inbound", 30, 6, 2 * _HOUR, "INV-{:05}.xml"),
            Habit(r"C:\Jobs\Invoices\Archive", 240, 0.6, 9 * _HOUR, "archive_{:05}.zip"),
        ),
        waiting=(WaitingFile(r"C:\Jobs\Invoices\Archive", "archive_00093.zip", 11 * _HOUR),),
    ),
    Server(
        name="FILES-12",
        account="files-shared",
        address="10.20.1.12",
        habits=(Habit(r"D:\Sensors\Readings", 20, 9, 95 * _MINUTE, "reading_{:05}.json"),),
        waiting=(WaitingFile(r"D:\Sensors\Readings", "reading_08113.json", 48 * _MINUTE),),
    ),
    # Not reported for longer than usual; the stock script sends nothing when all is well.
    Server(
        name="REPORTS-01",
        account="reports-01",
        address="10.20.0.41",
        habits=(Habit("/srv/jobs/reports/nightly", 120, 1.5, 5 * _HOUR, "summary_{:05}.pdf", nightly=True),),
        waiting=(WaitingFile("/srv/jobs/reports/nightly", "summary_00318.pdf", 9 * _HOUR),),
        unheard_for=5 * _HOUR,
    ),
    # A script that someone changed.
    Server(
        name="SENSORS-01",
        account="sensors-01",
        address="10.20.0.51",
        sends=Sends.RUN,
        habits=(Habit("/srv/jobs/sensors", 20, 6, 35 * _MINUTE, "reading_{:05}.json"),),
        waiting=(WaitingFile("/srv/jobs/sensors", "reading_15530.json", 31 * _MINUTE),),
        refused=True,
    ),
)
