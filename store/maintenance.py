"""Maintenance windows: a partition of the table FileSlaNotifications.

In a window nobody is notified of a beginning, and no silence raises an alert. A window mutes and changes no
fact: incidents and senders stay what their runs make of them, and a replay does not depend on windows.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum, unique
from itertools import islice
from typing import Any, Final

from contract.limits import MAX_INTERVAL_MINUTES
from contract.moments import Hours, describe_hours
from contract.owners.matching import fits_folder, fits_sender
from store import dynamodb as db
from store.dynamodb import Query, Values
from store.incidents import Incident
from store.notifications import NotificationAttribute
from store.senders import Sender, grace_period

PARTITION: Final = "maintenance"
"""The partition key of every window."""
LONGEST_GRACE_PERIOD: Final = grace_period(timedelta(minutes=MAX_INTERVAL_MINUTES))
"""For so long after its end a window may still hold a silence."""
_PARTITION: Final = {str(NotificationAttribute.SUBJECT): PARTITION}
_TWO_WEEKS: Final = timedelta(weeks=2)
_INSTANT: Final = timedelta(microseconds=1)


@unique
class WindowAttribute(StrEnum):
    """Attributes of a window, beside the keys: the fields of `Window`."""

    SENDER = "WindowSender"
    FOLDER = "WindowFolder"
    OWNER = "WindowOwner"
    STARTS = "Starts"
    ENDS = "Ends"
    WEEKLY = "Weekly"
    OUTSIDE = "Outside"
    REASON = "Reason"
    MADE_BY = "MadeBy"
    MADE_AT = "MadeAt"
    REPLACES = "Replaces"
    ENDED_BY = "EndedBy"
    ENDED_AT = "EndedAt"


@dataclass(frozen=True, kw_only=True)
class Window:
    """A maintenance window: whose, when and why. It fits what all of its patterns fit."""

    window_id: str
    sender: str = ""
    """A pattern of senders' names, as in the rules of owners; empty: every sender."""
    folder: str = ""
    """A pattern of folders; empty: every folder, and the senders themselves."""
    owner: str = ""
    """An owner's name; empty: every owner."""
    starts: datetime
    ends: datetime
    """Of a weekly one, the end of the whole series."""
    weekly: Hours | None = None
    """The hours of the week that it is limited to; None: all of the time."""
    outside: bool = False
    """Whether it is in force outside these hours instead: they are the working hours of what it fits."""
    reason: str
    made_by: str
    made_at: datetime
    replaces: str = ""
    """The id of the window that this one is a change of. What had passed of that one stays as it was."""
    ended_by: str = ""
    ended_at: datetime | None = None
    """When somebody ended or changed it before its time."""

    @property
    def over_at(self) -> datetime:
        """From when on it is never in force again."""
        return min(self.ends, self.ended_at or self.ends)

    @property
    def described_hours(self) -> str:
        """The hours of the week, such as `Sat, Sun, 22:00 to 06:00, UTC`; empty where it is not weekly."""
        return f"{'not ' if self.outside else ''}{describe_hours(self.weekly)}" if self.weekly else ""

    def fits(self, sender_name: str, owner: str, folder: str | None = None) -> bool:
        """Whether a folder of a sender, or the sender itself where no folder is given, is in its patterns."""
        return (
            (not self.sender or fits_sender(self.sender, sender_name))
            and (not self.owner or self.owner == owner)
            and (not self.folder or (folder is not None and fits_folder(self.folder, folder)))
        )

    def spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When it is in force between two moments, in order. The end is no part of a span."""
        first, last = max(since, self.starts), min(until, self.over_at)
        if first >= last:
            return
        if self.weekly is None:
            yield first, last
            return
        free = first
        for begin, end in self.weekly.windows(first):
            if not self.outside:
                if begin >= last:
                    return
                yield begin, min(end, last)
                continue
            if free < min(begin, last):
                yield free, min(begin, last)
            free = end
            if free >= last:
                return

    def began(self, now: datetime) -> datetime:
        """When the occurrence began that it is in force in, or the last one before a moment."""
        if self.weekly is None:
            return self.starts
        return max((begin for begin, _ in self.spans(now - _TWO_WEEKS, now + _INSTANT)), default=self.starts)

    def is_in_force(self, now: datetime) -> bool:
        """Whether it is, at this moment."""
        return next(self.spans(now, now + _INSTANT), None) is not None


def name_window(ends: datetime, action_id: str) -> str:
    """The id of a window, which is its sort key: in the order of ends, so that nobody reads old ones."""
    return f"{ends:%Y%m%dT%H%M%SZ}-{action_id}"


def maintenance_until(
    windows: Iterable[Window], at: datetime, *, sender_name: str, owner: str, folder: str | None = None
) -> datetime | None:
    """When the maintenance ends that a folder, or a sender itself, is in; None where it is in none.

    Windows that overlap or touch are one. The owner is empty where it is not known.
    """
    theirs = [one for one in windows if one.over_at > at and one.fits(sender_name, owner, folder)]
    until = at
    while ends := [
        end for one in theirs for begin, end in islice(one.spans(until, one.over_at), 1) if begin <= until
    ]:
        until = max(ends)
    return until if until > at else None


def incident_maintenance(windows: Iterable[Window], incident: Incident, now: datetime) -> datetime | None:
    """Until when nobody is notified of an incident but of its end; None where maintenance holds nothing."""
    return maintenance_until(
        windows, now, sender_name=incident.sender_name, owner=incident.owner, folder=incident.folder
    )


def silence_held_until(windows: Sequence[Window], sender: Sender, now: datetime) -> datetime | None:
    """Until when a sender's silence raises no alert because of maintenance; None where it may.

    After a window the sender has its whole grace period to report: it may have been off all the time.
    """
    grace = sender.grace_period
    ends = [
        end
        for window in windows
        if window.over_at > now - grace and window.fits(sender.name, sender.owner)
        for _, end in window.spans(now - grace, now + _INSTANT)
    ]
    if not ends:
        return None
    current = maintenance_until(windows, now, sender_name=sender.name, owner=sender.owner)
    return (current or max(ends)) + grace


def _read_hours(value: Any) -> Hours:
    found = value["M"]
    return Hours.parse(db.TEXTS.read(found["Days"]), *(found[key]["S"] for key in ("From", "To", "Zone")))


def _write_hours(hours: Hours) -> Values:
    days, start, end, zone = hours.format()
    return {"M": {"Days": db.TEXTS.write(days), "From": {"S": start}, "To": {"S": end}, "Zone": {"S": zone}}}


_WINDOW: Final = db.Fields(
    Window,
    WindowAttribute,
    window_id=NotificationAttribute.PART,
    weekly=(WindowAttribute.WEEKLY, db.Kind(_read_hours, _write_hours)),
)


@dataclass(frozen=True)
class MaintenanceTable:
    """The windows in FileSlaNotifications. Threads may share it."""

    reader: db.Reader
    name: str
    retention: timedelta | None = None
    """How long a window is kept after its end; None for good. Of those who write alone."""

    def list_windows(self, since: datetime) -> list[Window]:
        """The windows that were not over at a moment, the first to end first."""
        query = Query(
            table=self.name,
            equal=_PARTITION,
            between=(NotificationAttribute.PART, name_window(since, ""), "~"),
            consistent=True,
        )
        found = [_WINDOW.parse(item) for item in self.reader.query(query)]
        return [one for one in found if one.over_at > since]

    def find(self, window_id: str) -> Window | None:
        """A window by its id; None where there is none."""
        equal = {**_PARTITION, NotificationAttribute.PART: window_id}
        query = Query(table=self.name, equal=equal, consistent=True)
        return next((_WINDOW.parse(item) for item in self.reader.query(query)), None)

    def make(self, window: Window, replaced: Window | None = None) -> None:
        """Stores a new window, and ends the one that it replaces, at the moment at which it was made.

        Raises:
            ConflictError: a window of its id is there already, or the other was ended meanwhile.
        """
        put = {
            "TableName": self.name,
            "Item": {**_key(window.window_id), **self._expiry(window), **_WINDOW.describe(window)},
            **db.Update(if_still={NotificationAttribute.PART: None}).arguments(),
        }
        writes = [{"Put": put}]
        if replaced is not None:
            ended = replace(replaced, ended_by=window.made_by, ended_at=window.made_at)
            update = self._end(ended).arguments()
            writes.append({"Update": {"TableName": self.name, "Key": _key(ended.window_id), **update}})
        db.transact(self.reader.client, writes)

    def end(self, window: Window, by: str, at: datetime) -> Window:
        """Ends a window before its time.

        Raises:
            ConflictError: somebody else did so meanwhile.
        """
        ended = replace(window, ended_by=by, ended_at=at)
        db.update_item(self.reader.client, self.name, _key(window.window_id), self._end(ended))
        return ended

    def _end(self, ended: Window) -> db.Update:
        described, names = _WINDOW.write(ended), (WindowAttribute.ENDED_BY, WindowAttribute.ENDED_AT)
        return db.Update(
            values={**{name: described[name] for name in names}, **self._expiry(ended)},
            if_still={WindowAttribute.ENDED_AT: None, WindowAttribute.MADE_BY: {"S": ended.made_by}},
        )

    def _expiry(self, window: Window) -> Values:
        if self.retention is None:
            return {}
        return {NotificationAttribute.EXPIRES_AT: db.EXPIRY.write(window.over_at + self.retention)}


def _key(window_id: str) -> Values:
    return {NotificationAttribute.SUBJECT: {"S": PARTITION}, NotificationAttribute.PART: {"S": window_id}}
