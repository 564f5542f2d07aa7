"""Options turned on and off again, and a second stack in the account.

The AWS provider keeps what a program merely leaves out: a block that is gone from it stays in force (TTL, the
API's resource policy, encryption, tracing), and a resource that is gone is deleted, however much depends on
it (a key, the log role that all APIs of a region share). So everything is stated whether on or off, and what
must outlive its option is kept.
"""

import json
from typing import Any

import pytest

from contract.names import ALARM_SEPARATOR
from local.program import load_config
from tests.infra.conftest import IN_ZONE, Program, declare, refuse

ACCOUNT = "123456789012"
TABLES = ("errors-table", "runs-table", "senders-table", "incidents-table", "notifications-table")


@pytest.fixture(scope="module")
def encrypted() -> Program:
    return declare(customerManagedKey=True)


@pytest.mark.parametrize("table", ["errors-table", "incidents-table", "notifications-table"])
def test_expiry_is_stated_on_or_off(table: str, program: Program, other_values: Program) -> None:
    for declared, expires in ((program, True), (other_values, False)):
        assert declared.one("Table", table)["ttl"] == {"attributeName": "ExpiresAt", "enabled": expires}


@pytest.mark.parametrize("table", TABLES)
def test_encryption_of_tables_is_stated_on_or_off(table: str, program: Program, encrypted: Program) -> None:
    assert program.one("Table", table)["serverSideEncryption"] == {"enabled": False}
    encryption = encrypted.one("Table", table)["serverSideEncryption"]
    assert encryption == {"enabled": True, "kmsKeyArn": f"arn:aws:kms:us-east-1:{ACCOUNT}:key/id-of-data-key"}


def test_dead_letters_are_encrypted_in_one_way_or_the_other(program: Program, encrypted: Program) -> None:
    queue = program.one("Queue")
    assert (queue["sqsManagedSseEnabled"], queue.get("kmsMasterKeyId")) == (True, None)
    # SQS refuses both at once.
    assert encrypted.one("Queue").get("sqsManagedSseEnabled") is None


@pytest.mark.parametrize("table", TABLES)
def test_streams_are_stated_on_or_off(table: str, program: Program) -> None:
    assert program.one("Table", table)["streamEnabled"] is (table == "runs-table")


@pytest.mark.parametrize(
    ("config", "identity"),
    [
        ({"mailFrom": "file-sla <sla@example.com>"}, "sla@example.com"),
        ({"mailFrom": "file-sla <sla@example.com>", "mailIdentity": "example.com"}, "example.com"),
    ],
)
def test_sender_of_mails_is_stated_with_and_without_ses(
    program: Program, config: dict[str, str], identity: str
) -> None:
    assert program.one("UserPool")["emailConfiguration"] == {"emailSendingAccount": "COGNITO_DEFAULT"}
    assert declare(**config).one("UserPool")["emailConfiguration"] == {
        "emailSendingAccount": "DEVELOPER",
        "fromEmailAddress": "file-sla <sla@example.com>",
        "sourceArn": f"arn:aws:ses:us-east-1:000000000000:identity/{identity}",
    }


@pytest.mark.parametrize(("traced", "mode"), [(False, "PassThrough"), (True, "Active")])
def test_tracing_is_stated_on_or_off(program: Program, traced: bool, mode: str) -> None:
    program = declare(xRayTracing=True) if traced else program
    assert program.one("Stage")["xrayTracingEnabled"] is traced
    for function in program.all("Function"):
        assert function.inputs["tracingConfig"] == {"mode": mode}
    actions = {
        action
        for policy in program.all("RolePolicy")
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
        if action.startswith("xray:")
    }
    assert actions == ({"xray:PutTelemetryRecords", "xray:PutTraceSegments"} if traced else set())


def test_a_key_that_encrypted_data_outlives_its_option(encrypted: Program) -> None:
    assert encrypted.registration("data-key").retain_on_delete
    assert encrypted.registration("data-policy").retain_on_delete
    # Kept as well, it would be in the way when the option is turned on again.
    assert not encrypted.registration("data-alias").retain_on_delete


def test_rights_to_the_key_stay_with_the_key(encrypted: Program) -> None:
    """A role's right would go with the option, while table, secret, logs and backups still need the key."""
    of_roles = [
        action
        for policy in encrypted.all("RolePolicy")
        for statement in json.loads(policy.inputs["policy"])["Statement"]
        for action in statement["Action"]
        if action.startswith("kms:")
    ]
    assert of_roles == []
    statements: dict[str, Any] = {
        statement["Sid"]: statement
        for statement in json.loads(encrypted.one("KeyPolicy")["policy"])["Statement"]
    }
    assert statements["Administration"]["Principal"] == {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    for service in ("dynamodb", "secretsmanager", "sqs"):
        through = statements[f"Through{service.capitalize()}"]
        assert through["Principal"] == {"AWS": "*"}
        assert through["Condition"]["StringEquals"] == {
            "kms:CallerAccount": ACCOUNT,
            "kms:ViaService": f"{service}.us-east-1.amazonaws.com",
        }
    assert "kms:CreateGrant" in statements["ThroughDynamodb"]["Action"]
    assert statements["Logs"]["Principal"] == {"Service": "logs.us-east-1.amazonaws.com"}
    assert statements["Alarms"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert {"kms:Decrypt", "kms:GenerateDataKey*"} <= set(statements["Alarms"]["Action"])


def test_the_key_encrypts_all_that_is_kept(encrypted: Program) -> None:
    arn = encrypted.one("Table", "errors-table")["serverSideEncryption"]["kmsKeyArn"]
    assert encrypted.one("Secret")["kmsKeyId"] == arn
    assert encrypted.one("Key")["enableKeyRotation"] is True
    assert {table.inputs["serverSideEncryption"]["kmsKeyArn"] for table in encrypted.all("Table")} == {arn}
    assert encrypted.one("Topic")["kmsMasterKeyId"] == arn
    assert {log.inputs["kmsKeyId"] for log in encrypted.all("LogGroup")} == {arn}
    assert len(encrypted.all("LogGroup")) == 5
    assert encrypted.one("Queue")["kmsMasterKeyId"] == arn


def test_the_log_role_of_the_region_outlives_the_stack(program: Program) -> None:
    for name in ("api-log-role", "api-log-policy", "api-account"):
        assert program.registration(name).retain_on_delete, name
    # A kept role under a fixed name would be in the way of the next stack, region or attempt.
    assert "name" not in program.one("Role", "api-log-role")


def test_what_holds_data_or_people_is_protected_before_anything_is_deleted(
    program: Program, other_values: Program
) -> None:
    for declared, protected in ((program, False), (other_values, True)):
        for table in TABLES:
            assert declared.registration(table).protect is protected
            assert declared.one("Table", table)["deletionProtectionEnabled"] is protected
        assert declared.registration("identity-users").protect is protected
        assert declared.one("UserPool")["deletionProtection"] == ("ACTIVE" if protected else "INACTIVE")


def test_backups_outlive_the_stack(program: Program) -> None:
    assert program.all("Plan") == []
    program = declare(backupDays=400)
    assert program.registration("backup-vault").retain_on_delete
    assert "name" not in program.one("Vault")
    [rule] = program.one("Plan")["rules"]
    assert rule["lifecycle"] == {"deleteAfter": 400}
    # No runs: they are gone before a copy of them would be of use.
    assert program.one("Selection")["resources"] == [
        "arn-of-errors-table",
        "arn-of-senders-table",
        "arn-of-incidents-table",
        "arn-of-notifications-table",
    ]


@pytest.mark.parametrize(
    ("config", "policy", "mode"),
    [
        ({"tlsPolicy": "tls-1.0"}, "TLS_1_0", None),
        ({}, "SecurityPolicy_TLS13_1_2_PQ_2025_09", "STRICT"),
        ({"tlsPolicy": "tls-1.3"}, "SecurityPolicy_TLS13_1_3_2025_09", "STRICT"),
    ],
)
def test_api_and_name_have_one_policy_with_the_access_mode_that_it_takes(
    config: dict[str, str], policy: str, mode: str | None
) -> None:
    program = declare(**IN_ZONE, **config)
    for resource in (program.one("RestApi"), program.one("DomainName")):
        assert resource["securityPolicy"] == policy
        # A legacy policy is refused with a mode; left out, the provider unsets it.
        assert resource.get("endpointAccessMode") == mode


_TABLE_KEYS = (
    "tableName",
    "runsTableName",
    "sendersTableName",
    "incidentsTableName",
    "notificationsTableName",
)
GLOBAL_TYPES = ("Role", "Dashboard")
"""Their names are one space for all regions of an account (IAM, CloudWatch dashboards)."""


def _names(program: Program, kind: str) -> set[str]:
    return {
        str(given)
        for resource in program.all(kind)
        if (given := resource.inputs.get("name") or resource.inputs.get("dashboardName"))
    }


@pytest.mark.parametrize("kind", GLOBAL_TYPES)
def test_names_of_global_resources_tell_the_region(kind: str) -> None:
    config: dict[str, Any] = {"backupDays": 400}
    here, there = declare(**config), declare(**config, **{"aws:region": "eu-central-1"})
    assert _names(here, kind)
    assert not _names(here, kind) & _names(there, kind)


def test_alarms_of_one_stack_never_match_the_prefix_of_another(program: Program) -> None:
    prefix = f"{program.exports['metrics_namespace']}{ALARM_SEPARATOR}"
    names = [alarm.inputs["name"] for alarm in program.all("MetricAlarm")]
    assert all(name.startswith(prefix) for name in names)
    assert not f"file-sla-dev-eu{ALARM_SEPARATOR}auth-5xx".startswith(prefix)


def test_the_tables_alone_have_to_be_named_anew(program: Program) -> None:
    for key, table in zip(_TABLE_KEYS, TABLES, strict=True):
        assert load_config("dev")[f"file-sla:{key}"] == program.one("Table", table)["name"]
    unprefixed = {
        resource.name
        for resource in program.resources
        if isinstance(name := resource.inputs.get("name"), str)
        and "file-sla-dev" not in name
        and not resource.type.startswith(("aws:apigateway", "aws:cognito/userGroup"))
    }
    assert unprefixed == set(TABLES)


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_other_partitions_are_refused_by_name(region: str) -> None:
    assert "partition" in refuse(**{"aws:region": region})
