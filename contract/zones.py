"""Which names are time zones."""

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def is_zone(name: str) -> bool:
    """Whether the tz database of this machine, or the package `tzdata`, has a zone of this name."""
    try:
        ZoneInfo(name)
    # A name may be that of a folder, too long for a file, or lead out of the database.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
