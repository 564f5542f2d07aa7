"""A sweep over all recipients, from runs to what owners are sent."""

from collections import Counter
from dataclasses import replace
from threading import Barrier
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from handlers.notifications.delivery import DeliveryError
from handlers.notifications.situation import Notification
from handlers.notifications.sweep import correct_owners
from store.incidents import IncidentAttribute
from store.senders import SHOWN_FOLDERS
from tests.stands.notifier import Notifier
from tests.stands.playing import listing, stuck
from tests.stands.projection_tables import INCIDENTS, MESSAGES
from tests.unit.handlers.notifications.samples import incident

INBOUND, PAYMENTS = "D:\\Inbound", "E:\\Payments"
BOTH = [INBOUND, PAYMENTS]
OLD_INBOUND, OLD_PAYMENTS = stuck(INBOUND, "a", created=-99), stuck(PAYMENTS, "b", created=-99)


def test_the_owner_of_a_folder_is_notified_of_it_and_of_its_end(moto_notifier: Notifier) -> None:
    notifier = moto_notifier
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND, OLD_PAYMENTS))
    notifier.sweep_until(0, 1)
    assert notifier.post.take() == []
    notifier.sweep(2)
    expected = [("bank", [f"new {PAYMENTS}"]), ("orders", [f"new {INBOUND}"])]
    assert sorted(notifier.post.take()) == expected
    notifier.sweep(5)
    notifier.projection.report(listing(0.5, BOTH, OLD_PAYMENTS))
    for minute in (30, 31, 33):
        notifier.sweep(minute)
    assert notifier.post.take() == [("orders", [f"cleared {INBOUND}"])]
    assert sorted(notifier.log()) == [("bank", "new"), ("orders", "ended.cleared"), ("orders", "new")]
    owners = {one[IncidentAttribute.FOLDER]: one["Owner"] for one in notifier.projection.incidents()}
    assert owners == {INBOUND: "orders", PAYMENTS: "bank"}


def test_a_first_sweep_over_many_old_incidents_is_one_digest(moto_notifier: Notifier) -> None:
    notifier = moto_notifier
    folders = [f"D:\\In\\{number:03}" for number in range(120)]
    notifier.projection.report(listing(0, folders, *(stuck(one, "a", created=-99) for one in folders)))
    for minute in (60, 61, 62, 63):
        notifier.sweep(minute)
    [(owner, notices)] = notifier.post.take()
    assert (owner, len(notices)) == ("orders", 120)
    # More lines than one transaction takes.
    assert Counter(notifier.log()) == Counter({("orders", "new"): 120})
    notifier.sweep(70)
    assert notifier.post.take() == []


def test_a_sweep_without_changes_writes_nothing(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND))
    notifier.sweep_until(0, 5)
    before = dict(notifier.client.written)
    notifier.sweep_until(6, 30)
    assert notifier.client.written == before


def test_recipients_are_notified_at_the_same_time(notifier: Notifier) -> None:
    both = Barrier(2, timeout=20)

    def wait_for_the_other(_: Notification) -> None:
        both.wait()

    notifier.post.before = wait_for_the_other
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND, OLD_PAYMENTS))
    notifier.sweep(0)
    # One after the other, the first would wait for the second until the barrier breaks.
    assert notifier.sweep(2).delivered == 2


def test_one_who_cannot_be_notified_holds_up_nobody(notifier: Notifier) -> None:
    def fail(notification: Notification) -> None:
        if notification.recipient.owner.name == "orders":
            raise DeliveryError("Slack did not answer in time")

    notifier.post.before = fail
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND, OLD_PAYMENTS))
    notifier.sweep(0)
    outcome = notifier.sweep(2)
    assert (outcome.recipients, outcome.delivered, outcome.failed, outcome.faults) == (2, 1, 1, 0)
    [state] = [item for item in notifier.items() if item["Subject"] == "recipient#orders/slack:orders"]
    assert state["Problem"] == "Slack did not answer in time"
    assert state["FailingSince"] == "2026-03-02T08:02:00Z"
    notifier.post.before = lambda _: None
    notifier.post.take()
    notifier.sweep(3)
    assert notifier.post.take() == [("orders", [f"new {INBOUND}"])]
    [state] = [item for item in notifier.items() if item["Subject"] == "recipient#orders/slack:orders"]
    assert not {"Problem", "FailingSince", "LeasedUntil"} & state.keys()


def test_a_state_that_cannot_be_read_holds_up_nobody(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND, OLD_PAYMENTS))
    notifier.sweep(0)
    [item] = [
        one
        for one in notifier.client.list_items(MESSAGES)
        if one["Subject"]["S"] == "recipient#orders/slack:orders"
    ]
    notifier.client.put_item(TableName=MESSAGES, Item={**item, "State": {"B": b"not a state"}})
    outcome = notifier.sweep(2)
    assert notifier.post.take() == [("bank", [f"new {PAYMENTS}"])]
    assert outcome.faults == 1


def test_the_next_sweep_sends_what_there_was_no_time_for(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND))
    notifier.sweep(0)
    notifier.left = 20.0
    notifier.sweep(2)
    assert notifier.post.take() == []
    notifier.left = 60.0
    notifier.sweep(3)
    assert notifier.post.take() == [("orders", [f"new {INBOUND}"])]


def test_the_new_owner_gets_the_beginning_and_the_former_the_end(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_PAYMENTS))
    notifier.sweep_until(0, 2)
    notifier.owners = replace(notifier.owners, rules=())
    notifier.sweep_until(3, 5)
    notifier.post.take()
    [incident] = notifier.client.list_items(INCIDENTS)
    assert incident["Owner"] == {"S": "orders"}
    notifier.projection.report(listing(0.5, BOTH))
    notifier.sweep_until(30, 65)
    assert sorted(notifier.post.take()) == [
        ("bank", [f"cleared {PAYMENTS}"]),
        ("orders", [f"cleared {PAYMENTS}"]),
    ]


def test_a_silent_sender_is_one_notice_and_in_the_log_of_all_that_is_unknown(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND), listing(1, BOTH, OLD_INBOUND))
    notifier.sweep_until(60, 63)
    notifier.post.take()
    notifier.projection.sweep(6)
    notifier.sweep_until(360, 400)
    heard = [notice for _, notices in notifier.post.take() for notice in notices]
    assert heard == ["silent name of account"]
    silent = [item for item in notifier.items() if item.get("Kind") == "server.silent"]
    assert {item["Subject"].partition("#")[0] for item in silent} == {"sender", "incident"}


def test_unreadable_folders_are_notified_and_each_is_in_the_log(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, ["D:\\well"], errors=[INBOUND, "D:\\Out"]))
    notifier.sweep_until(0, 3)
    assert sorted(notifier.post.take()) == [
        ("orders", ["unreadable d:\\inbound"]),
        ("orders", ["unreadable d:\\out"]),
    ]
    folders = sorted(item["Folder"] for item in notifier.items() if item.get("Kind") == "server.unreadable")
    assert folders == ["d:\\inbound", "d:\\out"]


def test_a_folder_that_is_only_counted_is_not_called_readable(notifier: Notifier) -> None:
    # A sender's item names the first twenty.
    late_ones = [f"D:\\z{number:02}" for number in range(SHOWN_FOLDERS)]
    notifier.projection.report(listing(0, ["D:\\well"], errors=late_ones))
    notifier.sweep_until(0, 5)
    notifier.post.take()
    notifier.projection.report(listing(0.5, ["D:\\well"], errors=["D:\\a", *late_ones]))
    notifier.sweep_until(30, 70)
    assert [notices for _, notices in notifier.post.take()] == [["unreadable d:\\a"]]
    notifier.projection.report(listing(1.5, ["D:\\well", *late_ones], errors=["D:\\a"]))
    notifier.sweep_until(90, 130)
    [(_, notices)] = notifier.post.take()
    assert sorted(notices) == sorted(f"readable {one.lower()}" for one in late_ones)


def _correct(*codes: str) -> int:
    answers: list[Any] = [
        ClientError({"Error": {"Code": code}}, "UpdateItem") if code else {} for code in codes
    ]
    some = [incident(str(number)) for number in range(len(codes))]
    client = Mock()
    client.update_item.side_effect = answers
    corrected = correct_owners(client, "incidents", some, lambda: 10.0)
    assert client.update_item.call_count == len(codes)
    return corrected


def test_one_that_is_gone_or_being_written_holds_up_no_correction() -> None:
    assert _correct("ConditionalCheckFailedException", "", "TransactionConflictException", "") == 2


def test_a_table_that_refuses_is_an_error() -> None:
    with pytest.raises(ClientError):
        _correct("AccessDeniedException")
