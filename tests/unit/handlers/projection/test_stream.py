"""Runs through the stream, and what the tables then say."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from contract.answers import FieldProblem
from contract.owners import model
from contract.owners.model import Owner, Owners, Rule
from handlers import incident_projection
from handlers.ingest.building import Origin
from handlers.ingest.storing import RefusedReports
from handlers.projection import stream
from handlers.projection.stream import apply_runs
from handlers.web.errors import InvalidBodyError, TooLargeError
from handlers.web.requests import Caller
from store.runs import Listing, Run, RunAttribute, RunItem
from store.senders import SenderAttribute
from tests.stands.playing import at, listing, run, stuck
from tests.stands.projection import ACCOUNT, Projection, tell
from tests.stands.projection_tables import RUNS, SENDERS

STUCK = stuck("D:\\Inbound", "x", created=-2)


def test_first_run_opens_an_incident_with_all_that_a_page_shows(projection: Projection) -> None:
    projection.report(run(0, STUCK, address="10.0.0.7"))
    [incident] = projection.incidents()
    told = {
        "Sender": ACCOUNT, "SenderName": "name of account", "Folder": "D:\\Inbound", "Status": "open",
        "SLA": "20", "OpenedAt": "2026-03-02T08:00:00Z", "BreachedSince": "2026-03-02T06:20:00Z",
        "FileCount": "1", "PeakFileCount": "1", "OldestCreation": "2026-03-02T06:00:00Z",
        "LastSeenRun": "run-0", "LatestFolderKey": "d:\\inbound",
    }  # fmt: skip
    assert told.items() <= incident.items()
    assert incident["LiveShard"].startswith("open#")
    assert {"EndedOn", "EndedAt", "ClearedAt", "Reason"}.isdisjoint(incident)
    own = projection.own()
    assert (own["State"], own["Kind"], own["Open"], own["Unknown"]) == ("up", "stock", "1", "0")
    assert own["Addresses"] == [{"S": "10.0.0.7"}]
    # One that speaks only when something is stuck is never due.
    assert "DueAt" not in own


def test_a_run_with_nothing_stuck_writes_its_sender_alone(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    projection.report(run(0, STUCK), run(1))

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("more than the sender was written")

    records = projection.put(run(2))
    monkeypatch.setattr(projection.client, "transact_write_items", refuse)
    projection.stream.read(records)
    assert projection.own()["LastRunAt"] == "2026-03-02T10:00:00Z"


def test_a_part_that_never_comes_is_waited_for_no_longer_than_ten_minutes(projection: Projection) -> None:
    projection.report(listing(0, ["D:\\Inbound"]))
    projection.report(listing(1, ["D:\\Inbound"], STUCK, part=1, parts=2, run_id="two"))
    projection.sweep(1.01)
    assert projection.statuses() == {}
    projection.sweep(1.2)
    assert projection.statuses() == {"d:\\inbound": "open"}
    assert "ReplaySince" not in projection.own()


def test_whoever_comes_second_starts_again(projection: Projection, monkeypatch: pytest.MonkeyPatch) -> None:
    projection.report(run(0, STUCK))
    read, others = projection.store.read, [run(1, stuck("E:\\Out", "x"))]

    def overtaken(sender: str) -> Any:
        known = read(sender)
        if others:
            other = others.pop()
            stream.apply_runs(projection.store, sender, [tell(other)])
        return known

    monkeypatch.setattr(projection.store, "read", overtaken)
    projection.report(run(2, STUCK, stuck("E:\\Out", "x")))
    assert projection.own()["LastRunAt"] == "2026-03-02T10:00:00Z"
    assert projection.statuses() == {"d:\\inbound": "open", "e:\\out": "open"}


def test_more_folders_than_a_transaction_holds(moto_projection: Projection, small_transactions: None) -> None:
    many = [stuck(f"D:\\{number % 3}\\{number}", "x") for number in range(10)]
    moto_projection.report(run(0, *many, has_run=True))
    assert len(moto_projection.incidents()) == 10
    assert moto_projection.own()["Open"] == "10"
    assert "ReplaySince" not in moto_projection.own()
    moto_projection.report(run(1, has_run=True))
    assert set(moto_projection.statuses().values()) == {"cleared"}


def test_a_commit_that_ends_half_way_is_made_whole(
    projection: Projection, monkeypatch: pytest.MonkeyPatch, small_transactions: None
) -> None:
    many = [stuck(f"D:\\{number}", "x") for number in range(10)]
    write, calls = projection.client.transact_write_items, []

    def killed(**request: Any) -> Any:
        calls.append(request)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return write(**request)

    records = projection.put(run(0, *many, has_run=True))
    monkeypatch.setattr(projection.client, "transact_write_items", killed)
    with pytest.raises(KeyboardInterrupt):
        projection.stream.read(records)
    assert projection.own()["ReplaySince"]
    assert projection.sweep(4 / 60) == 0, "it may still be at work"
    projection.sweep(0.1)
    assert len(projection.incidents()) == 10
    assert projection.own()["Open"] == "10"
    assert "ReplaySince" not in projection.own()


def test_a_run_that_cannot_be_applied_keeps_nothing_else_from_being(
    projection: Projection, monkeypatch: pytest.MonkeyPatch
) -> None:
    apply = stream.apply_runs

    def broken(store: Any, sender: str, runs: Any, **_: Any) -> None:
        if sender == "bad":
            raise ZeroDivisionError
        apply(store, sender, runs)

    monkeypatch.setattr(stream, "apply_runs", broken)
    projection.report(run(0, STUCK, sender="bad"), run(0.1, STUCK, sender="good"))
    assert projection.statuses("good") == {"d:\\inbound": "open"}
    [(sender, run_key, error)] = projection.letters.put_in
    assert (sender, error) == ("bad", "ZeroDivisionError")
    assert run_key.startswith("2026-03-02T08:00:00.000000Z#run-0")
    # Nothing is lost: once the code is mended, the next fold takes it.
    monkeypatch.undo()
    projection.sweep(0.2)
    assert projection.statuses("bad") == {"d:\\inbound": "open"}


def test_an_item_that_is_no_run_is_queued(projection: Projection) -> None:
    [record] = projection.put(run(0, STUCK))
    record["dynamodb"]["NewImage"] = {**record["dynamodb"]["NewImage"], "Content": {"B": b"nope"}}
    projection.stream.read([record])
    assert [error for _, _, error in projection.letters.put_in] == ["MalformedRunError"]


def test_what_expires_or_is_removed_tells_nothing(projection: Projection) -> None:
    [record] = projection.put(run(0, STUCK))
    projection.stream.read(
        [{"eventName": "REMOVE", "dynamodb": {"OldImage": record["dynamodb"]["NewImage"]}}]
    )
    assert projection.own() == {}


OF_THE_LIST = {SenderAttribute.WATCHED, SenderAttribute.UNREADABLE, SenderAttribute.UNREADABLE_FOLDERS}
FIRST = Listing(read=frozenset({r"d:\in"}), errors=((r"e:\in", "Access is denied."),))
SECOND = Listing(read=frozenset({r"d:\out"}))


def _told(hours: float, listing: Listing | None, part: int = 1, parts: int = 1) -> Run:
    one = run(hours, listing=listing, part=part, parts=parts)
    spelt = {r"e:\in": r"E:\In"} if listing is FIRST else {}
    return replace(one, sender_name="files", reported_by="files", spellings=spelt, lost_letters=part)


def _replay(projection: Projection) -> None:
    now = projection.now + timedelta(hours=2)
    projection.sweeper.replays.replay(projection.store.read(ACCOUNT), now, lambda: 60)


def test_a_list_in_parts_is_told_as_one(projection: Projection) -> None:
    projection.put(_told(0, FIRST, part=1, parts=2), _told(0, SECOND, part=2, parts=2))
    _replay(projection)
    own = projection.own()
    assert (own[SenderAttribute.WATCHED], own[SenderAttribute.UNREADABLE]) == ("3", "1")
    [unreadable] = own[SenderAttribute.UNREADABLE_FOLDERS]
    assert unreadable["M"]["Folder"] == {"S": r"E:\In"}
    assert own[SenderAttribute.LOST_LETTERS] == "3"


@pytest.mark.parametrize("refold", [False, True])
def test_who_sends_no_list_any_more_has_none(projection: Projection, refold: bool) -> None:
    told = [_told(0, FIRST), _told(1, None)]
    projection.put(*told)
    apply_runs(projection.store, ACCOUNT, told[:1])
    assert projection.own().keys() >= OF_THE_LIST
    if refold:
        _replay(projection)
    else:
        apply_runs(projection.store, ACCOUNT, told[1:])
    assert not projection.own().keys() & OF_THE_LIST


CALLER = Caller("sub-1", "files-01", frozenset())


def test_the_latest_is_shown_whichever_comes_first(moto_projection: Projection) -> None:
    records = [
        *_refuse(moto_projection, 1, InvalidBodyError([FieldProblem("sla_error[0].sla", "is not", "do")])),
        *_refuse(moto_projection, 0, TooLargeError(2, 1, "folders", "Split them.")),
    ]
    moto_projection.stream.read(records)
    [shown] = moto_projection.client.scan(TableName=SENDERS)["Items"]
    assert shown["State"] == {"S": "refused"}
    assert shown["RefusedAt"] == {"S": "2026-03-02T09:00:00Z"}
    assert shown["SenderName"] == {"S": "files-01"}
    assert shown["GatewayRequestId"] == {"S": "request-1"}
    [problem] = shown["Problems"]["L"]
    assert problem["M"]["Field"] == {"S": "sla_error[0].sla"}


def test_a_refused_report_is_no_run(projection: Projection) -> None:
    projection.stream.read(_refuse(projection, 0, InvalidBodyError([])))
    projection.mark("sub-1")
    projection.sweep(1)
    assert projection.state("sub-1").sender is None


def _refuse(projection: Projection, hours: float, error: Any) -> list[dict[str, Any]]:
    origin = Origin(caller=CALLER, arrival=at(hours), address="10.0.0.7", idempotency_key=None)
    RefusedReports(projection.client, RUNS, timedelta(days=35)).keep(origin, b"", error, "request-1")
    [item] = [
        item
        for item in projection.client.scan(TableName=RUNS)["Items"]
        if item["ArrivedAt"]["S"].startswith(at(hours).isoformat()[:16])
    ]
    return [{"eventName": "INSERT", "dynamodb": {"NewImage": item}}]


OWNERS = Owners(
    owners={name: Owner(name=name, channels=()) for name in ("operations", "orders", "bank")},
    rules=(
        Rule(owner="orders", folder="D:\\In*", sender="name of files", line=1),
        Rule(owner="bank", folder="d:/in*", line=2),
    ),
    default="operations",
)


def owners_of(projection: Projection) -> dict[str, str | None]:
    return {one["Sender"]: one.get("Owner") for one in projection.incidents()}


def test_whoever_does_not_know_the_owners_leaves_them(projection: Projection) -> None:
    inbound = stuck("D:\\Inbound", "x")
    projection.report(run(0, inbound, sender="files", has_run=True))
    assert owners_of(projection) == {"files": None}
    owned = Projection(projection.client, owners=OWNERS)
    owned.report(run(1, inbound, stuck("D:\\In\\2", "y"), sender="files", has_run=True))
    owned.report(run(2, sender="files", has_run=True))
    assert owners_of(owned) == {"files": "orders"}
    # A function of before the file was configured, or after it was taken away.
    projection.report(run(2.1, inbound, sender="files", has_run=True))
    assert owners_of(projection) == {"files": "orders"}
    assert {one["Status"] for one in projection.incidents()} == {"open", "cleared"}


def test_the_function_reads_the_owners_in_its_package(
    moto_projection: Projection, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shipped = tmp_path / model.SHIPPED_NAME
    shipped.write_text(model.dump_owners(OWNERS), encoding="utf-8")
    monkeypatch.setattr(model, "_SHIPPED", shipped)
    incident_projection.handler({"Records": moto_projection.put(run(0, stuck("D:\\In", "x")))}, None)
    assert owners_of(moto_projection) == {"account": "bank"}


def test_a_refused_report_that_cannot_be_read_holds_nothing_up(projection: Projection) -> None:
    item: dict[str, Any] = {
        RunAttribute.SENDER: {"S": "key-1"},
        RunAttribute.RUN_KEY: {"S": "0"},
        RunAttribute.ITEM: {"S": RunItem.REFUSED},
    }
    projection.stream.read([{"eventName": "INSERT", "dynamodb": {"NewImage": item}}])
    assert [run_key for _, run_key, _ in projection.letters.put_in] == ["0"]
