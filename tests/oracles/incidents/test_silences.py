"""Which silences a sender is remembered by."""

from datetime import timedelta

from handlers.incidents.projection import apply_action, project
from handlers.incidents.sender import SILENCES_KEPT, SILENCES_WITHIN
from store.state import Action, PersonAction, RunHistory
from tests.oracles.incidents.playing import at, listing, played, run, stuck

A = "C:\\Jobs\\A"
HOUR = timedelta(hours=1)


def sender_after(*hours: float) -> RunHistory:
    sender = played(*(listing(one, [A], interval=HOUR) for one in hours)).sender
    assert sender is not None
    return sender


def test_a_silence_lasts_from_the_last_report_to_the_next() -> None:
    assert sender_after(0, 1, 2).silences == ()
    assert sender_after(0, 1, 12, 13, 24).silences == ((at(1), at(12)), (at(13), at(24)))


def test_what_is_only_late_was_not_silent() -> None:
    assert sender_after(0, 2).silences == ()


def test_a_script_that_says_nothing_when_all_is_well_is_never_silent() -> None:
    sender = played(run(0, stuck(A, "a")), run(50, stuck(A, "a"))).sender
    assert sender is not None
    assert sender.silences == ()


def test_only_the_latest_are_kept_and_none_from_long_ago() -> None:
    kept = sender_after(*(4 * number for number in range(SILENCES_KEPT + 9))).silences
    assert len(kept) == SILENCES_KEPT
    assert kept[-1] == (at(4 * (SILENCES_KEPT + 7)), at(4 * (SILENCES_KEPT + 8)))
    long_ago = SILENCES_WITHIN / HOUR
    assert sender_after(0, 4, 4 + long_ago + 1).silences == ((at(4), at(5 + long_ago)),)


def test_nothing_is_a_silence_while_a_sender_is_paused() -> None:
    state = played(listing(0, [A], interval=HOUR))
    state = apply_action(state, PersonAction(at=at(1), action_id="pause", action=Action.PAUSE)).state
    sender = project(state, listing(20, [A], interval=HOUR)).state.sender
    assert sender is not None
    assert sender.silences == ()
