"""Owners are notified whatever fails: nothing is lost, and a killed sweep costs one duplicate at most.

One story, played without a fault and then with one at each call in turn, of every kind.
"""

import concurrent.futures
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from handlers.notifications import sending, situation
from handlers.notifications.plan import Notification
from store.notifications import LEASE, RecipientState, StoredRecipient
from tests.faults.killed import KilledError
from tests.stands.memory_tables import MemoryTables, make_memory_tables
from tests.stands.notifier import Notifier
from tests.stands.playing import START, listing, stuck
from tests.stands.projection import Projection

INBOUND, PAYMENTS = "D:\\Inbound", "E:\\Payments"
BOTH: Final = (INBOUND, PAYMENTS)
# So old that they are not twice as old within the hour.
OLD_INBOUND, OLD_PAYMENTS = stuck(INBOUND, "a", created=-99), stuck(PAYMENTS, "b", created=-99)
MINUTES: Final = (0, 2, 3, 4, 5, 6, 30, 32, 33, 34, 35, 36, 37, 64, 66)
"""When sweeps come: enough of them that whatever failed once is made good."""
NEW_INBOUND: Final = [("orders", [f"new {INBOUND}"])]
KINDS: Final = ("refused", "answer lost", "killed", "killed after")
"""What goes wrong with a call: it is not done, its answer does not come, or the process ends before or after
it."""


@dataclass
class Unreliable:
    """A client of DynamoDB of which one call goes wrong."""

    tables: MemoryTables
    at: int = -1
    """Which call, from 0."""
    kind: str = ""
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda **asked: self._call(operation, asked)

    def get_paginator(self, _: str) -> "Unreliable":
        return self

    def paginate(self, **asked: Any) -> Iterator[Any]:
        yield from self._call("paginate", asked)

    def _call(self, operation: str, asked: dict[str, Any]) -> Any:
        self.calls.append(operation)
        if len(self.calls) - 1 != self.at:
            return self._do(operation, asked)
        if self.kind in ("answer lost", "killed after"):
            self._do(operation, asked)
        if self.kind.startswith("killed"):
            raise KilledError
        raise ClientError({"Error": {"Code": "InternalServerError"}}, operation)

    def _do(self, operation: str, asked: dict[str, Any]) -> Any:
        answer = getattr(self.tables, operation)(**asked)
        return list(answer) if operation == "paginate" else answer


def play_story(at: int = -1, kind: str = "") -> tuple[Counter[tuple[str, str]], int, int]:
    """Two folders get stuck, one of them is cleared; `kind` goes wrong at the call `at`.

    Gives what arrived, by owner and line, and how many calls and errors there were.
    """
    tables = make_memory_tables()
    client = Unreliable(tables, at, kind)
    notifier = Notifier(Projection(tables), client=client)
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND, OLD_PAYMENTS))
    errors = 0
    for minute in MINUTES:
        if minute == 30:
            notifier.projection.report(listing(0.5, BOTH, OLD_PAYMENTS))
        try:
            outcome = notifier.sweep(minute)
        except (ClientError, KilledError):
            errors += 1
        else:
            errors += outcome.faults > 0
    received = Counter((owner, notice) for owner, notices in notifier.post.take() for notice in notices)
    return received, len(client.calls), errors


class InThisThread(Executor):
    """So that a call has the same number each time, and twenty thousand threads need not be started."""

    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **more: Any) -> Future[Any]:
        future: Future[Any] = Future()
        try:
            future.set_result(function(*arguments, **more))
        except BaseException as error:  # noqa: BLE001 - as a pool does
            future.set_exception(error)
        return future


@pytest.fixture(autouse=True)
def _one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (sending, concurrent.futures):
        monkeypatch.setattr(module, "ThreadPoolExecutor", InThisThread)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_at_any_call_loses_nothing(kind: str) -> None:
    flawless, calls, errors = play_story()
    assert (errors, flawless) == (0, Counter([("orders", f"new {INBOUND}"), ("bank", f"new {PAYMENTS}"),
                                              ("orders", f"cleared {INBOUND}")]))  # fmt: skip
    duplicates = 0
    for at in range(calls):
        received, *_ = play_story(at, kind)
        assert set(received) == set(flawless), (at, kind)
        more = sum(received.values()) - 3
        assert more <= (1 if kind.startswith("killed") else 0), (at, kind, received)
        duplicates += more
    # Killed between sending and recording: once for each of the three messages.
    assert duplicates == (3 if kind == "killed" else 0)


def _stuck_notifier() -> Notifier:
    notifier = Notifier(Projection(make_memory_tables()))
    notifier.projection.report(listing(0, BOTH, OLD_INBOUND))
    notifier.sweep(0)
    notifier.now = START + timedelta(minutes=2)
    return notifier


def _sweep_while_sending(notifier: Notifier, later: timedelta) -> None:
    """A sweep whose delivery takes that long, during which another one comes."""

    def meanwhile(_: Notification) -> None:
        notifier.post.before = lambda _: None
        notifier.now += later
        notifier.build().run(lambda: 60.0)

    notifier.post.before = meanwhile
    notifier.build().run(lambda: 60.0)


def test_a_second_sweep_leaves_a_recipient_alone_that_one_is_at() -> None:
    notifier = _stuck_notifier()
    _sweep_while_sending(notifier, timedelta(minutes=1))
    assert notifier.post.take() == NEW_INBOUND
    notifier.sweep_until(4, 8)
    assert notifier.post.take() == []


def test_a_delivery_that_outlasts_its_lease_is_one_duplicate(caplog: pytest.LogCaptureFixture) -> None:
    notifier = _stuck_notifier()
    _sweep_while_sending(notifier, LEASE + timedelta(seconds=1))
    assert notifier.post.take() == NEW_INBOUND * 2
    assert "a notification was delivered by two sweeps" in caplog.text
    notifier.sweep_until(5, 9)
    assert notifier.post.take() == []


def test_two_sweeps_that_read_the_same_deliver_once(monkeypatch: pytest.MonkeyPatch) -> None:
    notifier = _stuck_notifier()
    first, second = notifier.build(), notifier.build()
    read = situation.read_situation

    def read_late(*asked: Any) -> Any:
        # The other one comes and goes between the reading of recipients and that of the situation.
        monkeypatch.setattr(sending, "read_situation", read)
        second.run(lambda: 60.0)
        return read(*asked)

    monkeypatch.setattr(sending, "read_situation", read_late)
    first.run(lambda: 60.0)
    assert notifier.post.take() == NEW_INBOUND


def test_a_lease_by_a_clock_that_was_far_ahead_holds_nobody_up() -> None:
    leased = StoredRecipient(key="", state=RecipientState(), leased_until=START + LEASE)
    assert leased.is_leased(START)
    assert not leased.is_leased(START - timedelta(days=365))
