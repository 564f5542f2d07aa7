"""The files that a message names."""

from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from contract.moments import format_affected_date, format_moment
from handlers.messages.rendering.context import SHOWN_FILES, StuckFile
from store.records import Attribute, FileAttribute
from tests.incidents.playing import START, at, listing, stuck
from tests.messenger import Messenger
from tests.projection_tables import ERRORS

INBOUND = "D:\\Inbound"


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
    assert files[-1] == StuckFile(name="lost", created=None)


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
