"""Channels that somebody has to mend, messages in parts, and what is never logged."""

import json
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.moments import format_affected_date, format_moment
from handlers.notifications.delivery import ChannelError, DeliveryError
from handlers.notifications.document import SHOWN_FILES, NamedFile
from handlers.notifications.situation import Notification
from store.notifications import MessageAttribute
from store.records import Attribute, FileAttribute
from tests.faults.killed import KilledError
from tests.oracles.incidents.playing import START, at, listing, stuck
from tests.projection_tables import ERRORS, MESSAGES
from tests.stands.notifier import Messenger

INBOUND = "D:\\Inbound"
OLD_INBOUND = stuck(INBOUND, "a", created=-99)
PROBLEM = "Slack knows no such webhook: no_service"


def _state(messenger: Messenger) -> dict[str, Any]:
    [state] = [one for one in messenger.items() if one["About"] == "recipient#orders/slack:orders"]
    return state


def _disable(messenger: Messenger) -> None:
    def refuse(_: Notification) -> None:
        raise ChannelError(PROBLEM)

    messenger.post.before = refuse
    messenger.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    messenger.sweep(0)
    outcome = messenger.sweep(2)
    assert (outcome.delivered, outcome.disabled) == (0, 1)
    messenger.post.before = lambda _: None


def test_a_disabled_channel_is_left_alone_and_counted_at_each_sweep(messenger: Messenger) -> None:
    _disable(messenger)
    assert (_state(messenger)["Problem"], _state(messenger)["DisabledSince"]) == (
        PROBLEM,
        "2026-03-02T08:02:00Z",
    )
    for outcome in messenger.sweep_until(3, 9):
        assert (outcome.delivered, outcome.disabled) == (0, 1)
    assert messenger.post.take() == []


def test_another_address_enables_it(messenger: Messenger) -> None:
    _disable(messenger)
    messenger.webhooks = json.dumps({"orders": "https://hooks.example.com/another-secret"})
    assert messenger.sweep(3).disabled == 0
    messenger.sweep_until(4, 6)
    assert messenger.post.take() == [("orders", [f"begin {INBOUND}"])]
    assert not {"Problem", "DisabledSince"} & _state(messenger).keys()


def test_an_address_that_cannot_be_read_enables_nothing(messenger: Messenger) -> None:
    _disable(messenger)
    messenger.webhooks = "no JSON"
    assert messenger.sweep(3).disabled == 1


def test_an_owner_of_the_stack_enables_it(messenger: Messenger) -> None:
    _disable(messenger)
    [item] = [one for one in messenger.client.list_items(MESSAGES) if "Channel" in one]
    enabled = {name: value for name, value in item.items() if name != MessageAttribute.DISABLED_SINCE}
    revision = int(item[MessageAttribute.REVISION]["N"]) + 1
    messenger.client.put_item(
        TableName=MESSAGES, Item={**enabled, MessageAttribute.REVISION: {"N": str(revision)}}
    )
    messenger.sweep_until(3, 6)
    assert messenger.post.take() == [("orders", [f"begin {INBOUND}"])]


def test_a_digest_goes_in_as_many_parts_as_it_takes_each_recorded_by_itself(messenger: Messenger) -> None:
    folders = [f"D:\\In\\{number}" for number in range(7)]
    messenger.projection.report(listing(0, folders, *(stuck(one, "a", created=-99) for one in folders)))
    messenger.sweep(0)
    messenger.post.most = 3
    recorded: list[int] = []
    messenger.post.before = lambda _: recorded.append(len(messenger.log()))
    messenger.sweep(2)
    assert [len(lines) for _, lines in messenger.post.take()] == [3, 3, 1]
    assert recorded == [0, 3, 6]
    messenger.sweep_until(3, 9)
    assert messenger.post.take() == []
    assert MessageAttribute.LEASED_UNTIL not in _state(messenger)


def test_a_sweep_that_is_killed_between_parts_leaves_the_rest_to_the_next(messenger: Messenger) -> None:
    folders = [f"D:\\In\\{number}" for number in range(7)]
    messenger.projection.report(listing(0, folders, *(stuck(one, "a", created=-99) for one in folders)))
    messenger.sweep(0)
    messenger.post.most = 3

    def kill_the_second(_: Notification) -> None:
        if len(messenger.post.sent) == 2:
            raise KilledError

    messenger.post.after = kill_the_second
    with pytest.raises(KilledError):
        messenger.sweep(2)
    heard = [line for _, lines in messenger.post.take() for line in lines]
    messenger.post.after = lambda _: None
    messenger.sweep_until(3, 9)
    heard += [line for _, lines in messenger.post.take() for line in lines]
    # The part that was sent and not recorded comes again.
    assert (len(set(heard)), len(heard)) == (7, 10)


def test_a_delivery_of_nothing_is_a_failure_and_no_endless_loop(messenger: Messenger) -> None:
    messenger.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    messenger.sweep(0)
    messenger.post.most = 0
    assert messenger.sweep(2).failed == 1


def test_what_nobody_expected_is_tried_again_and_logged_without_its_words(
    messenger: Messenger, caplog: pytest.LogCaptureFixture
) -> None:
    address = "https://hooks.example.com/services/T0/B0/x7Hq"

    def break_down(_: Notification) -> None:
        try:
            raise ValueError(address)
        except ValueError as error:
            raise RuntimeError(f"cannot parse {address}") from error

    messenger.post.before = break_down
    messenger.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    messenger.sweep(0)
    outcome = messenger.sweep(2)
    assert (outcome.failed, outcome.faults) == (1, 1)
    logged = str([record.__dict__ for record in caplog.records])
    assert "RuntimeError" in logged
    assert "x7Hq" not in logged
    assert "x7Hq" not in str(messenger.items())
    messenger.post.before = lambda _: None
    messenger.sweep_until(3, 5)
    assert messenger.post.take() == [("orders", [f"begin {INBOUND}"])]


def test_what_is_given_up_is_counted_and_named_in_the_log(
    messenger: Messenger, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Notification) -> None:
        raise DeliveryError("Slack did not answer in time")

    messenger.post.before = fail
    messenger.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    outcomes = [messenger.sweep(minute) for minute in range(0, 7 * 60, 2)]
    assert sum(outcome.dead for outcome in outcomes) == 1
    # At 1, 2, 5, 15, 30 and 60 minutes, then every hour, and a last time after six hours.
    assert 8 <= sum(outcome.failed for outcome in outcomes) <= 13
    [given_up] = [record for record in caplog.records if "given up" in record.message]
    [line] = given_up.__dict__["lines"]
    assert (line["about"].partition("#")[0], line["said"]) == ("incident", "begin")


def _record(number: int, names: dict[str, Any], hours: float = 0, run: str = "run-0") -> dict[str, Any]:
    """A record of the folder; `names` has the creation of each file, in hours after the start."""
    files = [
        {"M": {FileAttribute.FILENAME: {"S": name}, FileAttribute.CREATION_DATE: {"S": _date(created)}}}
        for name, created in names.items()
    ]
    return {
        Attribute.ERROR_ID: {"S": str(number)},
        Attribute.AFFECTED_DATE: {"S": format_affected_date(at(hours))},
        Attribute.FOLDER: {"S": INBOUND},
        Attribute.RUN_ID: {"S": run},
        Attribute.FILES: {"L": files},
    }


def _date(created: float | str) -> str:
    return created if isinstance(created, str) else format_moment(at(created))


def _told_files(messenger: Messenger, *records: dict[str, Any]) -> list[list[str]]:
    """The names of files of each message about the folder."""
    for record in records:
        messenger.client.put_item(TableName=ERRORS, Item=record)
    messenger.projection.report(listing(0, [INBOUND], stuck(INBOUND, "a", created=-99)))
    messenger.sweep_until(0, 2)
    [(_, context)] = messenger.post.sent
    return [[file.name for file in files] for files in context.files.values()]


def test_the_oldest_come_first_and_those_of_unknown_age_last(moto_messenger: Messenger) -> None:
    names = {"new": -1, "lost": "1601-01-01T00:00:00Z", "old": -9}
    assert _told_files(moto_messenger, _record(1, names)) == [["old", "new", "lost"]]
    [(_, context)] = moto_messenger.post.sent
    [files] = context.files.values()
    assert files[-1] == NamedFile(name="lost", created=None)


def test_only_those_of_the_last_sighting_from_all_of_its_parts(moto_messenger: Messenger) -> None:
    records = [
        _record(1, {"first part": -3}),
        _record(2, {"second part": -2}),
        _record(3, {"of another run": -9}, run="run-before"),
    ]
    assert _told_files(moto_messenger, *records) == [["first part", "second part"]]


def test_a_run_in_parts_may_be_in_the_hour_before(moto_messenger: Messenger) -> None:
    assert _told_files(moto_messenger, _record(1, {"a": -3}, hours=-1)) == [["a"]]


def test_no_more_than_are_shown(moto_messenger: Messenger) -> None:
    names = {f"{number:03}": -200 + number for number in range(40)}
    [files] = _told_files(moto_messenger, _record(1, names))
    assert files == [f"{number:03}" for number in range(SHOWN_FILES)]


def test_records_that_are_gone_are_told_as_such(moto_messenger: Messenger) -> None:
    assert _told_files(moto_messenger) == [[]]


def test_files_that_cannot_be_read_now_hold_no_message_up(
    messenger: Messenger, monkeypatch: pytest.MonkeyPatch
) -> None:
    paginate = messenger.client.paginate

    def throttled(**asked: Any) -> Any:
        if asked["TableName"] == ERRORS:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")
        return paginate(**asked)

    monkeypatch.setattr(messenger.client, "paginate", throttled)
    assert _told_files(messenger) == []
    assert messenger.now == START + timedelta(minutes=2)
    assert len(messenger.log()) == 1
