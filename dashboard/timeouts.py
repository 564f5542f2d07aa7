"""How long the dashboard waits for those it asks, so that silence ends in words within half a minute.

The bounds are on silence. An answer that keeps coming may take as long as it needs.
"""

from typing import Any, Final

import httpx
from botocore.config import Config

_CONNECT_SECONDS: Final = 3
_READ_SECONDS: Final = 6
_ATTEMPTS: Final = 3
"""Three times nine seconds of silence. The pauses in between are short, unless AWS asks to slow down."""

API_TIMEOUT: Final = httpx.Timeout(30, connect=_CONNECT_SECONDS)
"""Of calls of the API: long enough for a cold start behind the gateway, which gives up after 29 s itself."""
RENEWAL_TIMEOUT: Final = httpx.Timeout(10, connect=_CONNECT_SECONDS)
"""Of asking for a new token: a page waits for it, and has the last token to go on with."""


def build_client_config(**options: Any) -> Config:
    """The configuration of a client of AWS, with these options besides."""
    return Config(
        connect_timeout=_CONNECT_SECONDS,
        read_timeout=_READ_SECONDS,
        retries={"mode": "standard", "total_max_attempts": _ATTEMPTS},
        **options,
    )
