"""`owners.yaml`, and what is told of one that is wrong."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from contract.moments import Hours
from contract.names import ROOT
from contract.owners.model import Channel, ChannelKind, Escalation, Owner, Owners, Rule, Topic
from contract.owners.reading import OwnersFileError, read_owners_file

WHOLE = r"""
default: operations
owners:
  orders:
    zone: Europe/Berlin
    channels: [{mail: [orders@example.com, desk@example.com]}, {slack: orders}]
    quiet_hours: [{days: [mon, fri], from: 22:00, to: "06:00"}, {from: 0:00, to: 24:00}]
    notify: [new, ended]
    escalate:
      - {after_minutes: 60, channels: [{teams: duty}]}
      - {after_minutes: 30, channels: [sns: arn:aws:sns:eu-central-1:123456789012:on-call]}
  operations: {channels: [mail: ops@example.com]}
  no: {channels: []}
rules:
  - {folder: 'D:\Inbound*', sender: 'files-*', owner: orders}
  - {sender: 'bank-*', owner: no}
"""
CHANNEL = "default: a\nowners:\n  a:\n    channels: [{channel}]\n"


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "owners.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def list_problems(tmp_path: Path, text: str | bytes) -> list[str]:
    with pytest.raises(OwnersFileError) as raised:
        read_owners_file(write(tmp_path, text))
    return list(raised.value.problems)


def test_everything_that_a_file_can_say(tmp_path: Path) -> None:
    orders = Owner(
        name="orders",
        zone="Europe/Berlin",
        channels=(
            Channel(kind=ChannelKind.MAIL, targets=("orders@example.com", "desk@example.com")),
            Channel(kind=ChannelKind.SLACK, targets=("orders",)),
        ),
        quiet_hours=(
            Hours(days=frozenset({0, 4}), start=time(22), end=time(6), zone="Europe/Berlin"),
            Hours(days=frozenset(range(7)), start=time(0), end=time(0), zone="Europe/Berlin"),
        ),
        notify_on=frozenset({Topic.NEW, Topic.ENDED}),
        escalations=(
            Escalation(
                after=timedelta(minutes=30),
                channels=(
                    Channel(kind=ChannelKind.SNS, targets=("arn:aws:sns:eu-central-1:123456789012:on-call",)),
                ),
            ),
            Escalation(
                after=timedelta(hours=1), channels=(Channel(kind=ChannelKind.TEAMS, targets=("duty",)),)
            ),
        ),
    )
    mail = Channel(kind=ChannelKind.MAIL, targets=("ops@example.com",))
    read = read_owners_file(write(tmp_path, WHOLE))
    assert read == Owners(
        default="operations",
        owners={
            "orders": orders,
            "operations": Owner(name="operations", channels=(mail,)),
            "no": Owner(name="no", channels=()),
        },
        rules=(
            Rule(folder="D:\\Inbound*", sender="files-*", owner="orders", line=15),
            Rule(folder=None, sender="bank-*", owner="no", line=16),
        ),
    )
    assert [channel.line for channel in read.owners["orders"].channels] == [6, 6]


@pytest.mark.parametrize("text", [WHOLE.replace("\n", "\r\n"), "\ufeff" + WHOLE])
def test_what_editors_of_windows_write(tmp_path: Path, text: str) -> None:
    assert read_owners_file(write(tmp_path, text)) == read_owners_file(write(tmp_path, WHOLE))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("default: operations", "default: operatons",
         "2: default: there is no owner 'operatons': did you mean"),
        ("{slack: orders}", "{mail: a@b.de}", "6: channels of orders: mail is there already: put all"),
        ("after_minutes: 30", "after_minutes: 60", "11: escalate of orders: 60 minutes are there already"),
        ("rules:", "rule:", "14: 'rule' is no key of the file: did you mean rules?"),
        ("zone: Europe/Berlin", "zone: europe/berlin",
         "5: zone of orders: 'europe/berlin' is no time zone of"),
        ("  operations: {chan", "  orders: {chan", "12: 'orders' is there twice, first in line 4"),
        ("  no: {", "  my team: {", "13: the owner 'my team': a name may have up to 64 letters"),
        ("orders@example.com", "orders", "6: mail in channels of orders: 'orders' is no mail address"),
        ("orders@example.com", '"a@b.de\\r"', "6: mail in channels of orders is 'a@b.de\\r', with a control"),
        ("{slack: orders}", "{slak: orders}",
         "6: 'slak' is no key of a channel in channels of orders: did you"),
        ("{slack: orders}", "{slack: a b}",
         "6: slack in channels of orders: 'a b' may have up to 64 letters"),
        ("{teams: duty}", "{slack: orders}", "10: channels in escalate of orders: the same as in line 6"),
        (":on-call", ":on-call.fifo", "11: sns in channels in escalate of orders: "),
        ("after_minutes: 60", "after_minutes: 0",
         "10: after_minutes in escalate of orders is '0': it must be"),
        ("[mon, fri]", "[mon, friday]", "7: days in quiet_hours of orders: 'friday' is none of mon, tue,"),
        ("[mon, fri]", "[]", "7: days in quiet_hours of orders: it must name one at least"),
        ("22:00", "24:00", "7: from in quiet_hours of orders: '24:00' is no time of day such as"),
        ("[new, ended]", "[new, end]", "8: notify of orders: 'end' is none of new, worse, still_open,"),
        ("owner: orders", "owner: order",
         "15: owner of a rule: there is no owner 'order': did you mean orders?"),
        (r"'D:\Inbound*'", r'"D:\new"', "15: folder of a rule is 'D:\\new', with a control character."),
        (r"'D:\Inbound*'", "a" * 1025, "15: folder of a rule: it has 1,025 characters: at most 1,024"),
        (r"folder: 'D:\Inbound*', sender: 'files-*', ", "",
         "15: this rule has neither a folder nor a sender, so it takes everything"),
        (r"'D:\Inbound*'", r'"D:\Inbound*"', "15: is no YAML: while scanning a double-quoted scalar found"),
        (r"'D:\Inbound*'", r"*\inbound", "15: is no YAML: while scanning an alias expected alphabetic"),
        ("    zone", "\tzone", "5: is no YAML: while scanning for the next token found character '\\t' that"),
        ("operations\n", "operations\n---\n", "3: is no YAML: expected a single document in the stream but"),
        ("zone: E", "zone: \x01", "5: holds the character U+0001, which YAML does not take"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, old: str, new: str, problem: str) -> None:
    assert old in WHOLE
    problems = list_problems(tmp_path, WHOLE.replace(old, new, 1))
    assert [one for one in problems if one.startswith(f"owners.yaml:{problem}")], problems


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines(tmp_path: Path) -> None:
    text = WHOLE.replace("Berlin", "Berlinn").replace("new", "begins").replace("'bank-*'", "''")
    problems = list_problems(tmp_path, text)
    assert [one.split(":")[1] for one in problems] == ["5", "8", "16"]


def test_a_rule_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    [problem] = list_problems(
        tmp_path, WHOLE.replace("sender: 'files-*', ", "").replace(r"'D:\Inbound*'", "''")
    )
    assert problem.startswith("owners.yaml:15: folder of a rule has no value")


@pytest.mark.parametrize("text", ["", "\n# nobody\n", "---\n", "null"])
def test_an_empty_file(tmp_path: Path, text: str) -> None:
    assert list_problems(tmp_path, text) == ["owners.yaml:1: the file is empty."]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    assert list_problems(tmp_path, b"a: b\nc: \xe4") == [
        "owners.yaml:2: is not UTF-8: save the file as UTF-8."
    ]
    missing = tmp_path / "missing.yaml"
    with pytest.raises(OwnersFileError, match=r"missing\.yaml: there is no file"):
        read_owners_file(missing)
    with pytest.raises(OwnersFileError, match=r"cannot be read: Is a directory\."):
        read_owners_file(tmp_path)


def test_a_file_that_holds_itself(tmp_path: Path) -> None:
    assert list_problems(tmp_path, "default: &a [*a]\nowners: *a") == [
        "owners.yaml:1: default is a list: it must be one value.",
        "owners.yaml:1: owners is a list: it must be keys and values.",
    ]


@pytest.mark.parametrize("kind", ["mail", "slack", "teams", "sns"])
def test_an_address_of_a_webhook_is_not_repeated(tmp_path: Path, kind: str) -> None:
    text = CHANNEL.replace("channel}", f"{kind}: 'https://hooks.example.com/T0/SECRET'}}")
    [problem] = list_problems(tmp_path, text)
    assert "pulumi config set --secret" in problem
    assert "SECRET" not in problem
    assert "hooks.example.com" not in problem


def test_the_example_of_the_page_is_right() -> None:
    owners = read_owners_file(ROOT / "docs" / "owners.example.yaml")
    kinds = {channel.kind for owner in owners.owners.values() for channel in owner.channels}
    assert kinds | {
        channel.kind
        for owner in owners.owners.values()
        for escalation in owner.escalations
        for channel in escalation.channels
    } == set(ChannelKind)


FILE = """\
default: orders
owners:
  orders:
    channels:
      - slack: orders
      - slack: desk
    escalate:
      - after_minutes: 60
        channels:
          - teams: {first}
  bank:
    channels:
      - teams: {second}
"""


def test_a_webhook_of_two_kinds_is_told_in_each_place(tmp_path: Path) -> None:
    assert read_owners_file(write(tmp_path, FILE.format(first="duty", second="duty"))).owners
    first, second = list_problems(tmp_path, FILE.format(first="orders", second="desk"))
    assert first.startswith("owners.yaml:10: the webhook 'orders' is of teams here, and of slack in line 5")
    assert second.startswith("owners.yaml:13: the webhook 'desk' is of teams here, and of slack in line 6")
