"""The program as a whole: its outputs, its provider, and its resources' names."""

import json
from typing import Any

from local.program import STACK
from tests.infra.conftest import IN_ZONE, Program, declare, declare_anew


def test_exports_are_what_the_dashboard_and_owners_read(program: Program) -> None:
    assert program.exports == {
        "api_url": "invokeUrl-of-api-stage",
        "region": "us-east-1",
        "table_name": "FileSlaErrors",
        "runs_table_name": "FileSlaRuns",
        "senders_table_name": "FileSlaSenders",
        "incidents_table_name": "FileSlaIncidents",
        "notifications_table_name": "FileSlaNotifications",
        "user_pool_id": "id-of-identity-users",
        "user_pool_client_id": "id-of-identity-client",
        "identity_pool_id": "id-of-identity-pool",
        "alarm_topic_arn": "arn-of-monitoring-alarms",
        "dashboard_name": "file-sla-dev-us-east-1",
        "metrics_namespace": "file-sla-dev",
    }


def test_what_one_run_exports_is_no_output_of_the_next() -> None:
    assert "api_domain_target" in declare_anew(STACK, IN_ZONE).exports
    assert "api_domain_target" not in declare_anew(STACK, {}).exports


def test_every_resource_is_made_by_the_provider_that_tags(program: Program) -> None:
    provider = program.one("aws")
    assert provider["region"] == "us-east-1"
    # Nested inputs of a provider travel as JSON.
    for part in ("file-sla", "dev", "pulumi"):
        assert part in str(provider["defaultTags"])
    strangers = [
        resource.name
        for resource in program.resources
        if resource.type.startswith("aws:") and "::aws::" not in resource.provider
    ]
    assert strangers == []


def test_names_of_one_type_are_never_used_twice(program: Program) -> None:
    declared = [(resource.type, resource.name) for resource in program.resources]
    assert len(declared) == len(set(declared))


# Nested inputs of a provider travel as JSON.
CONFIGURED: dict[str, tuple[str, Any]] = {
    "aws:profile": ("profile", "12345"),
    "aws:assumeRoles": ("assumeRoles", [{"roleArn": "arn:aws:iam::123456789012:role/deploy"}]),
    "aws:allowedAccountIds": ("allowedAccountIds", ["123456789012"]),
    "aws:endpoints": ("endpoints", [{"dynamodb": "http://127.0.0.1:4566"}]),
    "aws:maxRetries": ("maxRetries", 7),
    "aws:skipMetadataApiCheck": ("skipMetadataApiCheck", True),
    "aws:useFipsEndpoint": ("useFipsEndpoint", True),
}


def _as_config(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{t0123456789" else value


def test_the_users_configuration_of_aws_reaches_the_provider_and_tags_stand_beside_ours() -> None:
    tags = json.dumps({"tags": {"CostCentre": "4711", "Project": "x"}})
    config = {key: _as_config(value) for key, (_, value) in CONFIGURED.items()}
    provider = declare(**config, **{"aws:defaultTags": tags}).one("aws")
    handed_on = {name: provider.get(name) for name, _ in CONFIGURED.values()}
    assert handed_on.pop("profile") == "12345"
    assert {name: _read(value) for name, value in handed_on.items()} == {
        name: value for name, value in CONFIGURED.values() if name != "profile"
    }
    assert _read(provider["defaultTags"])["tags"] == {
        "CostCentre": "4711",
        "Project": "file-sla",
        "Stack": "dev",
        "ManagedBy": "pulumi",
    }


def test_without_configuration_nothing_but_region_and_tags_is_said(program: Program) -> None:
    assert set(program.one("aws")) <= {
        "region",
        "defaultTags",
        "skipCredentialsValidation",
        "skipRegionValidation",
    }
