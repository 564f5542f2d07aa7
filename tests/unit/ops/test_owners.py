"""Owners by command: who would be told, whether the file is right, and how the channels are."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest.mock import Mock

import pytest

from contract.manifest import Declared, write_manifest
from contract.names import OUTPUTS_VARIABLE, ROOT, LocalOutput, Output
from contract.owners.matching import find_owner, list_owners
from contract.owners.model import Topic
from contract.owners.reading import read_owners_file
from handlers.notifications.plan import disable
from ops import __main__ as command_line
from ops import owners
from ops.owners import find_file
from ops.stack import OpsError, Stack
from store.notifications import Recipient, RecipientState, RecipientTable, StoredRecipient, list_recipients
from tests.stands.projection_tables import MESSAGES
from tests.unit.ops.conftest import Ops

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OWNERS_FILE: Final = ROOT / "tests" / "samples" / "owners.yaml"
NOON: Final = datetime(2026, 11, 26, 12, tzinfo=UTC)
Run = Callable[..., Any]


@pytest.fixture
def run(ops: Ops) -> Run:
    """Runs a command with `--json`."""
    return partial(ops.json, "owners")


@pytest.fixture
def without_outputs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No stack is known."""
    monkeypatch.delenv(OUTPUTS_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)


def test_who_would_be_told_of_a_folder_of_a_sender(run: Run, without_outputs: None) -> None:
    folder, sender, other = run(
        "explain", "d:/inbound/orders 2/", r"E:\Other", "--sender", "files-01", "--file", str(OWNERS_FILE),
        "--at", "2026-11-28T12:00",
    )  # fmt: skip
    assert (folder["what"], folder["owner"]) == ("d:/inbound/orders 2/ of files-01", "orders")
    assert folder["rule"] == {"line": 14, "folder": "D:\\Inbound\\Orders*", "sender": None}
    assert folder["channels"][1:3] == [
        {"channel": "Slack orders", "after_minutes": None},
        {"channel": "Mail to head@example.com", "after_minutes": 60},
    ]
    assert (folder["notify"], folder["zone"]) == ([str(topic) for topic in Topic], "Europe/Berlin")
    # A Saturday; on Monday it ends, at midnight in Berlin.
    assert (folder["at"], folder["quiet_until"]) == ("2026-11-28T12:00:00Z", "2026-11-29T23:00:00Z")
    # The sender itself is explained once, whatever the number of its folders.
    assert (sender["what"], sender["owner"], sender["rule"]) == ("files-01 itself", "operations", None)
    assert (other["what"], other["owner"]) == (r"E:\Other of files-01", "operations")


def test_without_a_sender_the_answer_is_given_for_each(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "owners.yaml"
    file.write_text(
        "default: a\nowners: {a: {channels: []}, b: {channels: []}}\nrules:\n"
        "  - {folder: '*\\in', sender: 'x-*', owner: b}\n  - {folder: '/srv', owner: b}\n"
        "  - {sender: 'y', owner: b}\n  - {folder: 'D:*', owner: a}\n  - {sender: 'z', owner: b}\n"
    )
    found = run("explain", "D:\\In", "--file", str(file))
    assert [(one["what"], one["owner"], one["rule"] and one["rule"]["line"]) for one in found] == [
        ("D:\\In of senders x-*", "b", 4),
        ("D:\\In of senders y", "b", 6),
        ("D:\\In of any other sender", "a", 7),
    ]
    owners = read_owners_file(file)
    for sender, match in zip(("x-1", "y", "other"), list_owners(owners, "D:\\In"), strict=True):
        assert find_owner(owners, "D:\\In", sender) == match


def test_people_are_told_the_same(capsys: pytest.CaptureFixture[str], without_outputs: None) -> None:
    arguments = ["--file", str(OWNERS_FILE), "--at", "2026-11-28T12:00"]
    assert command_line.main(["owners", "explain", "D:\\Inbound\\Orders [old]", "E:\\", *arguments]) == 0
    first, *others = capsys.readouterr().out.splitlines()
    assert first.startswith("D:\\Inbound\\Orders [old] of any sender: orders, by the rule in owners.yaml:14 ")
    assert others[:6] == [
        "  at once    Mail to orders@example.com; Slack orders",
        "  escalated  Mail to head@example.com, if nobody acknowledges it for 1 h",
        "  escalated  SNS topic on-call, if nobody acknowledges it for 4 h",
        "  notified   of everything",
        "  quiet      at 2026-11-28 13:00, until 2026-11-30 00:00 (Europe/Berlin): notified of ends alone",
        "E:\\ of any sender: operations, the default: no rule fits",
    ]
    assert others[-1] == "  quiet      not at 2026-11-28 12:00 (UTC)"


def test_a_file_is_checked_without_a_stack(run: Run, without_outputs: None, tmp_path: Path) -> None:
    assert run("check", str(OWNERS_FILE))["webhooks"] == ["operations", "orders"]
    file = tmp_path / "mine.yaml"
    file.write_text("default: a\nowners: {a: {channels: [mail: x]}, b: {channel: []}}\n")
    assert [one[:13] for one in run("check", str(file), code=1)["problems"]] == ["mine.yaml:2: "] * 3
    assert run("explain", "x", "--file", str(file), code=1)["error"].count("mine.yaml:2: ") == 3
    file.write_text("default: a\nowners: {a: {channels: []}, b: {channels: []}}\n")
    assert run("check", str(file))["unused_owners"] == ["b"]


def test_the_file_is_that_of_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: file-sla")
    with pytest.raises(OpsError, match=r"there is no owners\.yaml here"):
        find_file(None, tmp_path)
    Path("owners.yaml").touch()
    (tmp_path / "Pulumi.dev.yaml").write_text("config: {aws:region: us-east-1}")
    assert find_file(None, tmp_path) == Path("owners.yaml")
    (tmp_path / "Pulumi.prod.yaml").write_text("config: {file-sla:ownersFile: teams/owners.yaml}")
    (tmp_path / "Pulumi.test.yaml").write_text("config: {file-sla:ownersFile: teams/owners.yaml}")
    assert find_file(None, tmp_path) == tmp_path / "teams" / "owners.yaml"
    assert find_file(Path("mine.yaml"), tmp_path) == Path("mine.yaml")
    (tmp_path / "Pulumi.other.yaml").write_text("config: {file-sla:ownersFile: other.yaml}")
    with pytest.raises(OpsError, match=r"different owners' files: \S+/other\.yaml, \S+/teams/owners\.yaml\."):
        find_file(None, tmp_path)


def test_a_local_stack_has_a_file_of_its_own(
    ops: Ops, run: Run, client: "DynamoDBClient", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert "no local stack" in run("explain", "D:\\Inbound\\Orders", code=1)["error"]
    ops.know(**{LocalOutput.OWNERS_FILE: str(OWNERS_FILE)})
    assert run("check")["file"] == str(OWNERS_FILE)
    Path("owners.yaml").write_text("default: mine\nowners: {mine: {channels: [mail: me@example.com]}}\n")
    # What is being written here is what is asked about, but the channels are those of the stack.
    assert [one["owner"] for one in run("explain", "D:\\Inbound\\Orders")] == ["mine"]
    assert "mine" not in {one["owner"] for one in run("channels")}


@pytest.fixture
def store(client: "DynamoDBClient") -> RecipientTable:
    return RecipientTable(client, MESSAGES)


SLACK, MAIL = "orders/slack:orders", "orders/mail:orders@example.com"
PROBLEM = "Slack says that there is no such [webhook] (404)"


@pytest.fixture
def slack(store: RecipientTable) -> Recipient:
    """A recipient whose channel is disabled; another one's works, and the rest was sent nothing yet."""
    by_key = {one.key: one for one in list_recipients(read_owners_file(OWNERS_FILE))}
    delivered = RecipientState(last=NOON)
    for key, state in ((SLACK, disable(RecipientState(), NOON, PROBLEM)), (MAIL, delivered)):
        store.write(by_key[key], StoredRecipient(key=key, state=state), leased_until=None)
    return by_key[SLACK]


def test_a_disabled_channel_is_shown_and_enabled(
    store: RecipientTable, slack: Recipient, run: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    by_key = {state["key"]: state for state in run("channels", "--file", str(OWNERS_FILE))}
    assert by_key.keys() == {one.key for one in list_recipients(read_owners_file(OWNERS_FILE))}
    assert by_key[SLACK] == {
        "key": SLACK, "owner": "orders", "channel": "Slack orders", "delivered_at": None,
        "disabled_since": "2026-11-26T12:00:00Z", "failing_since": None, "problem": PROBLEM,
        "subscribed": True,
    }  # fmt: skip
    assert command_line.main(["owners", "channels", "--file", str(OWNERS_FILE)]) == 0
    assert capsys.readouterr().out.splitlines()[1:5] == [
        "  operations: Teams operations: never used",
        "✓ orders: Mail to orders@example.com: delivered 2026-11-26 12:00 UTC",
        f"✗ orders: Slack orders: disabled since 2026-11-26 12:00 UTC: {PROBLEM}",
        "  Once that is fixed: file-sla owners enable 'orders/slack:orders'",
    ]
    assert run("enable", SLACK) == {"key": SLACK, "enabled": True}
    [after] = store.read([slack]).stored.values()
    assert after.enabled_by_hand
    assert run("enable", SLACK) == {"key": SLACK, "enabled": False}
    said = run("enable", "orders/slack:order", code=1)
    assert "Nothing was ever sent over a channel orders/slack:order." in said["error"]


def test_a_test_says_what_each_service_answered(
    store: RecipientTable, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    function = Mock()
    monkeypatch.setattr(Stack, "client", lambda *_: function)

    def answer(payload: Any, **more: Any) -> None:
        function.invoke.return_value = {"Payload": BytesIO(json.dumps(payload).encode()), **more}

    sent = [{"channel": "Slack orders", "problem": ""}, {"channel": "Teams duty", "problem": "answered 404"}]
    answer(sent)
    assert run("test", "orders", code=1) == sent
    asked = function.invoke.call_args.kwargs
    assert asked["FunctionName"].endswith("-incident-notifications")
    assert json.loads(asked["Payload"]) == {"test_owner": "orders"}
    answer(sent[:1])
    assert run("test", "orders") == sent[:1]
    answer([])
    assert "has no owner 'order' with channels" in run("test", "order", code=1)["error"]
    answer({"errorType": "RuntimeError"}, FunctionError="Unhandled")
    assert "RuntimeError" in run("test", "orders", code=1)["error"]


def test_a_channel_whose_topic_nobody_subscribed_to_is_told_apart(
    store: RecipientTable, ops: Ops, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each address has to follow the link of its mail before anything can arrive."""
    topic = "arn:aws:sns:us-east-1:123456789012:file-sla-prod-owner-{}".format
    waiting = {"SubscriptionArn": "PendingConfirmation"}
    of_topic = {
        topic("operations"): [waiting, {"SubscriptionArn": "arn:aws:sns:x"}],
        topic("orders"): [waiting],
    }
    address = {"Protocol": "email", "Endpoint": "x"}
    manifest = write_manifest([Declared("TopicSubscription", {"Topic": one, **address}) for one in of_topic])
    ops.know(**{Output.MANIFEST: manifest})
    monkeypatch.setattr(owners, "list_subscriptions", lambda _, topic: of_topic[topic])
    asked = ("owners", "channels", "--file", str(OWNERS_FILE))
    assert [one["key"] for one in ops.json(*asked) if not one["subscribed"]] == [MAIL]
    assert "✗ orders: Mail to orders@example.com: nobody subscribed" in ops(*asked)
