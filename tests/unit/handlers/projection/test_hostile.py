"""What one account sends stops nobody else: poisoned replays, senders set aside, limits."""

import gc
import time
import weakref
from itertools import count
from typing import Any

import pytest

from contract.metrics import Metric
from handlers.projection import replay, stream
from handlers.projection.stream import Limits
from handlers.projection.sweep import Gauges
from store import runs
from store.dynamodb import Reader
from store.maintenance import MaintenanceTable
from store.runs import Run, RunMerger, read_run_item
from store.senders import NextCheck
from tests.faults.killed import KilledError
from tests.stands.playing import at, listing, run, stuck
from tests.stands.projection import ACCOUNT, Projection
from tests.stands.projection_tables import INCIDENTS, MESSAGES, SENDERS

STUCK = stuck("D:\\Inbound", "x", created=-2)
BAD = "bad/x"


def test_of_forty_poisoned_reports_one_is_in_memory_at_a_time(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        folders = (stuck(f"D:\\{number}\\{folder}", "a") for folder in range(200))
        projection.report(run(number / 600, *folders, sender=BAD, part=1, parts=2, has_run=True))
    alive = most = 0

    def forget() -> None:
        nonlocal alive
        alive -= 1

    def read(item: Any) -> Run:
        nonlocal alive, most
        one = read_run_item(item)
        weakref.finalize(one, forget)
        alive += 1
        most = max(most, alive)
        return one

    gc.collect()
    monkeypatch.setattr(runs, "read_run_item", read)
    projection.sweep(0.5)
    assert "ReplaySince" not in projection.own(BAD)
    assert most <= 3


def test_what_waits_for_its_parts_is_bounded(monkeypatch: pytest.MonkeyPatch, projection: Projection) -> None:
    monkeypatch.setattr(runs, "MAX_HELD_BYTES", 1_000)
    parts = [run(0, stuck(f"D:\\{part}", "a"), run_id="r", part=part, parts=90) for part in range(1, 90)]
    projection.put(*parts)
    merger = RunMerger(projection.sweeper.replays.runs.read_items(ACCOUNT))
    # What came first is used, and the rest of that run is passed over.
    [one] = merger
    assert 1 <= len(one.breaches) < 20
    assert merger.read_bytes > 1_000
    # So are the folders of a run; without the rest it is not complete, and clears nothing.
    monkeypatch.setattr(runs, "MAX_HELD_BYTES", 16_000_000)
    monkeypatch.setattr(runs, "MAX_RUN_FOLDERS", 3)
    [one] = RunMerger(projection.sweeper.replays.runs.read_items(ACCOUNT))
    assert (len(one.breaches), one.complete) == (4, False)


def _gauges(projection: Projection, most_live: int = 100) -> dict[Metric, int]:
    maintenance = MaintenanceTable(Reader(projection.client), MESSAGES)
    gauges = Gauges(store=projection.store, maintenance=maintenance, owners=None, most_live=most_live)
    return gauges.read(projection.now)


def _kill(*_: Any, **__: Any) -> None:
    raise KilledError


def test_a_sender_whose_replay_kills_the_process_is_set_aside(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.put(run(0, STUCK, sender=BAD))
    projection.mark(BAD)
    monkeypatch.setattr(replay, "keep_known", _kill)
    for attempt in range(3):
        with pytest.raises(KilledError):
            projection.sweep(attempt)
        # The next sweep does not begin with it again: whoever stands behind it is reached.
        assert projection.sweep() == 0
    assert _gauges(projection)[Metric.SENDERS_SET_ASIDE] == 0
    assert projection.sweep(3) == 1
    assert projection.own(BAD)["SetAsideAt"] == "2026-03-02T11:00:00Z"
    assert _gauges(projection)[Metric.SENDERS_SET_ASIDE] == 1
    # Whatever it sends now, the sweep does not take it up again, and its runs in order are applied.
    projection.report(run(4, STUCK, sender=BAD))
    projection.report(run(3.5, STUCK, sender=BAD, arrival=at(5)))
    for hours in (5, 6):
        projection.sweep(hours)
    assert projection.statuses(BAD) == {"d:\\inbound": "open"}
    monkeypatch.undo()
    projection.store.senders.release(BAD, projection.now, NextCheck(at=None))
    projection.sweep(6)
    own = projection.own(BAD)
    assert not {"ReplaySince", "ReplayAttempts", "SetAsideAt"} & own.keys()


@pytest.mark.parametrize("budget", ["MAX_REPLAY_BYTES", "MAX_REPLAY_SECONDS"])
def test_a_projection_that_was_deleted_comes_back_within_a_budget(
    projection: Projection, monkeypatch: pytest.MonkeyPatch, budget: str
) -> None:
    names = ["D:\\Inbound", "E:\\Out"]
    told = [listing(hour, names, *([STUCK] if hour % 7 < 3 else []), sender=BAD) for hour in range(40)]
    unreadable = listing(39.1, names, errors=["E:\\Out"], sender=BAD)
    projection.report(*told, listing(39.2, names, stuck("E:\\Out", "z"), sender=BAD), unreadable)
    projection.sweep(40)
    expected, shown, parts = projection.state(BAD), projection.incidents(), _list_parts(projection)
    for table, keys in ((SENDERS, ("Sender", "Part")), (INCIDENTS, ("Sender", "IncidentId"))):
        for item in projection.client.list_items(table):
            projection.client.delete_item(TableName=table, Key={key: item[key] for key in keys})
    monkeypatch.setattr(replay, budget, 1_000 if "BYTES" in budget else 0)
    projection.mark(BAD)
    before, goes = projection.incidents(), 0
    while "ReplaySince" in projection.own(BAD):
        assert projection.incidents() == before
        assert projection.sweep() == 1
        assert "ReplayAttempts" not in projection.own(BAD)
        goes += 1
    assert 3 <= goes <= 43
    assert projection.state(BAD).incidents == expected.incidents
    assert sorted(projection.incidents(), key=str) == sorted(shown, key=str)
    # Nothing is left of a checkpoint either.
    assert _list_parts(projection) == parts


def _list_parts(projection: Projection) -> list[Any]:
    varying = dict.fromkeys(("Revision", "RuleState", "NextCheckAt"))
    items = (item for item in projection.client.list_items(SENDERS) if item["Sender"]["S"] == BAD)
    return sorted(({**item, **varying} for item in items), key=str)


def test_a_late_run_has_a_replay_that_was_stopped_begin_anew(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.report(*(listing(hour, ["D:\\Inbound"], STUCK) for hour in range(1, 30)))
    monkeypatch.setattr(replay, "MAX_REPLAY_BYTES", 1_500)
    projection.mark()
    projection.sweep(30)
    assert "ReplaySince" in projection.own()
    projection.now = at(30.1)
    projection.report(listing(0.5, ["D:\\Inbound"], STUCK, arrival=at(30.1)))
    for number in count():
        if "ReplaySince" not in projection.own():
            break
        assert number < 30
        projection.sweep()
    [incident] = projection.incidents()
    assert incident["OpenedAt"] == "2026-03-02T08:30:00Z"


def test_what_one_account_needs_delays_that_account_alone(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(30):
        projection.put(run(0, STUCK, sender=f"bad/{number}"))
        projection.mark(f"bad/{number}")
    projection.now = at(0.01)
    for number in range(5):
        projection.put(run(0, STUCK, sender=f"good/{number}"))
        projection.mark(f"good/{number}")
    clock, replayed = [0.0], []

    def slow(known: Any, *_: Any) -> bool:
        replayed.append(known.key)
        clock[0] += 60 if known.key.startswith("bad") else 1
        return True

    monkeypatch.setattr(type(projection.sweeper.replays), "replay", lambda _, *rest: slow(*rest))
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    projection.sweeper.run(at(0.02), lambda: 270 - clock[0])
    assert sum(key.startswith("good") for key in replayed) == 5
    assert sum(key.startswith("bad") for key in replayed) == 5


def test_many_senders_of_one_account_do_not_keep_the_others_of_a_batch_waiting(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    applied: list[str] = []
    monkeypatch.setattr(stream, "apply_runs", lambda _, sender, *__, **___: applied.append(sender))
    senders = [*(f"bad/{number}" for number in range(50)), "good/1", "good/2"]
    projection.stream.read(projection.put(*(run(0, sender=sender) for sender in senders)))
    assert sorted(applied) == sorted(senders)
    assert applied[:4] == ["bad/0", "good/1", "bad/1", "good/2"]


def _limit(projection: Projection, limits: Limits) -> None:
    for part in (projection.stream, projection.sweeper.replays):
        object.__setattr__(part, "limits", limits)


def test_over_its_limit_a_sender_opens_no_incident_and_every_folder_is_counted(
    projection: Projection,
) -> None:
    folders = [f"D:\\{number:02}" for number in range(40)]
    breaches = [stuck(folder, "x", created=-2) for folder in folders]
    _limit(projection, Limits(sender_incidents=10))
    projection.report(run(0, *breaches, has_run=True))
    own = projection.own()
    assert (own["Open"], own["Unreadable"], len(own["UnreadableFolders"])) == ("10", "30", 20)
    first = own["UnreadableFolders"][0]["M"]
    assert first["Folder"] == {"S": "D:\\10"}
    assert "senderIncidentLimit" in first["Error"]["S"]
    assert _gauges(projection)[Metric.FOLDERS_UNREADABLE] == 30
    # The same by a replay; and what has an incident goes on.
    statuses = projection.statuses()
    projection.mark()
    projection.sweep(0.1)
    assert (projection.statuses(), projection.own()["Unreadable"]) == (statuses, "30")
    # Room again, on another day.
    projection.report(run(20, *breaches[10:15], has_run=True))
    assert sum(status == "open" for status in projection.statuses().values()) == 5
    assert "Unreadable" not in projection.own()


def test_a_sender_cannot_open_more_by_ending_others(projection: Projection) -> None:
    _limit(projection, Limits(sender_incidents=10))
    for hour in range(8):
        projection.report(run(hour, *(stuck(f"D:\\{hour}\\{n}", "x") for n in range(4)), has_run=True))
    assert len(projection.incidents()) == 10
    assert projection.own()["Unreadable"] == "4"


def test_an_account_over_its_limit_opens_nothing_more_and_others_do(projection: Projection) -> None:
    for number in range(6):
        projection.report(run(0, STUCK, sender=f"bad/{number}", has_run=True))
    assert _gauges(projection, 5)[Metric.ACCOUNTS_OVER_LIMIT] == 1
    projection.report(run(0.1, STUCK, sender="bad/new", has_run=True), run(0.1, STUCK, sender="good"))
    assert (projection.statuses("bad/new"), projection.own("bad/new")["Unreadable"]) == ({}, "1")
    assert projection.statuses("good") == {"d:\\inbound": "open"}
    # What has an incident goes on; and there is room again once some have ended.
    projection.report(*(run(0.2, sender=f"bad/{number}", has_run=True) for number in range(5)))
    assert projection.statuses("bad/0") == {"d:\\inbound": "cleared"}
    assert _gauges(projection, 5)[Metric.ACCOUNTS_OVER_LIMIT] == 0
    projection.report(run(0.3, STUCK, sender="bad/new", has_run=True))
    assert projection.statuses("bad/new") == {"d:\\inbound": "open"}


def test_new_senders_of_an_account_are_bounded_by_the_day(
    projection: Projection, capsys: pytest.CaptureFixture[str]
) -> None:
    _limit(projection, Limits(new_senders=3))
    for number in range(5):
        told = run(0, STUCK, sender=f"bad/{number}", sender_name=f"Bad/{number}", reported_by="Bad")
        # However often the stream brings it.
        projection.report(told)
        projection.report(told)
    projection.report(run(0, STUCK, sender="good"))
    assert [bool(projection.statuses(f"bad/{number}")) for number in range(5)] == [True] * 3 + [False] * 2
    assert projection.statuses("good")
    refused = projection.store.senders.list_all().refused["bad"]
    assert refused.name == "Bad"
    whole = projection.store.senders.read_one("bad").refused["bad"]
    assert "3 new senders a day" in whole.problems[0].problem
    assert not projection.letters
    # The next day it is taken, with what it says then; one that is known always is.
    projection.report(run(24, STUCK, sender="bad/4", has_run=True))
    assert projection.statuses("bad/4") == {"d:\\inbound": "open"}


def test_refused_reports_bring_in_no_more_senders_than_runs_do(projection: Projection) -> None:
    _limit(projection, Limits(new_senders=3))
    for number in range(6):
        item = {
            "Sender": {"S": f"bad/{number}"},
            "RunKey": {"S": f"2026-03-02T08:0{number}:00.000000Z#refused#0001#0001"},
            "Item": {"S": "refused"},
            "ArrivedAt": {"S": "2026-03-02T08:00:00Z"},
            "SenderName": {"S": f"Bad/{number}"},
            "ReportedBy": {"S": "Bad"},
        }
        projection.stream.read([{"eventName": "INSERT", "dynamodb": {"NewImage": item}}])
    assert len(projection.store.senders.list_all().refused) == 3
