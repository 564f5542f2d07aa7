"""The words for what happens: statuses, reasons, states and kinds, with what people are shown of them."""

from enum import StrEnum, unique
from typing import Final


@unique
class IncidentStatus(StrEnum):
    """The status of an incident."""

    OPEN = "open"
    UNKNOWN = "unknown"
    CLEARED = "cleared"
    EXPIRED = "expired"
    CLOSED = "closed"


LIVE: Final = (IncidentStatus.OPEN, IncidentStatus.UNKNOWN)
"""Of what has not ended."""


@unique
class UnknownReason(StrEnum):
    """Why an incident is unknown; it stays with one that expired or was closed."""

    SILENT = "silent"
    NOT_REPORTED = "not_reported"
    AMBIGUOUS = "ambiguous"
    UNREADABLE = "unreadable"
    UNWATCHED = "unwatched"


@unique
class Clearing(StrEnum):
    """How a run showed that a folder is well. The last two are inference, and may be taken back."""

    LISTED = "listed"
    LEFT_OUT = "left_out"
    EMPTY = "empty"


@unique
class SenderState(StrEnum):
    """The state of a sender."""

    UP = "up"
    LATE = "late"
    SILENT = "silent"
    RETIRED = "retired"


@unique
class SenderKind(StrEnum):
    """What can be concluded from a sender's runs."""

    LISTING = "listing"
    """Reports all its folders: a folder that is not in breach is well."""
    REGULAR = "regular"
    """Reports at every run, also when nothing is stuck: a missing report means silence."""
    STOCK = "stock"
    """Reports problems only: a missing report says nothing."""


SENDER_SEPARATOR: Final = "/"
"""Between an account and what a script of it calls itself."""


def account_of(sender: str) -> str:
    """The account, by its `sub`, that a sender's key belongs to."""
    return sender.partition(SENDER_SEPARATOR)[0]


@unique
class NotificationKind(StrEnum):
    """What a notification says, in one of a few words that people need, and its reason where it has one."""

    # In the order in which they matter: beginnings before what became of them.
    ESCALATED = "escalated"
    """To the next channels: nobody acknowledged it in time."""
    NEW = "new"
    """Files wait longer than the folder's SLA allows."""
    STILL_STUCK = "new.still_stuck"
    """In breach all the time, although the recipient was notified that it was no longer reported, or over."""
    REOPENED = "new.reopened"
    """In breach again, after the recipient was notified of its end."""
    WORSE = "worse"
    """Twice the files, or twice the oldest one's wait, of the last notification."""
    STILL_OPEN = "still_open"
    SILENT = "server.silent"
    """A sender does not report any more: one line, with all that is unknown because of it."""
    UNREADABLE = "server.unreadable"
    """A server cannot read a folder that it watches."""
    UNKNOWN = "unknown"
    """Its server does not look at the folder any more, or does not name it."""
    NOT_REPORTED = "ended.not_reported"
    """Not reported any more, by a script that says nothing when all is well."""
    MAINTENANCE = "maintenance"
    """Somebody made a maintenance window for what is the recipient's."""
    ACKNOWLEDGED = "acknowledged"
    """Somebody is on it."""
    EXPIRED = "ended.expired"
    """No report confirmed the end: it was unknown for too long."""
    CLOSED = "ended.closed"
    """By hand, or with its sender, which was retired."""
    NOT_EXPECTED = "server.not_expected"
    """Silent or unreadable, until its server was retired or another interval set: no report says that."""
    READABLE = "server.readable"
    BACK = "server.back"
    """It reports again."""
    CLEARED = "ended.cleared"

    @property
    def word(self) -> str:
        """Such as `ended`; of state: new, worse, still_open, ended, unknown, server, escalated."""
        return self.partition(".")[0]

    @property
    def reason(self) -> str:
        """Such as `cleared`; "" where the word says it all."""
        return self.partition(".")[2]


ENDS: Final = frozenset(one for one in NotificationKind if one.word == "ended")
"""Ends of an incident. They are notified despite acknowledgement, snooze and quiet hours."""
OVER: Final = ENDS | {NotificationKind.BACK, NotificationKind.READABLE, NotificationKind.NOT_EXPECTED}
"""Kinds that say that something is over."""


# Never by colour alone: each status has a sign of its own.
LABELS: Final = {
    IncidentStatus.OPEN: "▲ Open",
    IncidentStatus.UNKNOWN: "? Unknown",
    IncidentStatus.CLEARED: "✓ Cleared",
    IncidentStatus.EXPIRED: "~ Expired",
    IncidentStatus.CLOSED: "✕ Closed",
}
REASONS: Final = {
    UnknownReason.SILENT: "server silent",
    UnknownReason.UNREADABLE: "folder unreadable",
    UnknownReason.UNWATCHED: "no longer watched",
    UnknownReason.AMBIGUOUS: "ambiguous",
    UnknownReason.NOT_REPORTED: "no longer reported",
}
"""In the order in which they are shown."""
EXPLANATIONS: Final = {
    UnknownReason.SILENT: "the server has not reported for longer than twice its interval",
    UnknownReason.UNREADABLE: "the server could not read the folder",
    UnknownReason.UNWATCHED: "the server no longer looks at the folder",
    UnknownReason.AMBIGUOUS: (
        "several servers report through one account, so that a missing folder proves nothing"
    ),
    UnknownReason.NOT_REPORTED: "this script reports problems only",
}
CLOSED_SOMEHOW: Final = "by hand, or with its sender"
"""Where the incident does not say which."""
_CLEARINGS: Final = {
    Clearing.LISTED: "the server read the folder, and no file was over the SLA",
    Clearing.LEFT_OUT: "a later report names the folders beside it and not this one",
    Clearing.EMPTY: "a later report says that nothing is stuck",
}


def explain_status(
    status: IncidentStatus, *, reason: UnknownReason | None, cleared_by: Clearing | None, between: bool
) -> str:
    """What a status rests on, as the rest of a sentence that begins with the status."""
    known = f"{REASONS[reason]}: {EXPLANATIONS[reason]}" if reason else ""
    match status:
        case IncidentStatus.OPEN:
            return "in the latest report"
        case IncidentStatus.CLEARED:
            found = _CLEARINGS[cleared_by] if cleared_by else ""
            return f"{found}; it ended at some time after it was last seen" if between else found
        case IncidentStatus.EXPIRED:
            return f"no report confirmed the end ({known})" if known else "no report confirmed the end"
        case IncidentStatus.CLOSED:
            return f"{CLOSED_SOMEHOW} ({known})" if known else CLOSED_SOMEHOW
        case IncidentStatus.UNKNOWN:
            return known
