"""A clock for tests."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.backend import Backend

NOW = datetime(2026, 11, 23, 20, 15, tzinfo=UTC)


class StoppedClock:
    """Stands still until it is told otherwise."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class MovedClock:
    """Goes with the real time, ahead of it by as much as it was told."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def give_clock(monkeypatch: pytest.MonkeyPatch) -> MovedClock:
    """A clock that every backend goes by from now on."""
    clock, connect = MovedClock(), Backend.connect
    monkeypatch.setattr(Backend, "connect", lambda settings: connect(settings, clock))
    return clock
