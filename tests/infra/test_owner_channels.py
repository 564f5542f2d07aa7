"""How owners are told: the webhooks' addresses, topics, and the file in the functions' packages."""

import json
import re
import zipfile
from pathlib import Path
from typing import Any, Final

import pulumi
import pytest

from contract.names import MADE_ANEW, ROOT
from contract.owners.model import SHIPPED_NAME, load_owners
from contract.owners.reading import read_owners_file
from local import program as local_program
from tests.infra.conftest import Program, declare

OWNERS_FILE: Final = "tests/samples/owners.yaml"
WEBHOOKS: Final = {"operations": "https://example.com/hook-one", "orders": "http://127.0.0.1:8080/hook-two"}
CONFIG: Final[dict[str, Any]] = {"ownersFile": OWNERS_FILE, "webhooks": WEBHOOKS}


@pytest.fixture(scope="module")
def told() -> Program:
    """Owners without SES."""
    return declare(**CONFIG)


def of_owners(program: Program) -> set[str]:
    return {resource.name for resource in program.resources if resource.name.startswith("owners-")}


def test_without_owners_and_webhooks_there_is_nothing(program: Program) -> None:
    assert of_owners(program) == set()


def test_addresses_of_webhooks_are_one_secret(told: Program) -> None:
    assert of_owners(told) >= MADE_ANEW
    value = told.one("SecretVersion", "owners-webhooks-value")["secretString"]
    # Pulumi's mark of a secret, which the engine encrypts in the state.
    assert value["4dabf18193072939515e22adb298388d"] == "1b47061264138c4ac30d75fd1eb44270"
    assert json.loads(value["value"]) == WEBHOOKS


def test_no_other_resource_and_no_output_has_an_address(told: Program) -> None:
    others = [resource for resource in told.resources if resource.name != "owners-webhooks-value"]
    assert not re.search("hook-one|hook-two", repr([others, told.exports]))


def test_each_level_that_is_told_by_mail_has_a_topic_and_each_address_a_subscription(told: Program) -> None:
    topics = {
        topic.name: topic.inputs["name"] for topic in told.all("Topic") if topic.name.startswith("owners-")
    }
    assert topics == {
        "owners-operations": "file-sla-dev-owner-operations",
        "owners-orders": "file-sla-dev-owner-orders",
        "owners-orders_after_60": "file-sla-dev-owner-orders_after_60",
    }
    subscribed = {
        (one.inputs["topic"], one.inputs["protocol"], one.inputs["endpoint"])
        for one in told.all("TopicSubscription")
    }
    assert subscribed == {
        ("arn-of-owners-operations", "email", "operations@example.com"),
        ("arn-of-owners-operations", "email", "second@example.com"),
        ("arn-of-owners-orders", "email", "orders@example.com"),
        ("arn-of-owners-orders_after_60", "email", "head@example.com"),
    }


def test_where_ses_sends_there_are_no_topics() -> None:
    assert of_owners(declare(**CONFIG, mailFrom="sla@example.com")) == MADE_ANEW


def test_secret_and_topics_are_under_the_key_of_the_stack() -> None:
    program = declare(**CONFIG, customerManagedKey=True)
    key = "arn:aws:kms:us-east-1:123456789012:key/id-of-data-key"
    assert program.one("Secret", "owners-webhooks")["kmsKeyId"] == key
    assert program.one("Topic", "owners-orders")["kmsMasterKeyId"] == key
    through = {
        condition["kms:ViaService"]
        for statement in json.loads(program.one("KeyPolicy")["policy"])["Statement"]
        if (condition := statement.get("Condition", {}).get("StringEquals", {})).get("kms:ViaService")
    }
    assert "sns.us-east-1.amazonaws.com" in through


def test_the_longest_names_fit_a_topic(tmp_path: Path) -> None:
    name = "o" * 64
    file = tmp_path / "owners.yaml"
    file.write_text(
        f"default: {name}\nowners:\n  {name}:\n    channels: []\n"
        f"    escalate: [{{after_minutes: 10080, channels: [mail: a@example.com]}}]\n"
    )
    program = declare("s" * 24, ownersFile=str(file))
    [topic] = [one.inputs["name"] for one in program.all("Topic") if one.name.startswith("owners-")]
    assert topic.endswith(f"-owner-{name}_after_10080")
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,256}", topic)  # CreateTopic


def package(program: Program, function: str) -> Path:
    return Path(program.one("Function", f"{function}-function")["code"].path)


def test_owners_are_in_the_package_of_the_projection_and_in_no_other_routes(told: Program) -> None:
    with zipfile.ZipFile(package(told, "incident-projection")) as archive:
        shipped = load_owners(archive.read(SHIPPED_NAME).decode())
    assert shipped == read_owners_file(ROOT / OWNERS_FILE)
    with zipfile.ZipFile(package(told, "auth")) as archive:
        assert SHIPPED_NAME not in archive.namelist()


def test_the_same_owners_are_the_same_package_and_others_another(program: Program, tmp_path: Path) -> None:
    file = tmp_path / "owners.yaml"
    text = (ROOT / OWNERS_FILE).read_text()
    file.write_text(text)
    same = declare(ownersFile=str(file), webhooks=WEBHOOKS)
    file.write_text(text.replace("Europe/Berlin", "Europe/Paris"))
    other = declare(ownersFile=str(file), webhooks=WEBHOOKS)
    packages = [package(one, "incident-projection") for one in (declare(**CONFIG), same, other, program)]
    assert packages[0] == packages[1]
    assert len(set(packages)) == 3


def refuse(**config: Any) -> str:
    with pytest.raises(pulumi.RunError) as refused:
        declare(**config)
    return str(refused.value)


def test_what_is_wrong_with_the_file_is_told_with_all_else(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("default: a\nowners:\n  b: {channels: [mail: x]}\n")
    told = refuse(ownersFile=str(file), retentionDays=-1)
    assert f"file-sla:ownersFile is {str(file)!r}: mine.yaml:1: default: there is no owner 'a'" in told
    assert "\n    mine.yaml:3: mail in channels of b: 'x' is no mail address" in told
    assert "file-sla:retentionDays is '-1'" in told


def test_a_file_that_is_not_there_is_told() -> None:
    assert "file-sla:ownersFile is 'none.yaml': none.yaml: there is no file" in refuse(ownersFile="none.yaml")


@pytest.mark.parametrize(
    ("webhooks", "problem"),
    [
        (
            {"orders": WEBHOOKS["orders"]},
            "there is none of the name operations, which line 5 of the owners' file",
        ),
        (
            {},
            "there is none of the name orders, which line 8 of the owners' file wants for slack. Set it with",
        ),
        ({"order": "https://example.com"}, "Did you mean order?"),
        (
            WEBHOOKS | {"x": "http://example.com/secret"},
            "what is set for x is no address that begins with https",
        ),
        (WEBHOOKS | {"x": "https://secret@example.com"}, "what is set for x is no address"),
        (WEBHOOKS | {"x": "https://example.com/se cret"}, "what is set for x is no address"),
        (WEBHOOKS | {"x": "http://127.0.0.1.secret.com/"}, "what is set for x is no address"),
        (WEBHOOKS | {"x": "secret"}, "what is set for x is no address"),
        (WEBHOOKS | {"x": "https://example.com/secret" * 100}, "what is set for x is no address"),
        (WEBHOOKS | {"x": {"secret": "secret"}}, "what is set for x is no address"),
        (WEBHOOKS | {"https://example.com/secret": "x"}, "one of the names is none: a name may have up to"),
        (["https://example.com/secret"], "file-sla:webhooks is no object of addresses by name. Set it with"),
        ("https://example.com/secret", "file-sla:webhooks is no object of addresses by name. Set it with"),
    ],
)
def test_wrong_webhooks_are_refused_and_not_repeated(webhooks: Any, problem: str) -> None:
    told = refuse(ownersFile=OWNERS_FILE, webhooks=webhooks)
    assert problem in told
    assert "secret" not in told.replace("--secret", "")
    assert "hook-" not in told


def test_webhooks_in_the_clear_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_program, "list_secret_keys", list)
    told = refuse(webhooks=WEBHOOKS)
    assert "file-sla:webhooks: the addresses are not encrypted" in told
    assert "pulumi config rm file-sla:webhooks" in told
    assert "hook-" not in told


def test_a_topic_of_another_region_is_refused() -> None:
    told = refuse(**CONFIG, **{"aws:region": "eu-central-1"})
    assert (
        "the topic arn:aws:sns:us-east-1:123456789012:on-call in line 12 is in the region us-east-1" in told
    )
    assert "name one in eu-central-1" in told


@pytest.mark.parametrize(
    ("value", "taken"),
    [
        ("https://sla.example.com", True),
        ("https://example.com:8443/sla/", True),
        ("http://127.0.0.1:8501", True),
        ("http://example.com", False),
        ("sla.example.com", False),
        ("https://sla.example.com/?incident=1", False),
        ("https://sla.example.com/#x", False),
        ("https://user@example.com", False),
    ],
)
def test_addresses_of_the_dashboard(value: str, taken: bool) -> None:
    if taken:
        declare(dashboardUrl=value)
    else:
        assert f"file-sla:dashboardUrl is {value!r}: must be an https address" in refuse(dashboardUrl=value)
