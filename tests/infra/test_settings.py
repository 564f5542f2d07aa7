"""The configuration: what is refused, and why."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest
from botocore.session import Session
from pydantic import ValidationError

from components import webhooks
from components.checks import LOG_RETENTION_DAYS
from components.settings import Settings
from local import program as local_program
from local.program import load_config
from tests.infra.conftest import OWNED, refuse

WEBHOOKS: Final[dict[str, Any]] = OWNED["webhooks"]


@pytest.mark.parametrize(
    ("key", "value", "rule"),
    [
        ("retentionDays", "soon", "valid integer"),
        ("logRetentionDays", 8, "one of 1, 3, 5, 7"),
        ("functionTarget", "mips", "'arm64', 'x86_64' or 'host'"),
        ("corsOrigin", "ops.example.com", "an origin such as"),
        ("corsOrigin", "https://ops.example.com/app", "without a path"),
        ("alarmEmail", "nobody", "e-mail address"),
        ("tableName", "d" * 241, "pattern"),
        ("stack", "s" * 25, "pattern"),
        ("latencyAlarmMs", 60_000, "less than or equal to 29000"),
        ("docsUrl", "", "at least 1 character"),
        ("dashboardUrl", "http://example.com", "must be an https address such as"),
        ("dashboardUrl", "https://sla.example.com/?incident=1", "without ? and #"),
        ("dashboardUrl", "https://user@example.com", "must be an https address such as"),
        ("domainName", "https://sla.example.com", "without https://, port or path"),
        ("domainName", "sla", "a host name in lower case such as"),
        ("domainName", "SLA.example.com", "in lower case"),
        ("domainName", "sla-.example.com", "a host name"),
        ("domainName", f"{'x' * 53}.example.com", "more than the 64 characters that a certificate"),
        ("domainZoneId", "/hostedzone/Z0123456789ABCDEFGHIJ", "without /hostedzone/"),
        ("domainCertificateArn", "arn:aws:iam::123456789012:server-certificate/x", "AWS Certificate Manager"),
        ("mailFrom", "file, sla <sla@example.com>", "in double quotes"),
        ("mailFrom", "Überwachung <sla@example.com>", "in ASCII"),
        ("mailIdentity", "example", "a host name"),
        ("mailIdentity", "sla@example", "e-mail address"),
        ("allowedCidrs", "203.0.113.7/24", "'203.0.113.7/24' is not a CIDR block"),
        ("allowedCidrs", "office", "'office' is not a CIDR block"),
    ],
)
def test_wrong_value_is_refused_with_the_rule(key: str, value: Any, rule: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings.model_validate({**_defaults(), key: value})
    [problem] = refused.value.errors()
    assert problem["loc"] == (key,)
    assert rule in problem["msg"]


def test_all_that_is_wrong_is_said_before_anything_is_declared(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("default: a\nowners:\n  b: {channels: [mail: x]}\n")
    message = refuse(ownersFile=str(file), retentionDays=-1, retentionDay=90, x=1)
    for problem in (
        f"file-sla:ownersFile is {str(file)!r}: mine.yaml:1: default: there is no owner 'a'",
        "\n    mine.yaml:3: mail in channels of b: 'x' is no mail address",
        "file-sla:retentionDays is '-1': input should be greater than or equal to 0",
        "file-sla:retentionDay is not a key of this program. Did you mean file-sla:retentionDays? Remove it",
        "file-sla:x is not a key of this program. Remove it with: pulumi config rm file-sla:x",
    ):
        assert problem in message


DOMAIN = {"domainName": "sla.example.com"}
ZONE = {"domainZoneId": "Z0123456789ABCDEFGHIJ"}
CERTIFICATE = {
    "domainCertificateArn": "arn:aws:acm:us-east-1:123456789012:certificate/"
    "12345678-1234-1234-1234-123456789012"
}


@pytest.mark.parametrize(
    ("config", "key", "remedy"),
    [
        (DOMAIN, "domainName", "set domainZoneId to the Route 53 zone"),
        (DOMAIN | ZONE | CERTIFICATE, "domainZoneId", "remove domainCertificateArn"),
        (ZONE, "domainZoneId", "remove domainZoneId"),
        (CERTIFICATE, "domainCertificateArn", "remove domainCertificateArn"),
        (DOMAIN | CERTIFICATE | {"aws:region": "eu-west-1"}, "domainCertificateArn", "one in eu-west-1"),
        ({"defaultEndpoint": False}, "defaultEndpoint", "Set domainName, or remove defaultEndpoint"),
        ({"mailIdentity": "example.com"}, "mailIdentity", "remove mailIdentity"),
        ({"mailIdentity": "example.com", "mailFrom": "sla@example.org"}, "mailIdentity", "sla@example.org"),
        ({"mailIdentity": "a@example.com", "mailFrom": "b@example.com"}, "mailIdentity", "b@example.com"),
    ],
)
def test_values_that_contradict_each_other_are_refused_with_the_remedy(
    config: dict[str, Any], key: str, remedy: str
) -> None:
    [line] = _find_contradictions(config)
    assert line.startswith(f"file-sla:{key} ")
    assert remedy in line


def test_a_contradiction_stops_the_program() -> None:
    assert "file-sla:defaultEndpoint is false" in refuse(defaultEndpoint=False)


@pytest.mark.parametrize(
    "config",
    [
        DOMAIN | CERTIFICATE,
        DOMAIN | ZONE | {"defaultEndpoint": False},
        {"domainName": f"{'a' * 52}.example.com"} | ZONE,
        {"mailFrom": "sla@example.com"},
        {"mailFrom": "file-sla <sla@alerts.example.com>", "mailIdentity": "example.com"},
        {"mailFrom": '"file-sla, prod" <sla@example.com>', "mailIdentity": "sla@example.com"},
    ],
)
def test_values_that_go_together_are_taken(config: dict[str, Any]) -> None:
    assert _find_contradictions(config) == []


def _find_contradictions(config: dict[str, Any]) -> list[str]:
    return Settings.model_validate({**_defaults(), **config}).explain_contradictions()


def test_a_misspelt_key_of_the_provider_is_refused_too() -> None:
    """Pulumi would take it, and the guard against the wrong account would be off."""
    message = refuse(**{"aws:allowedAccountId": '["123456789012"]', "aws:profil": "prod"})
    assert "aws:allowedAccountId is not a key of this program. Did you mean aws:allowedAccountIds?" in message
    assert "Did you mean aws:profile? Remove it with: pulumi config rm aws:profil" in message


def test_a_misspelt_region_is_refused_with_the_nearest_one() -> None:
    message = refuse(**{"aws:region": "eu-centrall-1"})
    assert "aws:region is 'eu-centrall-1': is no region that AWS had" in message
    assert "Did you mean eu-central-1?" in message
    assert "partition" in refuse(**{"aws:region": "us-gov-west-1"})


@pytest.mark.parametrize(("of", "runs"), [("FileSlaErrors", "FileSlaRuns"), ("Breaches", "BreachesRuns")])
def test_the_names_of_the_other_tables_follow_from_the_first(of: str, runs: str) -> None:
    settings = Settings.model_validate(_defaults() | {"tableName": of})
    assert [settings.name_table("errors"), settings.name_table("runs")] == [of, runs]


@cache
def _defaults() -> dict[str, Any]:
    values = {key.removeprefix("file-sla:"): value for key, value in load_config("dev").items()}
    return {"project": "file-sla", "stack": "dev", **values}


@pytest.mark.parametrize(
    ("key", "value", "kept"),
    [
        ("tableName", "d" * 240, "d" * 240),
        ("stack", "s" * 24, "s" * 24),
        ("docsUrl", "https://docs.example.com/", "https://docs.example.com"),
        ("dashboardUrl", "https://example.com:8443/sla/", "https://example.com:8443/sla"),
        ("dashboardUrl", "http://127.0.0.1:8501", "http://127.0.0.1:8501"),
    ],
)
def test_right_text_is_taken_without_a_slash_at_its_end(key: str, value: str, kept: str) -> None:
    taken = Settings.model_validate({**_defaults(), key: value})
    assert taken.model_dump(by_alias=True)[key] == kept


def test_logs_are_kept_for_as_many_days_as_cloudwatch_knows() -> None:
    asked: Any = Session().get_service_model("logs").operation_model("PutRetentionPolicy").input_shape
    words = asked.members["retentionInDays"].documentation
    assert set(map(int, re.findall(r"\d+", words))) == set(LOG_RETENTION_DAYS)


def test_a_missing_owners_file_is_refused() -> None:
    assert "file-sla:ownersFile is 'none.yaml': none.yaml: there is no file" in refuse(ownersFile="none.yaml")


@pytest.mark.parametrize(
    ("webhooks", "problem"),
    [
        ({"orders": WEBHOOKS["orders"]}, "operations is missing, which line 5 of the owners' file names for"),
        ({}, "orders is missing, which line 8 of the owners' file names for slack. Set it with"),
        ({"order": "https://example.com"}, "Did you mean order?"),
        (WEBHOOKS | {"x": "http://example.com/secret"}, "the value of x is not an address that begins with"),
        (WEBHOOKS | {"x": "http://127.0.0.1.secret.com/"}, "the value of x is not an address"),
        (WEBHOOKS | {"x": "https://example.com/secret" * 100}, "the value of x is not an address"),
        (WEBHOOKS | {"x": {"secret": "secret"}}, "the value of x is not an address"),
        (WEBHOOKS | {"https://example.com/secret": "x"}, "one of the names is not valid: a name may have up"),
        (WEBHOOKS | {"old": "https://example.com/secret"}, "old is named by no channel of the owners' file."),
        (["https://example.com/secret"], "file-sla:webhooks is not an object of addresses by name. Set it"),
        ("https://example.com/secret", "file-sla:webhooks is not an object of addresses by name. Set it"),
    ],
)
def test_wrong_webhooks_are_refused_and_not_repeated(webhooks: Any, problem: str) -> None:
    message = refuse(**{**OWNED, "webhooks": webhooks})
    assert problem in message
    assert "secret" not in message.replace("--secret", "")
    assert "hook-" not in message


def test_webhooks_in_the_clear_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_program, "list_secret_keys", list)
    message = refuse(webhooks=WEBHOOKS)
    assert "file-sla:webhooks: the addresses are not encrypted" in message
    assert "pulumi config rm file-sla:webhooks" in message
    assert "hook-" not in message


@pytest.mark.parametrize(
    ("in_file", "named"),
    [
        ({"operations": {"secure": "v1:x"}, "orders": WEBHOOKS["orders"]}, True),
        ({"operations": {"secure": "v1:x"}, "orders": {"secure": "v1:y"}}, False),
        ({"secure": "v1:z"}, False),
    ],
)
def test_an_address_in_the_clear_beside_an_encrypted_one_is_found(
    in_file: dict[str, Any], named: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To the program the whole object is a secret then."""
    file = tmp_path / f"Pulumi.{local_program.STACK}.yaml"
    file.write_text(json.dumps({"config": {"file-sla:webhooks": in_file}}))
    monkeypatch.setattr(webhooks, "ROOT", tmp_path)
    message = refuse(webhooks=WEBHOOKS, retentionDays=-1)
    assert ("of orders the address is not encrypted in Pulumi.dev.yaml" in message) is named
    assert "hook-" not in message


def test_a_topic_of_another_region_is_refused() -> None:
    message = refuse(**OWNED, **{"aws:region": "eu-central-1"})
    assert (
        "the topic arn:aws:sns:us-east-1:123456789012:on-call in line 12 is in the region us-east-1"
        in message
    )
    assert "name one in eu-central-1" in message
