"""Options and defences: off by default, on exactly as configured, and off again.

The AWS provider keeps what a program merely leaves out: a block that is gone from it stays in force (TTL, the
API's resource policy, encryption, tracing), and a resource that is gone is deleted, however much depends on
it (a key, the log role that all APIs of a region share). So everything is stated whether on or off, and what
must outlive its option is kept.
"""

import json
from typing import Any

import pytest

from tests.infra.conftest import IN_ZONE, Program, declare

ACCOUNT = "123456789012"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/id-of-data-key"
TABLES = ("errors-table", "runs-table", "senders-table", "incidents-table", "notifications-table")
OPTIONAL = (
    "DomainName", "BasePathMapping", "Certificate", "CertificateValidation", "Record", "WebAcl",
    "WebAclAssociation", "Key", "KeyPolicy", "Alias", "Vault", "Plan", "Selection",
)  # fmt: skip


def test_by_default_nothing_optional_is_there(program: Program, all_on: Program) -> None:
    assert [resource for kind in OPTIONAL for resource in program.all(kind)] == []
    assert all(all_on.all(kind) for kind in OPTIONAL)


@pytest.mark.parametrize("table", TABLES)
def test_what_a_table_may_have_is_stated_on_or_off(
    table: str, program: Program, by_default: Program, all_on: Program
) -> None:
    # By default nothing but runs expires.
    ttl = {"attributeName": "ExpiresAt", "enabled": True}
    if table == "senders-table":
        assert "ttl" not in program.one("Table", table)
    else:
        assert program.one("Table", table)["ttl"] == ttl
        assert by_default.one("Table", table)["ttl"] == ttl | {"enabled": table == "runs-table"}
    assert program.one("Table", table)["serverSideEncryption"] == {"enabled": False}
    assert all_on.one("Table", table)["serverSideEncryption"] == {"enabled": True, "kmsKeyArn": KEY}
    assert program.one("Table", table)["streamEnabled"] is (table == "runs-table")


def test_dead_letters_are_encrypted_in_one_way_or_the_other(program: Program, all_on: Program) -> None:
    ways = [
        (queue.get("sqsManagedSseEnabled"), queue.get("kmsMasterKeyId"))
        for queue in (program.one("Queue"), all_on.one("Queue"))
    ]
    # SQS refuses both at once.
    assert ways == [(True, None), (None, KEY)]


def test_sender_of_mails_is_stated_with_and_without_ses(program: Program, all_on: Program) -> None:
    assert program.one("UserPool")["emailConfiguration"] == {"emailSendingAccount": "COGNITO_DEFAULT"}
    by_address = declare(mailFrom="file-sla <sla@example.com>")
    for identity, declared in (("example.com", all_on), ("sla@example.com", by_address)):
        mail = declared.one("UserPool")["emailConfiguration"]
        assert mail["sourceArn"] == f"arn:aws:ses:us-east-1:000000000000:identity/{identity}"


def test_what_outlives_its_option_is_kept(program: Program, all_on: Program) -> None:
    # What was encrypted stays readable, and copies stay; kept as well, an alias would be in the way when the
    # option is turned on again.
    assert not all_on.registration("data-alias").retain_on_delete
    # The log role of the region outlives the stack.
    of_region = ("api-log-role", "api-log-policy", "api-account")
    for name in ("data-key", "data-policy", "backup-vault", *of_region):
        assert all_on.registration(name).retain_on_delete, name
    # Kept under a fixed name, it would be in the way of the next stack, region or attempt.
    assert "name" not in program.one("Role", "api-log-role")
    assert "name" not in all_on.one("Vault")


def test_rights_to_the_key_stay_with_the_key(all_on: Program) -> None:
    """A role's right would go with the option, while table, secret, logs and backups still need the key."""
    of_roles = [action for statement in all_on.role_statements() for action in statement["Action"]]
    assert not [action for action in of_roles if action.startswith("kms:")]
    statements: dict[str, Any] = {one["Sid"]: one for one in all_on.statements("KeyPolicy")}
    assert statements["Administration"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    for service in ("dynamodb", "secretsmanager", "sns", "sqs"):
        through = statements[f"Through{service.capitalize()}"]
        assert through["Principal"] == {"AWS": "*"}
        assert through["Condition"]["StringEquals"] == {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": f"{service}.us-east-1.amazonaws.com",
        }
    assert statements["Logs"]["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert statements["Alarms"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}


def test_the_key_encrypts_all_that_is_kept_and_logs_have_an_end(all_on: Program) -> None:
    assert all_on.one("Key")["enableKeyRotation"] is True
    assert {secret["kmsKeyId"] for secret in all_on.inputs("Secret")} == {KEY}
    assert {topic["kmsMasterKeyId"] for topic in all_on.inputs("Topic")} == {KEY}
    logs = all_on.inputs("LogGroup")
    assert ({log["kmsKeyId"] for log in logs}, len(logs)) == ({KEY}, len(all_on.all("Function")) + 1)
    assert {log["retentionInDays"] for log in logs} == {7}


def test_what_holds_data_or_people_is_protected_before_anything_is_deleted(
    program: Program, by_default: Program
) -> None:
    for declared, protected in ((program, False), (by_default, True)):
        for table in TABLES:
            assert declared.registration(table).protect is protected
            assert declared.one("Table", table)["deletionProtectionEnabled"] is protected
        assert declared.registration("identity-users").protect is protected
        assert declared.one("UserPool")["deletionProtection"] == ("ACTIVE" if protected else "INACTIVE")


def test_backups_are_of_what_stays(all_on: Program) -> None:
    assert all_on.one("Plan")["rules"][0]["lifecycle"] == {"deleteAfter": 400}
    # No runs: they are gone before a copy of them would be of use.
    assert all_on.one("Selection")["resources"] == [
        f"arn-of-{name}" for name in TABLES if name != "runs-table"
    ]


@pytest.mark.parametrize(("tls", "mode"), [("tls-1.0", None), ("tls-1.2", "STRICT"), ("tls-1.3", "STRICT")])
def test_api_and_name_have_one_policy_with_the_access_mode_that_it_takes(tls: str, mode: str | None) -> None:
    program = declare(**IN_ZONE, tlsPolicy=tls)
    api, name = program.one("RestApi"), program.one("DomainName")
    assert api["securityPolicy"] == name["securityPolicy"]
    # A legacy policy is refused with a mode; left out, the provider unsets it.
    assert api.get("endpointAccessMode") == name.get("endpointAccessMode") == mode


def test_only_the_configured_addresses_may_call(program: Program, all_on: Program) -> None:
    # Declared without addresses as well: left out, the policy of before would stay in force.
    [open_to_all] = program.statements("RestApiPolicy")
    assert "Condition" not in open_to_all
    [statement] = all_on.statements("RestApiPolicy")
    assert statement["Condition"] == {"IpAddress": {"aws:SourceIp": ["203.0.113.0/24", "2001:db8::/32"]}}
    assert statement["Resource"] == "executionArn-of-api-api/*"


def _rules(program: Program) -> dict[str, Any]:
    return {rule["Name"]: rule for rule in json.loads(program.one("WebAcl")["ruleJson"])}


def test_firewall_stands_before_the_stage_and_asks_the_limit_of_one_address_first(all_on: Program) -> None:
    assert all_on.one("WebAclAssociation")["resourceArn"] == "arn-of-api-stage"
    rules = sorted(_rules(all_on).values(), key=lambda rule: int(rule["Priority"]))
    assert [rule["Name"] for rule in rules] == [
        "sign-ins-of-one-address",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "reports-of-one-token",
    ]
    answer = rules[0]["Action"]["Block"]["CustomResponse"]
    assert answer["ResponseCode"] == 429
    [body] = all_on.one("WebAcl")["customResponseBodies"]
    assert body["key"] == answer["CustomResponseBodyKey"]
    assert json.loads(body["content"])["message"].startswith("Too many requests.")
    assert {"Name": "Access-Control-Allow-Origin", "Value": "*"} in answer["ResponseHeaders"]
    # It counts what it turns away, and keeps no requests.
    seen = [all_on.one("WebAcl")["visibilityConfig"]]
    seen += [{key[0].lower() + key[1:]: on for key, on in rule["VisibilityConfig"].items()} for rule in rules]
    assert {one["sampledRequestsEnabled"] for one in seen} == {False}


@pytest.mark.parametrize(
    ("name", "limit", "path"),
    [("sign-ins-of-one-address", 50, "/auth$"), ("reports-of-one-token", 5 * 1200, "/file_sla_error$")],
)
def test_firewall_counts_the_requests_of_one_to_one_route(
    all_on: Program, name: str, limit: int, path: str
) -> None:
    rate = _rules(all_on)[name]["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["EvaluationWindowSec"]) == (limit, 300)
    by = rate["CustomKeys"][0]["Header"]["Name"] if "CustomKeys" in rate else rate["AggregateKeyType"]
    assert by == ("authorization" if "token" in name else "IP")
    assert rate["ScopeDownStatement"]["RegexMatchStatement"]["RegexString"] == path


def test_firewall_lets_large_reports_full_of_paths_through(all_on: Program) -> None:
    """These rules block a body of more than 8 KB, or one that looks like paths (AWS WAF, core rule set)."""
    common = _rules(all_on)["AWSManagedRulesCommonRuleSet"]["Statement"]["ManagedRuleGroupStatement"]
    counted = {rule["Name"] for rule in common["RuleActionOverrides"] if "Count" in rule["ActionToUse"]}
    assert {"SizeRestrictions_BODY", "GenericLFI_BODY", "GenericRFI_BODY"} <= counted
