"""How an alarm's description leads to the section of the runbook that says what to do."""

from enum import StrEnum, unique
from typing import Final

FILE: Final = "runbook.md"
"""Its name in the folder `docs`."""
LABEL: Final = "Runbook: "
"""What stands before the address, at the end of an alarm's description."""


@unique
class Section(StrEnum):
    """Sections of the runbook, by the anchor of their heading.

    No digits: GitHub makes `5xx` of the heading "5XX", and Streamlit `5-xx`.
    """

    UNHEALTHY = "unhealthy"
    SERVER_ERRORS = "server-errors"
    REFUSED_REQUESTS = "refused-requests"
    LATENCY = "latency"
    FUNCTION_ERRORS = "function-errors"
    FUNCTION_THROTTLES = "function-throttles"
    FUNCTION_DURATION = "function-duration"
    TABLE_THROTTLES = "table-throttles"
    TABLE_ERRORS = "table-errors"
    FAILED_SIGN_INS = "failed-sign-ins"
    PROJECTION_BEHIND = "projection-behind"
    DEAD_LETTERS = "dead-letters"
    SILENT_SENDERS = "silent-senders"
    UNREADABLE_FOLDERS = "unreadable-folders"
    OPEN_INCIDENTS = "open-incidents"
    MESSAGES_NOT_SENT = "messages-not-sent"
    CHANNELS_DISABLED = "channels-disabled"
