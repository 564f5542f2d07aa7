"""The one way a moment is written: UTC, ISO 8601, ending in `Z`."""

from datetime import UTC, datetime, timedelta

HOUR = timedelta(hours=1)


def format_moment(moment: datetime) -> str:
    """An aware moment as `2026-11-23T20:15:00Z`, with microseconds only where there are any."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_moment(text: str) -> datetime:
    """The aware UTC moment that `format_moment` wrote."""
    return datetime.fromisoformat(text).astimezone(UTC)


def start_of_hour(moment: datetime) -> datetime:
    """The start of the UTC hour that `moment` lies in.

    UTC matters: in a zone with a half-hour offset the local hour starts elsewhere.
    """
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def format_affected_date(moment: datetime) -> str:
    """The `AffectedDate` partition that a breach detected at `moment` belongs to."""
    return format_moment(start_of_hour(moment))
