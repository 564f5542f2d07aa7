"""The intervals that are learnt."""

from datetime import timedelta

from handlers.incidents.timing import sender_interval, set_interval
from tests.stands.playing import played, run, stuck
from tests.unit.handlers.incidents.test_sender import A, of


def test_an_interval_is_learnt_from_the_last_eight_gaps_of_seven_days() -> None:
    def learnt(*hours: float) -> timedelta:
        return sender_interval(of(played(*(run(one, stuck(A, "x")) for one in hours))))

    assert learnt(0, 0.25, 0.5) == timedelta(hours=1)
    assert learnt(0, 0.25, 0.5, 0.75) == timedelta(minutes=15)
    assert learnt(0, 0.25, 0.5, 0.75, 0.8, 30) == timedelta(minutes=15)
    # Of four, the middle two.
    assert learnt(0, 0.25, 0.5, 1.5, 2.5) == timedelta(minutes=37.5)
    assert learnt(*(one / 4 for one in range(9)), *(2 + one for one in range(1, 9))) == timedelta(hours=1)
    # The gaps of before a week without runs do not count any more.
    assert learnt(0, 0.25, 0.5, 0.75, 7 * 24 + 2) == timedelta(hours=1)


def test_a_set_learns_from_gaps_with_evidence() -> None:
    def learnt(*files: str) -> timedelta:
        state = played(*(run(number / 4, stuck(A, file)) for number, file in enumerate(files)))
        folder_set = state.sets["d:\\in"]
        return set_interval(of(state), folder_set.gaps, folder_set.named.at)

    assert learnt("x", "y", "z", "w") == timedelta(hours=1)
    assert learnt("x", "x", "z", "w") == timedelta(minutes=15)
