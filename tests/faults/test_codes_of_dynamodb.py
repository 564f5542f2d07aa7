"""Each code of DynamoDB at each write of projection and actions: nothing lost, nothing twice."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from contract.metrics import Outcome
from handlers.actions.acting import Actor
from handlers.actions.incidents import IncidentActions
from handlers.actions.parsing import parse_action
from handlers.actions.senders import SenderActions
from handlers.web.errors import ThrottledError
from handlers.web.requests import Caller
from store import dynamodb
from store.dynamodb import ConflictError, Reader, may_pass
from store.notifications import RecipientTable
from store.senders import NextCheck, SenderTable
from tests.stands.memory_tables import make_memory_tables
from tests.stands.playing import at, listing, run, stuck
from tests.stands.projection import Projection
from tests.stands.projection_tables import MESSAGES, SENDERS
from tests.unit.conftest import _environment  # noqa: F401 - a fixture for every test here

WRITES: Final = ("put_item", "update_item", "delete_item", "transact_write_items")
OF_AN_ITEM: Final = (
    "TransactionConflictException",
    "ThrottlingException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "InternalServerError",
)
OF_A_TRANSACTION: Final = ("TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded")
STUCK = stuck("D:\\In", "x", created=-2)
HISTORY: Final = (
    [listing(0, ["D:\\In", "E:\\Out"], STUCK, sender="bad"), run(0, STUCK, sender="good")],
    [listing(1, ["D:\\In", "E:\\Out"], stuck("E:\\Out", "y"), sender="bad")],
    [listing(0.5, ["D:\\In"], STUCK, sender="bad", arrival=at(1.5))],
    [listing(2, ["D:\\In"], STUCK, sender="bad", run_id="parts", part=1, parts=2), run(2, sender="good")],
    [listing(2, ["E:\\Out"], sender="bad", run_id="parts", part=2, parts=2)],
)


@dataclass
class Faulty:
    """Fails calls that write, each as a test asks: before the write, or after it, so that nobody can tell."""

    client: Any = field(default_factory=make_memory_tables)
    calls: int = 0
    fails: Callable[[int, str, Mapping[str, Any]], str] = lambda *_: ""
    after: bool = False

    def __post_init__(self) -> None:
        for name in WRITES:
            setattr(self.client, name, partial(self._call, name, getattr(self.client, name)))

    def _call(self, name: str, write: Callable[..., Any], **asked: Any) -> Any:
        if asked.get("TableName") == "FileSlaRuns":
            return write(**asked)
        self.calls += 1
        code = self.fails(self.calls, name, asked)
        answer = write(**asked) if self.after or not code else None
        if code:
            raise make_error(code, name)
        return answer


def make_error(code: str, name: str = "TransactWriteItems") -> ClientError:
    if code not in {*OF_A_TRANSACTION, "ItemCollectionSizeLimitExceeded", "ValidationError"}:
        return ClientError({"Error": {"Code": code}}, name)
    response: Any = {
        "Error": {"Code": "TransactionCanceledException"},
        "CancellationReasons": [{"Code": "None"}, {"Code": code}],
    }
    return ClientError(response, name)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dynamodb, "_PAUSE_SECONDS", 0)


def _again(work: Callable[[], object]) -> None:
    """As Lambda does it: the batch, or the next sweep, comes again."""
    for _ in range(5):
        try:
            work()
        except (ClientError, ConflictError) as error:
            if not may_pass(error):
                raise
        else:
            return
    raise AssertionError("it never went through")


def _play(faulty: Faulty) -> tuple[object, ...]:
    projection = Projection(faulty.client)
    for number, runs in enumerate(HISTORY):
        projection.now = at(number / 2 + 1)
        records = projection.put(*runs)
        _again(lambda records=records: projection.stream.read(records))  # type: ignore[misc]
        projection.now = at(number / 2 + 1.1)
        for _ in range(2):
            _again(projection.sweep)
    projection.now = at(4)
    _again(projection.sweep)
    assert not projection.letters
    shown = [
        {name: value for name, value in projection.own(sender).items() if name != "Revision"}
        for sender in ("bad", "good")
    ]
    return (
        shown,
        [projection.state(sender) for sender in ("bad", "good")],
        sorted(projection.incidents(), key=str),
    )


@pytest.mark.parametrize(
    ("code", "after"),
    # Of what it has written, DynamoDB says the last alone.
    [*((code, False) for code in (*OF_AN_ITEM, *OF_A_TRANSACTION)), ("InternalServerError", True)],
)
def test_a_code_at_each_write_changes_nothing_of_what_is_known(code: str, after: bool) -> None:
    expected = _play(whole := Faulty())
    for place in range(1, whole.calls + 1):

        def fails(call: int, name: str, _: object, place: int = place) -> str:
            fits = (name == "transact_write_items") is (code in OF_A_TRANSACTION)
            both = code in {"ThrottlingException", "InternalServerError", "RequestLimitExceeded"}
            return code if call == place and (fits or both) else ""

        assert _play(Faulty(fails=fails, after=after)) == expected, place


@pytest.mark.parametrize("code", OF_A_TRANSACTION)
def test_a_code_that_goes_on_for_one_sender_delays_that_sender_alone(code: str) -> None:
    faulty = Faulty()
    projection = Projection(faulty.client)
    faulty.fails = lambda _, name, asked: code if "bad" in str(asked) and name.startswith("trans") else ""
    projection.now = at(0)
    good = [f"good-{number}" for number in range(6)]
    for sender in ("bad", *good):
        projection.put(run(0, STUCK, sender=sender))
        projection.mark(sender)
    # Neither a batch nor a sweep ends with it.
    with pytest.raises(ClientError):
        projection.report(run(0.01, STUCK, sender="bad"), run(0.01, STUCK, sender="other"))
    assert projection.statuses("other") == {"d:\\in": "open"}
    with pytest.raises(ClientError):
        projection.sweep(0.1)
    assert all(projection.statuses(sender) == {"d:\\in": "open"} for sender in good)
    faulty.fails = lambda *_: ""
    projection.sweep(0.2)
    assert projection.statuses("bad") == {"d:\\in": "open"}


@pytest.mark.parametrize("code", ["ItemCollectionSizeLimitExceeded", "ValidationError"])
def test_what_never_passes_is_final_for_that_sender_alone(code: str) -> None:
    faulty = Faulty(
        fails=lambda _, name, asked: code if "bad" in str(asked) and name.startswith("tr") else ""
    )
    projection = Projection(faulty.client)
    projection.report(run(0, STUCK, sender="bad"), run(0, STUCK, sender="good"))
    assert [(sender, error) for sender, _, error in projection.letters.put_in] == [("bad", "ClientError")]
    assert projection.statuses("good") == {"d:\\in": "open"}
    # And not tried for ever: it is set aside.
    for hours in range(5):
        projection.sweep(hours)
    assert "SetAsideAt" in projection.own("bad")


def _asked(body: str) -> tuple[Any, Actor]:
    return parse_action(body.encode()), Actor(caller=Caller("sub", "ana", frozenset()), idempotency_key="k")


def _spell(code: str, name: str) -> str:
    """As DynamoDB says it of this call: of a transaction as a reason."""
    conflict = code == "TransactionConflictException" and name == "transact_write_items"
    return "TransactionConflict" if conflict else code


ACTIONS: Final[Sequence[str]] = ("acknowledge", "note", "close", "retire")


def _act(projection: Projection, action: str) -> Outcome:
    [incident] = projection.incidents()
    if action == "retire":
        request, actor = _asked('{"sender": "account", "action": "retire", "note": "gone"}')
        return SenderActions(projection.store, lambda _: None).act(request, actor)[1]
    request, actor = _asked(
        f'{{"incident_id": "{incident["IncidentId"]}", "action": "{action}", "note": "why"}}'
    )
    return IncidentActions(projection.store, lambda _: None).act(request, actor)[1]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("code", [*OF_AN_ITEM[:-1], *OF_A_TRANSACTION])
def test_an_analyst_is_asked_to_wait_and_nothing_is_done_twice(code: str, action: str) -> None:
    faulty = Faulty()
    projection = Projection(faulty.client)
    projection.report(*(listing(hour, ["D:\\In"], STUCK) for hour in range(3)))
    projection.sweep(30)
    for _ in range(2):
        faulty.fails = lambda _, name, __: _spell(code, name)
        with pytest.raises(ThrottledError):
            _act(projection, action)
    faulty.fails = lambda *_: ""
    assert _act(projection, action) is Outcome.DONE
    assert _act(projection, action) is Outcome.ALREADY_DONE
    [incident] = projection.incidents()
    acts = [item for item in faulty.client.list_items("FileSlaSenders") if "action#" in item["Part"]["S"]]
    assert len(incident.get("History", [])) + len(acts) in {1, 2}


@pytest.mark.parametrize(
    "write",
    [
        lambda senders, _: senders.mark_for_replay("account", at(1)),
        lambda senders, _: senders.release("account", at(1), NextCheck(at=None)),
        lambda senders, _: senders.put_refused({key: {"S": "x"} for key in ("Sender", "ArrivedAt")}),
        lambda _, recipients: recipients.enable("orders/slack:x"),
    ],
)
def test_a_write_of_one_item_outlasts_transactions_and_says_when_it_could_not(
    write: Callable[[SenderTable, RecipientTable], object],
) -> None:
    faulty = Faulty()
    disabled = {"Subject": {"S": "recipient#orders/slack:x"}, "Part": {"S": "state#0000"}}
    faulty.client.put_item(TableName=MESSAGES, Item={**disabled, "DisabledSince": {"S": "x"}})
    senders = SenderTable(Reader(faulty.client), SENDERS)
    for conflicts in (99, 4):
        faulty.fails = lambda call, *_, most=conflicts: OF_AN_ITEM[0] if call <= most else ""
        faulty.calls = 0
        with pytest.raises(ConflictError) if conflicts == 99 else nullcontext():
            write(senders, RecipientTable(faulty.client, MESSAGES))
    assert faulty.calls == 5
