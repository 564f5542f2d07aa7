"""What a sender is taken for, and which silences of it are kept."""

from datetime import timedelta

from contract.action import SenderAction
from contract.words import SenderKind
from handlers.incidents.projection import apply_action, project
from handlers.incidents.sender import SILENCES_KEPT, SILENCES_WITHIN
from handlers.incidents.timing import is_shared, sender_interval
from store.state import PersonAction, RunHistory, State
from tests.stands.playing import at, listing, played, run, stuck

A = "D:\\In\\A"


def of(state: State) -> RunHistory:
    assert state.sender is not None
    return state.sender


def test_many_servers_on_one_account_do_not_push_each_other_out() -> None:
    rounds = [run(number / 100, stuck(A, "x"), address=f"10.0.0.{number % 200}") for number in range(600)]
    assert is_shared(of(played(*rounds)), at(6))


HOUR = timedelta(hours=1)


def sender_after(*hours: float) -> RunHistory:
    return of(played(*(listing(one, [A], interval=HOUR) for one in hours)))


def test_a_silence_lasts_from_the_last_report_to_the_next() -> None:
    assert sender_after(0, 1, 2).silences == ()
    assert sender_after(0, 1, 12, 13, 24).silences == ((at(1), at(12)), (at(13), at(24)))
    # What is only late is not silent, nor is a script that says nothing when all is well.
    assert sender_after(0, 2).silences == ()
    assert of(played(run(0, stuck(A, "a")), run(50, stuck(A, "a")))).silences == ()


def test_only_the_latest_are_kept_and_none_from_long_ago() -> None:
    kept = sender_after(*(4 * number for number in range(SILENCES_KEPT + 9))).silences
    assert len(kept) == SILENCES_KEPT
    assert kept[-1] == (at(4 * (SILENCES_KEPT + 7)), at(4 * (SILENCES_KEPT + 8)))
    long_ago = SILENCES_WITHIN / HOUR
    assert sender_after(0, 4, 4 + long_ago + 1).silences == ((at(4), at(5 + long_ago)),)


def test_nothing_is_a_silence_while_a_sender_is_retired() -> None:
    state = played(listing(0, [A], interval=HOUR))
    state = apply_action(state, PersonAction(at=at(1), action_id="gone", action=SenderAction.RETIRE)).state
    sender = project(state, listing(20, [A], interval=HOUR)).state.sender
    assert sender is not None
    assert sender.silences == ()


def test_three_empty_runs_within_seven_days_make_a_sender_regular_for_thirty() -> None:
    assert of(played(run(0), run(1))).kind is SenderKind.STOCK
    assert of(played(run(0), run(1), run(7 * 24 + 1))).kind is SenderKind.STOCK
    regular = played(run(0), run(1), run(7 * 24))
    assert of(regular).kind is SenderKind.REGULAR
    assert of(played(run(37 * 24, stuck(A, "x")), state=regular)).kind is SenderKind.REGULAR
    assert of(played(run(37 * 24 + 1, stuck(A, "x")), state=regular)).kind is SenderKind.STOCK


def test_two_addresses_three_times_each_within_seven_days_are_two_servers() -> None:
    def came(*hours: float) -> bool:
        runs = [run(one, stuck(A, "x"), address=f"10.0.0.{number % 2}") for number, one in enumerate(hours)]
        return is_shared(of(played(*runs)), at(hours[-1]))

    assert not came(0, 1, 2, 3, 4)
    assert came(0, 1, 2, 3, 4, 5)
    assert came(0, 1, 2, 3, 4, 7 * 24)
    assert not came(0, 1, 2, 3, 4, 7 * 24 + 1)


def test_an_interval_is_learnt_from_the_last_eight_gaps() -> None:
    moments = [*(one / 4 for one in range(20)), *range(5, 11)]
    assert sender_interval(of(played(*(run(one, stuck(A, "x")) for one in moments)))) == HOUR
