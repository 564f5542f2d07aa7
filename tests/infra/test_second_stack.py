"""A second stack in the account: nothing of one is named, found or matched by the other."""

import pulumi
import pytest

from contract.names import ALARM_SEPARATOR
from local.program import load_config
from tests.infra.conftest import Program, declare

TABLES = {
    "tableName": "errors-table",
    "runsTableName": "runs-table",
    "sendersTableName": "senders-table",
    "incidentsTableName": "incidents-table",
    "messagesTableName": "messages-table",
}
"""The keys that name them."""
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
    here, there = declare(backupDays=7), declare(**{"backupDays": 7, "aws:region": "eu-central-1"})
    assert _names(here, kind)
    assert not _names(here, kind) & _names(there, kind)
    for name in _names(here, kind):
        assert len(name) <= 64  # IAM's limit of a role's name


def test_alarms_of_one_stack_never_match_the_prefix_of_another(program: Program) -> None:
    prefix = f"{program.exports['metrics_namespace']}{ALARM_SEPARATOR}"
    names = [alarm.inputs["name"] for alarm in program.all("MetricAlarm")]
    assert all(name.startswith(prefix) for name in names)
    assert not f"file-sla-dev-eu{ALARM_SEPARATOR}auth-5xx".startswith(prefix)


def test_the_longest_stack_name_fits_every_role() -> None:
    longest = "s" * 24
    program = declare(longest, **{"aws:region": "ap-southeast-2"})
    for name in _names(program, "Role"):
        assert len(name) <= 64


def test_the_tables_alone_have_to_be_named_anew(program: Program) -> None:
    for key, table in TABLES.items():
        assert load_config("dev")[f"file-sla:{key}"] == program.one("Table", table)["name"]
    unprefixed = {
        resource.name
        for resource in program.resources
        if isinstance(name := resource.inputs.get("name"), str)
        and "file-sla-dev" not in name
        and not resource.type.startswith(("aws:apigateway", "aws:cognito/userGroup"))
    }
    assert unprefixed == set(TABLES.values())


@pytest.mark.parametrize("region", ["cn-north-1", "us-gov-west-1", "us-iso-east-1"])
def test_other_partitions_are_refused_by_name(region: str) -> None:
    with pytest.raises(pulumi.RunError, match="partition"):
        declare(**{"aws:region": region})
