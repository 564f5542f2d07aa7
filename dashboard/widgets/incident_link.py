"""The incident that is shown in full."""

from typing import Final

from dashboard.frame.address import Parameter

_LONGEST: Final = 64
INCIDENT: Final = Parameter(
    "incident", lambda text: text if text.isalnum() and len(text) <= _LONGEST else None
)
