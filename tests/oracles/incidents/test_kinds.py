"""What a sender is taken for, and what interval it is taken to have."""

from datetime import timedelta

from contract.words import SenderKind
from handlers.incidents.timing import is_shared, sender_interval, set_interval
from store.state import RunHistory, State
from tests.oracles.incidents.playing import at, listing, played, run, stuck

A = "D:\\In\\A"


def of(state: State) -> RunHistory:
    assert state.sender is not None
    return state.sender


def test_three_empty_runs_within_seven_days_make_a_sender_regular_for_thirty() -> None:
    assert of(played(run(0), run(1))).kind is SenderKind.STOCK
    assert of(played(run(0), run(1), run(7 * 24 + 1))).kind is SenderKind.STOCK
    regular = played(run(0), run(1), run(7 * 24))
    assert of(regular).kind is SenderKind.REGULAR
    assert of(played(run(37 * 24, stuck(A, "x")), state=regular)).kind is SenderKind.REGULAR
    assert of(played(run(37 * 24 + 1, stuck(A, "x")), state=regular)).kind is SenderKind.STOCK


def test_the_latest_run_says_whether_a_sender_lists() -> None:
    state = played(listing(0, [A]))
    assert of(state).kind is SenderKind.LISTING
    assert of(played(run(1), state=state)).kind is SenderKind.REGULAR


def test_two_addresses_three_times_each_within_seven_days_are_two_servers() -> None:
    def came(*hours: float) -> bool:
        runs = [run(one, stuck(A, "x"), address=f"10.0.0.{number % 2}") for number, one in enumerate(hours)]
        return is_shared(of(played(*runs)), at(hours[-1]))

    assert not came(0, 1, 2, 3, 4)
    assert came(0, 1, 2, 3, 4, 5)
    assert came(0, 1, 2, 3, 4, 7 * 24)
    assert not came(0, 1, 2, 3, 4, 7 * 24 + 1)


def test_many_servers_on_one_account_do_not_push_each_other_out() -> None:
    rounds = [run(number / 100, stuck(A, "x"), address=f"10.0.0.{number % 200}") for number in range(600)]
    assert is_shared(of(played(*rounds)), at(6))


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


def test_a_set_learns_from_gaps_with_proof() -> None:
    def learnt(*files: str) -> timedelta:
        state = played(*(run(number / 4, stuck(A, file)) for number, file in enumerate(files)))
        folder_set = state.sets["d:\\in"]
        return set_interval(of(state), folder_set.gaps, folder_set.named.at)

    assert learnt("x", "y", "z", "w") == timedelta(hours=1)
    assert learnt("x", "x", "z", "w") == timedelta(minutes=15)


def test_one_strike_is_none_and_a_listed_clearing_no_inference() -> None:
    once = played(run(0, stuck(A, "x")), run(0.2), run(1, stuck(A, "x")))
    assert of(once).contradicted_at == at(1)
    assert of(once).shared_until is None
    parted = played(run(24.5), run(26, stuck(A, "x")), state=once)
    assert of(parted).shared_until is None
    listed = played(listing(0, [], stuck(A, "x")), listing(1, [A]), listing(2, [], stuck(A, "x")))
    assert of(listed).contradicted_at is None
    assert listed.sets["d:\\in"].contradicted_at is None
