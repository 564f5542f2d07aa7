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
from store.notifications import NotificationAttribute
from store.records import Attribute, FileAttribute
from tests.stands.notifier import Notifier
from tests.stands.playing import START, at, listing, stuck
from tests.stands.projection_tables import ERRORS, MESSAGES

INBOUND = "D:\\Inbound"
OLD_INBOUND = stuck(INBOUND, "a", created=-99)
PROBLEM = "Slack knows no such webhook: no_service"


def _state(notifier: Notifier) -> dict[str, Any]:
    [state] = [one for one in notifier.items() if one["Subject"] == "recipient#orders/slack:orders"]
    return state


def _disable(notifier: Notifier) -> None:
    def refuse(_: Notification) -> None:
        raise ChannelError(PROBLEM)

    notifier.post.before = refuse
    notifier.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    notifier.sweep(0)
    outcome = notifier.sweep(2)
    assert (outcome.delivered, outcome.disabled) == (0, 1)
    notifier.post.before = lambda _: None


def test_a_disabled_channel_is_left_alone_and_counted_at_each_sweep(notifier: Notifier) -> None:
    _disable(notifier)
    assert (_state(notifier)["Problem"], _state(notifier)["DisabledSince"]) == (
        PROBLEM,
        "2026-03-02T08:02:00Z",
    )
    for outcome in notifier.sweep_until(3, 9):
        assert (outcome.delivered, outcome.disabled) == (0, 1)
    assert notifier.post.take() == []


def test_another_address_enables_it(notifier: Notifier) -> None:
    _disable(notifier)
    notifier.post.webhooks = json.dumps({"orders": "https://hooks.example.com/another-secret"})
    assert notifier.sweep(3).disabled == 0
    notifier.sweep_until(4, 6)
    assert notifier.post.take() == [("orders", [f"new {INBOUND}"])]
    assert not {"Problem", "DisabledSince"} & _state(notifier).keys()


def test_an_address_that_cannot_be_read_enables_nothing(notifier: Notifier) -> None:
    _disable(notifier)
    notifier.post.webhooks = "no JSON"
    assert notifier.sweep(3).disabled == 1


def test_an_owner_of_the_stack_enables_it(notifier: Notifier) -> None:
    _disable(notifier)
    [item] = [one for one in notifier.client.list_items(MESSAGES) if "Channel" in one]
    enabled = {name: value for name, value in item.items() if name != NotificationAttribute.DISABLED_SINCE}
    revision = int(item[NotificationAttribute.REVISION]["N"]) + 1
    notifier.client.put_item(
        TableName=MESSAGES, Item={**enabled, NotificationAttribute.REVISION: {"N": str(revision)}}
    )
    notifier.sweep_until(3, 6)
    assert notifier.post.take() == [("orders", [f"new {INBOUND}"])]


def test_a_storm_is_one_delivery_and_all_of_it_is_recorded(notifier: Notifier) -> None:
    folders = [f"D:\\In\\{number}" for number in range(40)]
    notifier.projection.report(listing(0, folders, *(stuck(one, "a", created=-99) for one in folders)))
    notifier.sweep(0)
    notifier.sweep(2)
    assert [len(notices) for _, notices in notifier.post.take()] == [40]
    assert len(notifier.log()) == 40
    notifier.sweep_until(3, 9)
    assert notifier.post.take() == []
    assert NotificationAttribute.LEASED_UNTIL not in _state(notifier)


def test_a_missing_permission_disables_a_channel_once_it_lasts_ten_minutes(notifier: Notifier) -> None:
    def deny(_: Notification) -> None:
        raise ChannelError("Amazon SNS refused it (AuthorizationError)", denied=True)

    notifier.post.before = deny
    notifier.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    disabled = {minute: notifier.sweep(minute).disabled for minute in range(30)}
    assert [minute for minute, number in disabled.items() if number] == list(range(25, 30))
    assert _state(notifier)["Problem"] == "Amazon SNS refused it (AuthorizationError)"


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
    notifier.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    notifier.sweep(0)
    outcome = notifier.sweep(2)
    assert (outcome.failed, outcome.faults) == (1, 1)
    logged = str([record.__dict__ for record in caplog.records])
    assert "RuntimeError" in logged
    assert "x7Hq" not in logged
    assert "x7Hq" not in str(notifier.items())
    notifier.post.before = lambda _: None
    notifier.sweep_until(3, 5)
    assert notifier.post.take() == [("orders", [f"new {INBOUND}"])]


def test_what_is_given_up_is_counted_and_named_in_the_log(
    notifier: Notifier, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_: Notification) -> None:
        raise DeliveryError("Slack did not answer in time")

    notifier.post.before = fail
    notifier.projection.report(listing(0, [INBOUND], OLD_INBOUND))
    outcomes = [notifier.sweep(minute) for minute in range(0, 7 * 60, 2)]
    assert sum(outcome.given_up for outcome in outcomes) == 1
    # At 1, 2, 5, 15, 30 and 60 minutes, then every hour, and a last time after six hours.
    assert 8 <= sum(outcome.failed for outcome in outcomes) <= 13
    [given_up] = [record for record in caplog.records if "given up" in record.message]
    [notice] = given_up.__dict__["notices"]
    assert (notice["subject"].partition("#")[0], notice["kind"]) == ("incident", "new")


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


def _listed_files(notifier: Notifier, *records: dict[str, Any]) -> list[list[str]]:
    """The names of files of each message about the folder."""
    for record in records:
        notifier.client.put_item(TableName=ERRORS, Item=record)
    notifier.projection.report(listing(0, [INBOUND], stuck(INBOUND, "a", created=-99)))
    notifier.sweep_until(0, 2)
    [(_, context)] = notifier.post.sent
    return [[file.name for file in files] for files in context.files.values()]


def test_the_oldest_come_first_and_those_of_unknown_age_last(moto_notifier: Notifier) -> None:
    names = {"new": -1, "lost": "1601-01-01T00:00:00Z", "old": -9}
    assert _listed_files(moto_notifier, _record(1, names)) == [["old", "new", "lost"]]
    [(_, context)] = moto_notifier.post.sent
    [files] = context.files.values()
    assert files[-1] == NamedFile(name="lost", created=None)


@pytest.mark.parametrize(
    ("records", "files"),
    [
        # Only those of the last sighting, from all of its parts.
        ([_record(1, {"first part": -3}), _record(2, {"second part": -2}),
          _record(3, {"of another run": -9}, run="run-before")], ["first part", "second part"]),
        # A run in parts may be in the hour before.
        ([_record(1, {"a": -3}, hours=-1)], ["a"]),
        # No more than are shown.
        ([_record(1, {f"{number:03}": -200 + number for number in range(40)})],
         [f"{number:03}" for number in range(SHOWN_FILES)]),
        # Gone.
        ([], []),
    ],
)  # fmt: skip
def test_the_files_of_the_last_sighting_are_listed(
    moto_notifier: Notifier, records: list[dict[str, Any]], files: list[str]
) -> None:
    assert _listed_files(moto_notifier, *records) == [files]


def test_files_that_cannot_be_read_now_hold_no_message_up(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    paginate = notifier.client.paginate

    def throttled(**asked: Any) -> Any:
        if asked["TableName"] == ERRORS:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, "Query")
        return paginate(**asked)

    monkeypatch.setattr(notifier.client, "paginate", throttled)
    assert _listed_files(notifier) == []
    assert notifier.now == START + timedelta(minutes=2)
    assert len(notifier.log()) == 1
