"""What a run costs where nothing changes."""

from dataclasses import replace

import pytest

from handlers.incidents.projection import project
from handlers.incidents.repeats import repeated
from handlers.incidents.runs import BreachedFolder, Run
from handlers.incidents.sightings import settled
from handlers.incidents.state import State
from tests.incidents.playing import listing, played, run, stuck


@pytest.mark.parametrize(("sets", "folders"), [(1, 1), (1, 10_000), (500, 2)])
@pytest.mark.parametrize("lists", [False, True])
def test_a_run_that_says_the_same_again_changes_its_sender_alone(
    sets: int, folders: int, lists: bool
) -> None:
    breaches = [stuck(f"D:\\{one}\\{other}", "x") for one in range(sets) for other in range(folders)]

    def said(hours: float) -> Run:
        return listing(hours, [], *breaches) if lists else run(hours, *breaches)

    state = played(said(0), said(1))
    for hour in range(2, 5):
        sender = state.sender and repeated(state.sender, said(hour))
        assert sender is not None
        full = project(state, said(hour))
        assert full.changes.incidents == ()
        state = replace(state, sender=sender)
        assert settled(state) == settled(full.state)


def test_servers_that_share_an_account_change_the_sender_and_the_set() -> None:
    def said(server: int, hours: float) -> Run:
        return run(hours, stuck(f"D:\\{server}\\A", "x"), address=f"10.0.0.{server}")

    state = State()
    for hour in range(30):
        for server in range(5):
            done = project(state, said(server, hour + server / 10))
            state = done.state
            if hour:
                assert done.changes.incidents == ()
                assert len(done.changes.sets) == 1


def test_what_is_not_the_same_is_not_taken_for_it() -> None:
    one, other = stuck("D:\\A", "x"), stuck("D:\\A", "y")
    state = played(run(0, one), run(1, one))
    sender = state.sender
    assert sender is not None
    assert repeated(sender, run(1, one)) is None
    assert repeated(sender, run(0.5, one)) is None
    assert repeated(sender, run(2, other)) is None
    # Two hours and five minutes are its patience: it was quiet in between.
    assert repeated(sender, run(3.5, one)) is None
    nothing_to_prove_by = BreachedFolder(key="d:\\a", folder="D:\\A", sla=20, files=1, oldest=None, hashes=())
    state = played(run(0, nothing_to_prove_by), run(1, nothing_to_prove_by))
    assert state.sender is not None
    assert repeated(state.sender, run(2, nothing_to_prove_by)) is None


def test_what_time_changes_elsewhere_is_not_passed_over() -> None:
    here, elsewhere = stuck("D:\\A", "x"), stuck("E:\\B", "y")
    state = played(run(0, here, elsewhere), run(1, here))
    sender, quick = state.sender, None
    for hours in (2, 3):
        assert sender is not None
        quick = repeated(sender, run(hours, here))
        sender = quick or sender
    # The other folder is quiet five minutes after two: the run at three has to say so.
    assert quick is None
    assert played(run(2, here), run(3, here), state=state).incidents["e:\\b"].status == "unknown"
