"""What there is to say of an incident, by what was said of it last and by what is so now.

| said      | open              | unseen  | noticed | quiet | cleared | lapsed | closed |
|-----------|-------------------|---------|---------|-------|---------|--------|--------|
| nothing   | begin             | unknown |         |       |         |        |        |
| begun     | worse or reminder | unknown |         | quiet | cleared | lapsed | closed |
| unknown   | reminder          |         |         | quiet | cleared | lapsed | closed |
| quiet     | stuck_all_along   |         |         |       | cleared |        |        |
| cleared   | reopened          | unknown |         |       |         |        |        |
| ended     | stuck_all_along   | unknown |         |       |         |        |        |
| lost      | reminder, later   | unknown |         |       |         |        |        |

What lapsed, was closed or went quiet and is open again was so all along: only a file that is still stuck
proves that it is the same incident (`handlers/incidents`). What was cleared and comes back within its
patience may have been well.
"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from contract.words import IncidentStatus, MessageKind, UnknownReason
from handlers.messages.rules.told import Said
from handlers.messages.situation import Incident


@unique
class Now(StrEnum):
    """How an incident is, as far as it matters what to say."""

    OPEN = "open"
    UNSEEN = "unseen"
    """Unknown, and nothing else tells the recipient so."""
    NOTICED = "noticed"
    """Unknown, and the notice of its silent sender or of its unreadable folder says so."""
    QUIET = "quiet"
    CLEARED = "cleared"
    LAPSED = "lapsed"
    CLOSED = "closed"


SAY: Final[Mapping[tuple[Said, Now], MessageKind]] = {
    (Said.NOTHING, Now.OPEN): MessageKind.BEGIN,
    (Said.NOTHING, Now.UNSEEN): MessageKind.UNKNOWN,
    # (BEGUN, OPEN) and (LOST, OPEN) hang on numbers and times: see `incidents`.
    (Said.BEGUN, Now.UNSEEN): MessageKind.UNKNOWN,
    (Said.BEGUN, Now.QUIET): MessageKind.QUIET,
    (Said.BEGUN, Now.CLEARED): MessageKind.CLEARED,
    (Said.BEGUN, Now.LAPSED): MessageKind.LAPSED,
    (Said.BEGUN, Now.CLOSED): MessageKind.CLOSED,
    (Said.UNKNOWN, Now.OPEN): MessageKind.REMINDER,
    (Said.UNKNOWN, Now.QUIET): MessageKind.QUIET,
    (Said.UNKNOWN, Now.CLEARED): MessageKind.CLEARED,
    (Said.UNKNOWN, Now.LAPSED): MessageKind.LAPSED,
    (Said.UNKNOWN, Now.CLOSED): MessageKind.CLOSED,
    (Said.QUIET, Now.OPEN): MessageKind.STUCK_ALL_ALONG,
    (Said.QUIET, Now.CLEARED): MessageKind.CLEARED,
    (Said.CLEARED, Now.OPEN): MessageKind.REOPENED,
    (Said.CLEARED, Now.UNSEEN): MessageKind.UNKNOWN,
    (Said.ENDED, Now.OPEN): MessageKind.STUCK_ALL_ALONG,
    (Said.ENDED, Now.UNSEEN): MessageKind.UNKNOWN,
    (Said.LOST, Now.UNSEEN): MessageKind.UNKNOWN,
}
"""What is not in it is not worth a word."""

BELIEVED: Final[Mapping[MessageKind, Said | None]] = {
    MessageKind.BEGIN: Said.BEGUN,
    MessageKind.ESCALATED: Said.BEGUN,
    MessageKind.WORSE: Said.BEGUN,
    MessageKind.REMINDER: Said.BEGUN,
    MessageKind.REOPENED: Said.BEGUN,
    MessageKind.STUCK_ALL_ALONG: Said.BEGUN,
    MessageKind.UNKNOWN: Said.UNKNOWN,
    MessageKind.QUIET: Said.QUIET,
    MessageKind.CLEARED: Said.CLEARED,
    MessageKind.LAPSED: Said.ENDED,
    MessageKind.CLOSED: Said.ENDED,
    MessageKind.SILENT: Said.BEGUN,
    MessageKind.SPEAKS: None,
    MessageKind.UNREADABLE: Said.BEGUN,
    MessageKind.READABLE: None,
}
"""What a recipient believes once it was said; None where there is nothing left to know."""

BEGINNINGS: Final = frozenset(
    {
        MessageKind.BEGIN,
        MessageKind.ESCALATED,
        MessageKind.REOPENED,
        MessageKind.STUCK_ALL_ALONG,
        MessageKind.SILENT,
        MessageKind.UNREADABLE,
    }
)
"""What is said within minutes; all else may wait for half an hour."""
OVER: Final = frozenset({Said.CLEARED, Said.ENDED})
"""What was said to be over, and need not be looked at until it is open again."""

_ENDED: Final = {
    IncidentStatus.CLEARED: Now.CLEARED,
    IncidentStatus.LAPSED: Now.LAPSED,
    IncidentStatus.CLOSED: Now.CLOSED,
}


def how_it_is(incident: Incident, *, unreadable_noticed: bool) -> Now:
    """How an incident is.

    Args:
        incident: the incident.
        unreadable_noticed: whether the recipient is told by a notice of folders that cannot be read.
    """
    if incident.status is IncidentStatus.OPEN:
        return Now.OPEN
    if incident.status is not IncidentStatus.UNKNOWN:
        return _ENDED[incident.status]
    match incident.reason:
        case UnknownReason.QUIET:
            return Now.QUIET
        case UnknownReason.SILENT:
            return Now.NOTICED
        case UnknownReason.UNREADABLE if unreadable_noticed:
            return Now.NOTICED
        case _:
            return Now.UNSEEN
