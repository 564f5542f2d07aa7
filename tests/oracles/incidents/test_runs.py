"""Items become runs."""

from datetime import timedelta

from store.runs import Listing, merge_parts
from tests.oracles.incidents.playing import at, listing, run, stuck

A, B = "D:\\In\\A", "D:\\In\\B"


def test_items_with_one_id_within_ten_minutes_are_one_run_dated_by_the_first() -> None:
    first = run(0, stuck(A, "x"), run_id="one")
    retry = run(0.1, stuck(A, "x"), run_id="one")
    later = run(0.2, stuck(A, "x"), run_id="one")
    runs = merge_parts([later, retry, first])
    assert [one.moment for one in runs] == [at(0), at(0.2)]
    assert runs[0].arrival == at(0.1)
    assert runs[0].breaches == first.breaches


def test_parts_become_one_run_once_all_of_them_came() -> None:
    first = listing(0, ["C"], stuck(A, "x", sla=60), run_id="one", part=1, parts=2)
    second = listing(0.1, [], stuck(A, "y"), stuck(B, "z"), run_id="one", part=2, parts=2)
    (whole,) = merge_parts([second, first])
    assert whole.complete
    assert whole.listing == Listing(read=frozenset({"d:\\in\\a", "d:\\in\\b", "C"}))
    assert [(breach.key, breach.files, breach.sla) for breach in whole.breaches] == [
        ("d:\\in\\a", 2, 20),
        ("d:\\in\\b", 1, 20),
    ]


def test_a_folder_that_only_one_part_could_read_is_unreadable() -> None:
    first = listing(0, [A], run_id="one", part=1, parts=2)
    second = listing(0, [], errors=[A], run_id="one", part=2, parts=2)
    (whole,) = merge_parts([first, second])
    assert whole.listing == Listing(errors=(("d:\\in\\a", "Access is denied."),))


def test_a_run_that_lacks_parts_waits_and_then_proves_no_more_than_its_breaches() -> None:
    part = listing(0, [B], stuck(A, "x"), part=2, parts=2)
    assert merge_parts([part], at(0) + timedelta(minutes=10)) == []
    (run_so_far,) = merge_parts([part], at(0) + timedelta(minutes=11))
    assert not run_so_far.complete
    assert not run_so_far.empty
    # The same part twice is not two.
    (twice,) = merge_parts([part, part])
    assert not twice.complete
