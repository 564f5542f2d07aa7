"""Maintenance windows: made, changed and ended by people, and what is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from contract.answers import MaintenanceAnswer
from contract.limits import MAX_WINDOWS
from contract.metrics import Outcome
from contract.moments import format_moment
from handlers.actions.acting import InvalidStateError, NotFoundError
from handlers.actions.maintenance import MaintenanceActions
from handlers.web.errors import InvalidBodyError
from store.dynamodb import Reader
from store.maintenance import MaintenanceTable, Window
from tests.stands.playing import at
from tests.stands.projection import Projection
from tests.stands.projection_tables import MESSAGES
from tests.unit.handlers.actions.conftest import People, ask

NIGHTS = {"days": ["mon"], "from": "22:00", "to": "04:00", "zone": "Europe/Berlin"}


class Windows:
    """An analyst who acts on windows."""

    def __init__(self, projection: Projection) -> None:
        self.now = at(0)
        reader = Reader(projection.client)
        self.table = MaintenanceTable(reader, MESSAGES, timedelta(days=90))
        self.actions = MaintenanceActions(table=self.table, clock=lambda: self.now, sleep=lambda _: None)

    def act(self, body: dict[str, Any], **who: Any) -> tuple[MaintenanceAnswer, Outcome]:
        return self.actions.act(*ask(body, **who))

    def make(self, *, begin: float | None = None, end: float = 4, **more: Any) -> str:
        begins = {} if begin is None else {"from": format_moment(at(begin))}
        window = {"sender": "*", **begins, "to": format_moment(at(end)), "reason": "patching", **more}
        answer, _ = self.act({"action": "schedule_maintenance", "window": window})
        return answer.maintenance.maintenance_id

    def all(self) -> list[Window]:
        return self.table.list_windows(at(-1000))


@pytest.fixture(params=["memory", "moto"])
def windows(request: pytest.FixtureRequest) -> Windows:
    name = "projection" if request.param == "memory" else "moto_projection"
    return Windows(request.getfixturevalue(name))


def test_a_window_is_made_changed_and_ended(windows: Windows) -> None:
    window = {"folder": "D:\\In\\*", "to": format_moment(at(4)), "reason": "patching"}
    answer, outcome = windows.act({"action": "schedule_maintenance", "window": window})
    assert (outcome, answer.message) == (Outcome.DONE, "Maintenance is on until 2026-03-02T12:00:00Z.")
    made = answer.maintenance
    assert made.window == {**window, "from": format_moment(at(0))}
    assert (made.in_force, made.made_by, made.ended_at) == (True, "ana", None)
    windows.now = at(1)
    longer = {**window, "from": format_moment(at(0)), "to": format_moment(at(9))}
    changed, _ = windows.act(
        {"action": "change_maintenance", "maintenance_id": made.maintenance_id, "window": longer}, by="ben"
    )
    # What has passed stays as it was: the change begins now, and the first window ended now.
    assert changed.maintenance.window == {**longer, "from": format_moment(at(1))}
    assert changed.maintenance.replaces == made.maintenance_id
    before = windows.table.find(made.maintenance_id)
    assert before is not None
    assert (before.ended_by, before.over_at) == ("ben", at(1))
    windows.now = at(2)
    ended, _ = windows.act(
        {"action": "end_maintenance", "maintenance_id": changed.maintenance.maintenance_id}
    )
    assert (ended.maintenance.ended_by, ended.maintenance.in_force) == ("ana", False)
    assert windows.table.list_windows(windows.now) == []


def test_a_weekly_one_is_kept_and_shown_as_it_was_asked_for(windows: Windows) -> None:
    until = format_moment(at(24 * 60))
    window = {"owner": "orders", "weekly": NIGHTS, "until": until, "reason": "backup"}
    answer, _ = windows.act({"action": "schedule_maintenance", "window": window})
    assert answer.maintenance.window == {**window, "from": format_moment(at(0))}
    assert not answer.maintenance.in_force
    [kept] = windows.all()
    assert kept.is_in_force(datetime.fromisoformat("2026-03-03T02:59:00Z"))
    assert not kept.is_in_force(datetime.fromisoformat("2026-03-03T03:00:00Z"))


def test_the_same_request_again_is_done_once(windows: Windows) -> None:
    window = {"sender": "*", "to": format_moment(at(4)), "reason": "patching"}
    for minutes, expected in ((0, Outcome.DONE), (1, Outcome.ALREADY_DONE)):
        windows.now = at(0) + timedelta(minutes=minutes)
        answer, outcome = windows.act({"action": "schedule_maintenance", "window": window}, key="k")
        assert outcome is expected
    [made] = windows.all()
    body = {"action": "end_maintenance", "maintenance_id": answer.maintenance.maintenance_id}
    assert [windows.act(body)[1] for _ in range(2)] == [Outcome.DONE, Outcome.ALREADY_DONE]
    with pytest.raises(InvalidStateError, match="over"):
        windows.act(body, by="ben")
    assert made.made_at == at(0)


def test_what_is_over_or_unknown_is_refused(windows: Windows) -> None:
    known = windows.make()
    windows.now = at(4)
    window = {"sender": "*", "to": format_moment(at(8)), "reason": "more"}
    with pytest.raises(InvalidStateError, match="over"):
        windows.act({"action": "change_maintenance", "maintenance_id": known, "window": window})
    with pytest.raises(NotFoundError):
        windows.act({"action": "end_maintenance", "maintenance_id": "x"})
    assert len(windows.all()) == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"to": format_moment(at(0))}, "window.to"),
        ({"to": format_moment(at(32 * 24))}, "window.to"),
        ({"from": format_moment(at(400 * 24)), "to": format_moment(at(401 * 24))}, "window.from"),
        ({"to": None, "weekly": NIGHTS, "until": format_moment(at(400 * 24))}, "window.until"),
        # Tuesday to Thursday has no Monday.
        (
            {"to": None, "weekly": NIGHTS, "from": format_moment(at(24)), "until": format_moment(at(72))},
            "window.weekly",
        ),
    ],
)
def test_a_window_has_an_end_that_is_not_too_far_away(
    projection: Projection, changes: dict[str, Any], field: str
) -> None:
    window = {"sender": "*", "reason": "patching", **changes}
    with pytest.raises(InvalidBodyError) as raised:
        Windows(projection).act({"action": "schedule_maintenance", "window": window})
    assert [problem.field for problem in raised.value.problems] == [field]


def test_there_are_not_too_many(people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.actions.maintenance.MAX_WINDOWS", 2)
    assert MAX_WINDOWS > 2
    windows = Windows(people.projection)
    first = windows.make()
    windows.make()
    with pytest.raises(InvalidStateError, match="2 maintenance windows already"):
        windows.make()
    windows.act({"action": "end_maintenance", "maintenance_id": first})
    windows.now += timedelta(seconds=1)
    windows.make()
