"""What became of each finding of a rule set, by docs/development/security-rules.md: the program keeps it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from contract.names import ROOT
from tests.infra.conftest import Program, declare

PAGE = (ROOT / "docs" / "development" / "security-rules.md").read_text()
ROWS = re.findall(r"^\| (\w+) \| (default|option `(\w+)`|reason) \| (.+) \|$", PAGE, re.MULTILINE)
DEFAULTS = [rule for rule, became, _, _ in ROWS if became == "default"]
OPTIONS = [(rule, key) for rule, _, key, _ in ROWS if key]


def _alarms_act(program: Program) -> bool:
    return all(
        alarm.inputs["alarmActions"] and alarm.inputs["okActions"]
        for kind in ("MetricAlarm", "CompositeAlarm")
        for alarm in program.all(kind)
    )


HOLDS_BY_DEFAULT: dict[str, Callable[[Program], bool]] = {
    "apigateway_restapi_logging_enabled": lambda program: bool(program.one("Stage")["accessLogSettings"]),
    "cloudwatch_alarm_actions_alarm_state_configured": _alarms_act,
    "cloudwatch_alarm_actions_enabled": _alarms_act,
    "cognito_user_pool_deletion_protection_enabled": lambda program: (
        program.one("UserPool")["deletionProtection"] == "ACTIVE"
    ),
    "dynamodb_table_deletion_protection_enabled": lambda program: all(
        table.inputs["deletionProtectionEnabled"] is True for table in program.all("Table")
    ),
}
HOLDS_WITH_OPTION: dict[str, tuple[dict[str, Any], Callable[[Program], bool]]] = {
    "apigateway_restapi_tracing_enabled": (
        {"xRayTracing": True},
        lambda program: program.one("Stage")["xrayTracingEnabled"] is True,
    ),
    "apigateway_restapi_waf_acl_attached": (
        {"webAcl": True},
        lambda program: bool(program.one("WebAclAssociation")["resourceArn"]),
    ),
    "backup_vaults_exist": ({"backupDays": 400}, lambda program: len(program.all("Vault")) == 1),
    "dynamodb_table_protected_by_backup_plan": (
        {"backupDays": 400},
        lambda program: "arn-of-errors-table" in program.one("Selection")["resources"],
    ),
    "cloudwatch_log_group_kms_encryption_enabled": (
        {"customerManagedKey": True},
        lambda program: all(log.inputs.get("kmsKeyId") for log in program.all("LogGroup")),
    ),
    "cloudwatch_log_group_retention_policy_specific_days_enabled": (
        {"logRetentionDays": 365},
        lambda program: {log.inputs["retentionInDays"] for log in program.all("LogGroup")} == {365},
    ),
    "cognito_user_pool_mfa_enabled": (
        {"authenticatorApps": True},
        lambda program: program.one("UserPool")["mfaConfiguration"] == "OPTIONAL",
    ),
    "sns_topics_kms_encryption_at_rest_enabled": (
        {"customerManagedKey": True},
        lambda program: bool(program.one("Topic").get("kmsMasterKeyId")),
    ),
}


def test_every_finding_says_what_became_of_it() -> None:
    assert len(ROWS) == len(re.findall(r"^\| [a-z]+_\w+ \|", PAGE, re.MULTILINE)) == 23
    assert set(DEFAULTS) == set(HOLDS_BY_DEFAULT)
    assert {rule for rule, _ in OPTIONS} == set(HOLDS_WITH_OPTION)


@pytest.fixture(scope="module")
def production() -> Program:
    """A stack with the defaults of Pulumi.yaml, as far as they bear on the rules."""
    return declare(deletionProtection=True)


@pytest.mark.parametrize("rule", HOLDS_BY_DEFAULT)
def test_what_became_a_default_holds(production: Program, rule: str) -> None:
    assert HOLDS_BY_DEFAULT[rule](production)


@pytest.mark.parametrize(("rule", "key"), OPTIONS)
def test_what_became_an_option_is_off_until_it_is_turned_on(production: Program, rule: str, key: str) -> None:
    config, holds = HOLDS_WITH_OPTION[rule]
    assert list(config) == [key]
    assert holds(declare(**config))
    try:
        by_default = holds(production)
    except ValueError:  # there is no such resource
        by_default = False
    assert not by_default
