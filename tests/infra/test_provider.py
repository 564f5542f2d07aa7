"""What the user configures of `aws:` reaches the provider that makes every resource."""

import json
from typing import Any

from tests.infra.conftest import Program, declare

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


def _declare(**config: Any) -> dict[str, Any]:
    program: Program = declare(**config)
    return program.one("aws")


def _read(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value[:1] in "[{t0123456789" else value


def test_whatever_is_configured_is_handed_on() -> None:
    provider = _declare(**{key: _as_config(value) for key, (_, value) in CONFIGURED.items()})
    handed_on = {name: provider.get(name) for name, _ in CONFIGURED.values()}
    assert handed_on.pop("profile") == "12345"
    assert {name: _read(value) for name, value in handed_on.items()} == {
        name: value for name, value in CONFIGURED.values() if name != "profile"
    }


def test_tags_of_the_user_stand_beside_ours() -> None:
    provider = _declare(**{"aws:defaultTags": json.dumps({"tags": {"CostCentre": "4711", "Project": "x"}})})
    tags = _read(provider["defaultTags"])["tags"]
    assert tags == {"CostCentre": "4711", "Project": "file-sla", "Stack": "dev", "ManagedBy": "pulumi"}


def test_without_configuration_nothing_but_region_and_tags_is_said(program: Program) -> None:
    assert set(program.one("aws")) <= {
        "region",
        "defaultTags",
        "skipCredentialsValidation",
        "skipRegionValidation",
    }
