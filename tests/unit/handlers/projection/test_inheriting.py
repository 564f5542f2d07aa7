"""What an incident takes over from those that turned out to be it, item by item."""

from typing import Any

import pytest

from handlers.projection import store_incidents
from handlers.projection.store_incidents import Inheritance


def item(*deeds: int, **more: Any) -> dict[str, Any]:
    """An incident's item; each deed is done at its minute."""
    history = [
        {"M": {"DeedId": {"S": f"{minute}"}, "DoneAt": {"S": f"2026-03-02T08:{minute:02}:00Z"}}}
        for minute in deeds
    ]
    told = {name: {"S": value} for name, value in more.items()}
    return {"History": {"L": history}, "ActionVersion": {"N": str(len(deeds))}, **told}


def minutes(inheritance: Inheritance) -> list[int]:
    return [int(deed["M"]["DeedId"]["S"]) for deed in inheritance.values["History"]["L"]]


def test_deeds_come_in_their_order_and_count_on() -> None:
    inheritance = Inheritance.of(item(1, 5), [item(3), item(2, 9)])
    assert minutes(inheritance) == [1, 2, 3, 5, 9]
    assert (inheritance.version, inheritance.values["ActionVersion"]) == (2, {"N": "5"})


def test_what_it_has_already_is_not_taken_over_twice() -> None:
    inheritance = Inheritance.of(item(1, 2), [item(2)])
    assert inheritance.values == {}


def test_what_lasts_longer_is_taken_over_with_its_name() -> None:
    early = {"AcknowledgedUntil": "2026-03-02T12:00:00Z", "AcknowledgedBy": "ana"}
    late = {"AcknowledgedUntil": "2026-03-02T12:00:00.5Z", "AcknowledgedBy": "ben"}
    for heir, gone in ((early, late), (late, early)):
        values = Inheritance.of(item(1, **heir), [item(2, **gone)]).values
        assert values["AcknowledgedBy"] == {"S": "ben"}
    assert "SnoozedUntil" not in values


def test_what_there_is_no_room_for_goes_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store_incidents, "MAX_DEEDS", 3)
    assert minutes(Inheritance.of(item(1, 4), [item(2, 3)])) == [2, 3, 4]
