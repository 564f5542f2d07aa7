"""Moments in an owner's zone. The names are written here: a reader's language is not the machine's."""

from datetime import UTC, datetime, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def format_time(moment: datetime, zone: ZoneInfo, *, named: bool = True) -> str:
    """`Thu 26 Nov 2026, 09:00 Europe/Berlin`; without the zone's name where that is told once for several."""
    local = _localize(moment, zone)
    return f"{_DAYS[local.weekday()]} {_format(local)}{f' {zone.key}' if named else ''}"


def format_short(moment: datetime, zone: ZoneInfo) -> str:
    """`26 Nov 2026, 09:00`: for lists."""
    return _format(_localize(moment, zone))


def _format(local: datetime) -> str:
    # In the hour that comes twice when clocks are set back, and then alone, the offset's name tells which.
    twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    which = f" {local.tzname()}" if twice else ""
    return f"{local.day} {_MONTHS[local.month - 1]} {local.year}, {local:%H:%M}{which}"


def _localize(moment: datetime, zone: tzinfo) -> datetime:
    try:
        return moment.astimezone(zone)
    except OverflowError:  # The first and the last day that there is, of some other zone.
        return moment.astimezone(UTC)
