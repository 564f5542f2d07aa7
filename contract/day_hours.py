"""Hours of a day in a time zone, as people set them."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def find_stretch(day: date, start: time, end: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """When these hours begin and end, in UTC.

    Differences of local times would leave out the hour that a clock is put forward or back.

    Args:
        day: the local day on which they begin.
        start: the local time at which they do.
        end: when they end; where it is not later than `start`, on the next day. The same: a whole day.
        zone: whose times these are.
    """
    last = day if end > start else day + timedelta(days=1)
    return (
        datetime.combine(day, start, zone).astimezone(UTC),
        datetime.combine(last, end, zone).astimezone(UTC),
    )
