from tests.infra.conftest import Program, declare


def test_exports_are_what_the_dashboard_and_owners_read(program: Program) -> None:
    assert program.exports == {
        "api_url": "invokeUrl-of-api-stage",
        "region": "us-east-1",
        "table_name": "FileSlaErrors",
        "runs_table_name": "FileSlaRuns",
        "senders_table_name": "FileSlaSenders",
        "incidents_table_name": "FileSlaIncidents",
        "messages_table_name": "FileSlaMessages",
        "user_pool_id": "id-of-identity-users",
        "user_pool_client_id": "id-of-identity-client",
        "identity_pool_id": "id-of-identity-pool",
        "alarm_topic_arn": "arn-of-monitoring-alarms",
        "dashboard_name": "file-sla-dev-us-east-1",
        "metrics_namespace": "file-sla-dev",
    }


def test_what_one_run_exports_is_no_output_of_the_next() -> None:
    assert "api_domain_target" in declare(domainName="sla.example.com", domainZoneId="Z0123456789ABC").exports
    assert "api_domain_target" not in declare().exports


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
