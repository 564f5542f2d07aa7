"""A clock for tests that need the present, or soon after it."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.backend import Backend


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
