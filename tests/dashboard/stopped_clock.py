"""A clock for tests."""

from datetime import UTC, datetime

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)


class StoppedClock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now
