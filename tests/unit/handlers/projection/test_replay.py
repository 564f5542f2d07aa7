"""What an incident takes over from those that turned out to be part of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from handlers.projection import replay
from handlers.projection.replay import inherit
from store.incidents import HistoryEntry, PeopleChange, PeopleState

START = datetime(2026, 3, 2, 8, tzinfo=UTC)


def people(*minutes: int, **more: Any) -> PeopleState:
    """What people did about an incident: a note at each of these minutes."""
    history = tuple(
        HistoryEntry(action_id=f"{minute}", at=START + timedelta(minutes=minute), action="note")
        for minute in minutes
    )
    return PeopleState(history=history, version=len(minutes), **more)


def minutes(change: PeopleChange) -> list[int]:
    return [int(entry["M"]["ActionId"]["S"]) for entry in change.values["History"]["L"]]


def test_actions_come_once_in_their_order_and_count_on() -> None:
    change = inherit(people(1, 5), [people(3), people(2, 5, 9)])
    assert minutes(change) == [1, 2, 3, 5, 9]
    assert (change.version, change.values["ActionVersion"]) == (2, {"N": "5"})


def test_what_lasts_longer_is_taken_over_with_its_name() -> None:
    early = {"acknowledged_until": START, "acknowledged_by": "ana"}
    late = {"acknowledged_until": START + timedelta(seconds=0.5), "acknowledged_by": "ben"}
    for heir, gone in ((early, late), (late, early)):
        values = inherit(people(1, **heir), [people(2, **gone)]).values
        assert values["AcknowledgedBy"] == {"S": "ben"}
        assert values["SnoozedUntil"] is None


def test_what_there_is_no_room_for_goes_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replay, "MAX_HISTORY_ENTRIES", 3)
    assert minutes(inherit(people(1, 4), [people(2, 3)])) == [2, 3, 4]
