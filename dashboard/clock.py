"""The time, passed in wherever it is needed so that tests can say what it is."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Gives the present as an aware moment."""


def utc_now() -> datetime:
    """The present."""
    return datetime.now(UTC)
