"""The last runs of a sender, by which a run that comes again is recognised."""

from datetime import timedelta

from store.state import RecentRuns
from tests.stands.playing import run


def test_a_run_is_known_for_ten_minutes_under_its_id() -> None:
    recent = RecentRuns().with_run(run(0, run_id="x"))
    assert recent.knows(run(0, run_id="x"))
    assert recent.knows(run(10 / 60, run_id="x"))
    assert not recent.knows(run(11 / 60, run_id="x"))
    assert not recent.knows(run(0, run_id="y"))


def test_memory_is_short_but_holds_the_last_few() -> None:
    recent = RecentRuns()
    for hour in range(100):
        recent = recent.with_run(run(hour, run_id=f"{hour}"))
    assert sorted(recent.moments) == ["96", "97", "98", "99"]
    for second in range(200):
        recent = recent.with_run(run(200 + second / 3600, run_id=f"s{second}"))
    assert len(recent.moments) == 40
    assert recent.knows(run(200, run_id="s199"))


def test_text_gives_the_same_memory() -> None:
    recent = RecentRuns().with_run(run(0, run_id="a" * 32)).with_run(run(1, run_id="b" * 32))
    assert RecentRuns.parse(recent.format()) == recent
    assert RecentRuns.parse("") == RecentRuns()
    assert len(recent.format()) <= 2 * 20
    assert recent.knows(run(1, run_id="b" * 32, arrival=run(5).moment + timedelta(hours=1)))
