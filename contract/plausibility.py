"""Which creation dates tell a file's age, and which tell of a clock or a file system.

A share without creation times gives 1601, a restored file 1960, a wrong clock the future. Such a file is
stuck like any other, but since when nobody knows.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

EARLIEST_PLAUSIBLE: Final = datetime(1970, 1, 1, tzinfo=UTC)
FURTHEST_AHEAD: Final = timedelta(days=1)
"""How far in the future a creation date may lie: reporters' clocks and zones are not ours."""


def is_plausible(created: datetime, seen: datetime) -> bool:
    """Whether a file's creation date tells its age.

    Args:
        created: aware.
        seen: when the file was found stuck, or its report arrived; aware.
    """
    return EARLIEST_PLAUSIBLE <= created <= seen + FURTHEST_AHEAD
