"""Which names are time zones."""

from importlib.resources import files
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def is_zone(name: str) -> bool:
    """Whether the tz database of this machine, or the package `tzdata`, has a zone of this name."""
    try:
        ZoneInfo(name)
    # A name may be that of a folder, too long for a file, or lead out of the database.
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def list_zones() -> frozenset[str]:
    """Those of the package `tzdata`, which functions bring along: whatever is found here is found there."""
    return frozenset(files("tzdata").joinpath("zones").read_text(encoding="ascii").split())
