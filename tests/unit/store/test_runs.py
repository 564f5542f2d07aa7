"""A run as items, and items as a run."""

import base64
import random
from dataclasses import replace
from datetime import timedelta
from typing import Any, cast

import pytest

from contract.folders import folder_key
from store import runs
from store.runs import (
    BreachedFolder,
    Listing,
    MalformedRunError,
    Run,
    build_run_items,
    file_hash,
    format_run_key,
    keep_hashes,
    merge_folders,
    read_run_item,
)
from tests.stands.playing import at, listing, merge_parts, run, stuck

KEPT = timedelta(days=35)


def _told(one: Run, **more: Any) -> Run:
    return replace(one, **{"sender_name": "files-01", "reported_by": "files-01", **more})


def _there_and_back(told: Run) -> list[Run]:
    return [read_run_item(item) for item in build_run_items(told, KEPT)]


@pytest.mark.parametrize(
    "one",
    [
        run(0),
        run(0, stuck("D:\\In", "a", "b"), stuck("/srv/in", "c", created=-30)),
        listing(1, ["D:\\In", "E:\\"], stuck("D:\\In", "a"), errors=["\\\\nas\\out"]),
        listing(1, []),
        run(
            0, interval=timedelta(minutes=90), client="x/1", address="10.0.0.1", has_run=True, part=2, parts=3
        ),
        run(0, BreachedFolder(key="a", folder="a", sla=1, files=3, oldest=None, hashes=())),
    ],
)
def test_a_run_comes_back_as_it_was(one: Run) -> None:
    [back] = _there_and_back(_told(one))
    assert replace(back, spellings={}) == _told(one)


def test_what_screens_need_comes_back_too() -> None:
    one = listing(1, ["D:\\In"], errors=["E:\\Out"], skew=timedelta(seconds=-90))
    spelt = {folder_key(folder): folder for folder in ("D:\\In", "E:\\Out")}
    told = _told(one, spellings=spelt, has_sent_at=True, lost_letters=3, reported_by="files")
    assert _there_and_back(told) == [told]


def test_a_run_too_large_for_an_item_is_cut_and_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "MAX_CONTENT_BYTES", 2_000)
    breaches = [stuck(f"D:\\In\\{number:03}", "a", "b", "c") for number in range(60)]
    one = listing(0, [f"D:\\In\\{number:03}" for number in range(90)], *breaches, errors=["E:\\Out"])
    items = build_run_items(_told(one), KEPT)
    assert len(items) > 2
    assert len({cast("Any", item["RunKey"])["S"] for item in items}) == len(items)
    pieces = [read_run_item(item) for item in items]
    assert not any(piece.complete for piece in pieces)
    random.Random(7).shuffle(pieces)
    [whole] = merge_parts(pieces)
    assert (whole.breaches, whole.listing, whole.complete) == (one.breaches, one.listing, True)
    [torn] = merge_parts(pieces[1:])
    assert not torn.complete


def test_the_largest_run_has_items_that_dynamodb_takes() -> None:
    chance = random.Random(7)
    # Nothing that could be compressed.
    breaches = [
        BreachedFolder(
            key=(path := chance.randbytes(500).hex()),
            folder=path,
            sla=20,
            files=16,
            oldest=at(0),
            hashes=keep_hashes(file_hash(str(chance.random()), "") for _ in range(16)),
        )
        for _ in range(600)
    ]
    for item in build_run_items(_told(run(0, *merge_folders(breaches))), KEPT):
        assert len(cast("Any", item["Content"])["B"]) < 390_000


def test_items_sort_as_runs_do() -> None:
    keys = [
        format_run_key(at(0), "b"),
        format_run_key(at(0), "c", 1, 2),
        format_run_key(at(0), "c", 2, 1),
        format_run_key(at(0) + timedelta(microseconds=1), "a"),
        format_run_key(at(1), "a"),
    ]
    assert keys == sorted(keys)


def test_the_stream_gives_bytes_as_base64() -> None:
    [item] = build_run_items(_told(run(0, stuck("a", "x"))), KEPT)
    content = cast("Any", item["Content"])["B"]
    in_stream = {**item, "Content": {"B": base64.b64encode(content).decode()}}
    assert read_run_item(in_stream) == read_run_item(item)


@pytest.mark.parametrize(
    "change", [{"Content": {"B": b"nope"}}, {"Moment": {"S": "soon"}}, {"Content": {"S": ""}}]
)
def test_what_cannot_be_read_is_told_as_such(change: dict[str, Any]) -> None:
    [item] = build_run_items(_told(run(0)), KEPT)
    with pytest.raises(MalformedRunError):
        read_run_item({**item, **change})


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


def test_a_run_that_lacks_parts_proves_no_more_than_its_breaches() -> None:
    part = listing(0, [B], stuck(A, "x"), part=2, parts=2)
    (run_so_far,) = merge_parts([part])
    assert not run_so_far.complete
    assert not run_so_far.empty
    # The same part twice is not two.
    (twice,) = merge_parts([part, part])
    assert not twice.complete
