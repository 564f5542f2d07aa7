"""Sweeps over all recipients, from runs to what owners are sent: who is notified, and what fails alone."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from threading import Barrier
from typing import Any
from unittest.mock import Mock

import pytest
from botocore.exceptions import ClientError

from contract.moments import format_affected_date, format_moment
from handlers.notifications.delivery import ChannelError, DeliveryError
from handlers.notifications.plan import Notification
from handlers.notifications.situation import SHOWN_FILES, correct_owners
from store.incidents import IncidentAttribute
from store.notifications import NotificationAttribute
from store.records import Attribute, FileAttribute
from store.senders import SHOWN_FOLDERS
from tests.stands.notifier import Notifier
from tests.stands.playing import at, listing, stuck
from tests.stands.projection_tables import ERRORS, INCIDENTS, MESSAGES
from tests.unit.handlers.notifications.samples import incident

INBOUND, PAYMENTS = "D:\\Inbound", "E:\\Payments"
BOTH = [INBOUND, PAYMENTS]
OLD_INBOUND, OLD_PAYMENTS = stuck(INBOUND, "a", created=-99), stuck(PAYMENTS, "b", created=-99)
ORDERS = "recipient#orders/slack:orders"
NEW_INBOUND = [("orders", [f"new {INBOUND}"])]
PROBLEM = "no such webhook"


def begin(notifier: Notifier, *more: Any) -> None:
    """A file is stuck in `INBOUND`, and in others; that is due at minute 2."""
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND, *more))
    notifier.sweep(0)


def failing(error: Exception, owner: str = "orders") -> Callable[[Notification], None]:
    def fail(notification: Notification) -> None:
        if notification.recipient.owner.name == owner:
            raise error

    return fail


def of_orders(notifier: Notifier) -> dict[str, Any]:
    [state] = [one for one in notifier.items() if one["Subject"] == ORDERS]
    return state


def stored(notifier: Notifier) -> dict[str, Any]:
    items: list[dict[str, Any]] = notifier.client.list_items(MESSAGES)
    return next(one for one in items if one["Subject"]["S"] == ORDERS)


def test_the_owner_of_a_folder_is_notified_of_it_and_of_its_end(moto_notifier: Notifier) -> None:
    notifier = moto_notifier
    begin(notifier, OLD_PAYMENTS)
    notifier.sweep(1)
    assert notifier.post.take() == []
    notifier.sweep(2)
    assert sorted(notifier.post.take()) == [("bank", [f"new {PAYMENTS}"]), *NEW_INBOUND]
    notifier.sweep(5)
    notifier.projection.report(listing(0.5, BOTH, OLD_PAYMENTS))
    for minute in (30, 31, 33):
        notifier.sweep(minute)
    assert notifier.post.take() == [("orders", [f"cleared {INBOUND}"])]
    assert sorted(notifier.log()) == [("bank", "new"), ("orders", "ended.cleared"), ("orders", "new")]
    owners = {one[IncidentAttribute.FOLDER]: one["Owner"] for one in notifier.projection.incidents()}
    assert owners == {INBOUND: "orders", PAYMENTS: "bank"}


def test_a_storm_is_one_delivery_and_all_of_it_is_recorded_once(notifier: Notifier) -> None:
    # More lines than one transaction takes.
    folders = [f"D:\\In\\{number:03}" for number in range(120)]
    notifier.projection.report(listing(0, folders, *(stuck(one, "a", created=-99) for one in folders)))
    notifier.sweep_until(60, 62)
    assert [(owner, len(notices)) for owner, notices in notifier.post.take()] == [("orders", 120)]
    assert Counter(notifier.log()) == Counter({("orders", "new"): 120})
    before = dict(notifier.client.written)
    notifier.sweep_until(63, 70)
    assert notifier.post.take() == []
    assert notifier.client.written == before, "a sweep without changes writes nothing"
    assert NotificationAttribute.LEASED_UNTIL not in of_orders(notifier)


def test_recipients_are_notified_at_the_same_time(notifier: Notifier) -> None:
    both = Barrier(2, timeout=20)

    def wait_for_the_other(_: Notification) -> None:
        both.wait()

    notifier.post.before = wait_for_the_other
    begin(notifier, OLD_PAYMENTS)
    # One after the other, the first would wait for the second until the barrier breaks.
    assert notifier.sweep(2).delivered == 2


def test_one_who_cannot_be_notified_holds_up_nobody(notifier: Notifier) -> None:
    notifier.post.before = failing(DeliveryError("Slack did not answer in time"))
    begin(notifier, OLD_PAYMENTS)
    outcome = notifier.sweep(2)
    assert (outcome.recipients, outcome.delivered, outcome.failed, outcome.faults) == (2, 1, 1, 0)
    state = of_orders(notifier)
    assert (state["Problem"], state["FailingSince"]) == (
        "Slack did not answer in time",
        "2026-03-02T08:02:00Z",
    )
    notifier.post.before = lambda _: None
    notifier.post.take()
    notifier.sweep(3)
    assert notifier.post.take() == NEW_INBOUND
    assert not {"Problem", "FailingSince", "LeasedUntil"} & of_orders(notifier).keys()


def test_a_state_that_cannot_be_read_holds_up_nobody(notifier: Notifier) -> None:
    begin(notifier, OLD_PAYMENTS)
    notifier.client.put_item(TableName=MESSAGES, Item={**stored(notifier), "State": {"B": b"not a state"}})
    outcome = notifier.sweep(2)
    assert notifier.post.take() == [("bank", [f"new {PAYMENTS}"])]
    assert outcome.faults == 1


def test_the_next_sweep_sends_what_there_was_no_time_for(notifier: Notifier) -> None:
    begin(notifier)
    notifier.left = 20.0
    notifier.sweep(2)
    assert notifier.post.take() == []
    notifier.left = 60.0
    notifier.sweep(3)
    assert notifier.post.take() == NEW_INBOUND


def test_the_new_owner_gets_the_beginning_and_the_former_the_end(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_PAYMENTS))
    notifier.sweep_until(0, 2)
    notifier.owners = replace(notifier.owners, rules=())
    notifier.sweep_until(3, 5)
    notifier.post.take()
    [one] = notifier.client.list_items(INCIDENTS)
    assert one["Owner"] == {"S": "orders"}
    notifier.projection.report(listing(0.5, BOTH))
    notifier.sweep_until(30, 65)
    ends = [("bank", [f"cleared {PAYMENTS}"]), ("orders", [f"cleared {PAYMENTS}"])]
    assert sorted(notifier.post.take()) == ends


def test_a_silent_sender_is_one_notice_and_in_the_log_of_all_that_is_unknown(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND), listing(1, BOTH, OLD_INBOUND))
    notifier.sweep_until(60, 63)
    notifier.post.take()
    notifier.projection.sweep(6)
    notifier.sweep_until(360, 400)
    assert [notice for _, notices in notifier.post.take() for notice in notices] == ["silent name of account"]
    silent = [item for item in notifier.items() if item.get("Kind") == "server.silent"]
    assert {item["Subject"].partition("#")[0] for item in silent} == {"sender", "incident"}


def test_unreadable_folders_are_notified_and_each_is_in_the_log(notifier: Notifier) -> None:
    notifier.projection.report(listing(0, ["D:\\well"], errors=[INBOUND, "D:\\Out"]))
    notifier.sweep_until(0, 3)
    told = [("orders", ["unreadable d:\\inbound"]), ("orders", ["unreadable d:\\out"])]
    assert sorted(notifier.post.take()) == told
    unreadable = [item for item in notifier.items() if item.get("Kind") == "server.unreadable"]
    assert sorted(item["Folder"] for item in unreadable) == ["d:\\inbound", "d:\\out"]


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


def test_one_that_is_gone_or_being_written_holds_up_no_correction_of_owners() -> None:
    def correct(*codes: str) -> int:
        client = Mock()
        client.update_item.side_effect = [
            ClientError({"Error": {"Code": code}}, "UpdateItem") if code else {} for code in codes
        ]
        some = [incident(str(number)) for number in range(len(codes))]
        return correct_owners(client, "incidents", some, lambda: 10.0)

    assert correct("ConditionalCheckFailedException", "", "TransactionConflictException", "") == 2
    with pytest.raises(ClientError):
        correct("AccessDeniedException")


def test_a_disabled_channel_is_left_alone_until_somebody_fixes_it(notifier: Notifier) -> None:
    notifier.post.before = failing(ChannelError(PROBLEM))
    begin(notifier)
    for outcome in notifier.sweep_until(2, 5):
        assert (outcome.delivered, outcome.disabled) == (0, 1)
    state = of_orders(notifier)
    assert (state["Problem"], state["DisabledSince"]) == (PROBLEM, "2026-03-02T08:02:00Z")
    notifier.post.before = lambda _: None
    # An address that cannot be read enables nothing; another address does.
    notifier.post.webhooks = "no JSON"
    assert notifier.sweep(6).disabled == 1
    notifier.post.webhooks = json.dumps({"orders": "https://hooks.example.com/another-secret"})
    assert notifier.sweep(7).disabled == 0
    notifier.sweep_until(8, 10)
    assert notifier.post.take() == NEW_INBOUND
    assert not {"Problem", "DisabledSince"} & of_orders(notifier).keys()


def test_an_owner_of_the_stack_enables_a_channel(notifier: Notifier) -> None:
    notifier.post.before = failing(ChannelError(PROBLEM))
    begin(notifier)
    notifier.sweep(2)
    notifier.post.before = lambda _: None
    item = stored(notifier)
    del item[NotificationAttribute.DISABLED_SINCE]
    item[NotificationAttribute.REVISION] = {"N": str(int(item[NotificationAttribute.REVISION]["N"]) + 1)}
    notifier.client.put_item(TableName=MESSAGES, Item=item)
    notifier.sweep_until(3, 6)
    assert notifier.post.take() == NEW_INBOUND


def test_a_missing_permission_disables_a_channel_once_it_lasts_ten_minutes(notifier: Notifier) -> None:
    notifier.post.before = failing(ChannelError("Amazon SNS refused it", denied=True))
    begin(notifier)
    disabled = {minute: notifier.sweep(minute).disabled for minute in range(1, 30)}
    assert [minute for minute, number in disabled.items() if number] == list(range(25, 30))
    assert of_orders(notifier)["Problem"] == "Amazon SNS refused it"


def test_what_nobody_expected_is_tried_again_and_logged_without_its_words(
    notifier: Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    address = "https://hooks.example.com/services/T0/B0/x7Hq"

    def break_down(_: Notification) -> None:
        try:
            raise ValueError(address)
        except ValueError as error:
            raise RuntimeError(f"cannot parse {address}") from error

    notifier.post.before = break_down
    begin(notifier)
    outcome = notifier.sweep(2)
    assert (outcome.failed, outcome.faults) == (1, 1)
    logged = str([record.__dict__ for record in caplog.records])
    assert "RuntimeError" in logged
    assert "x7Hq" not in f"{logged} {notifier.items()}"
    notifier.post.before = lambda _: None
    notifier.sweep_until(3, 5)
    assert notifier.post.take() == NEW_INBOUND


def test_what_is_given_up_is_counted_and_named_in_the_log(
    notifier: Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    notifier.post.before = failing(DeliveryError("Slack did not answer in time"))
    begin(notifier)
    outcomes = [notifier.sweep(minute) for minute in range(2, 7 * 60, 2)]
    assert sum(outcome.given_up for outcome in outcomes) == 1
    # At 1, 2, 5, 15, 30 and 60 minutes, then every hour, and a last time after six hours.
    assert 8 <= sum(outcome.failed for outcome in outcomes) <= 13
    [given_up] = [record for record in caplog.records if "given up" in record.message]
    [notice] = given_up.__dict__["notices"]
    assert (notice["subject"].partition("#")[0], notice["kind"]) == ("incident", "new")


def a_record(number: int, names: dict[str, Any], hours: float = 0, run: str = "run-0") -> dict[str, Any]:
    """A record of the folder; `names` has the creation of each file, in hours after the start."""
    dates = {name: one if isinstance(one, str) else format_moment(at(one)) for name, one in names.items()}
    files = [
        {"M": {FileAttribute.FILENAME: {"S": name}, FileAttribute.CREATION_DATE: {"S": date}}}
        for name, date in dates.items()
    ]
    return {
        Attribute.ERROR_ID: {"S": str(number)},
        Attribute.AFFECTED_DATE: {"S": format_affected_date(at(hours))},
        Attribute.FOLDER: {"S": INBOUND},
        Attribute.RUN_ID: {"S": run},
        Attribute.FILES: {"L": files},
    }


def list_files(notifier: Notifier, *records: dict[str, Any]) -> list[list[str]]:
    """The names of files of the one notification about the folder."""
    for record in records:
        notifier.client.put_item(TableName=ERRORS, Item=record)
    begin(notifier)
    notifier.sweep_until(1, 2)
    [(_, context)] = notifier.post.sent
    return [[file.name for file in files] for files in context.files.values()]


@pytest.mark.parametrize(
    ("records", "files"),
    [
        # The oldest come first, and those of unknown age last.
        ([a_record(1, {"new": -1, "lost": "1601-01-01T00:00:00Z", "old": -9})], ["old", "new", "lost"]),
        # Only those of the last sighting, from all of its parts.
        ([a_record(1, {"first part": -3}), a_record(2, {"second part": -2}),
          a_record(3, {"of another run": -9}, run="run-before")], ["first part", "second part"]),
        # A run in parts may be in the hour before.
        ([a_record(1, {"a": -3}, hours=-1)], ["a"]),
        # No more than are shown.
        ([a_record(1, {f"{number:03}": -200 + number for number in range(40)})],
         [f"{number:03}" for number in range(SHOWN_FILES)]),
        # Gone.
        ([], []),
    ],
)  # fmt: skip
def test_the_files_of_the_last_sighting_are_listed(
    moto_notifier: Notifier, records: list[dict[str, Any]], files: list[str]
) -> None:
    assert list_files(moto_notifier, *records) == [files]


def test_files_that_cannot_be_read_now_hold_no_message_up(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    paginate = notifier.client.paginate

    def throttled(**asked: Any) -> Any:
        if asked["TableName"] == ERRORS:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")
        return paginate(**asked)

    monkeypatch.setattr(notifier.client, "paginate", throttled)
    assert list_files(notifier) == []
    assert len(notifier.log()) == 1
