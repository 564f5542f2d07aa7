"""The program with every option on, in an emulator of its own: all of it is created, and the API answers."""

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import httpx
import pulumi
import pytest

from contract.names import Output
from contract.routes import AUTH, FILE_SLA_ERROR
from local.demo.data import REPORTER, create_people
from local.emulator import start_emulator
from local.processes import HOST, free_port
from local.provider import CREATORS, Aws
from local.stack import deploy
from tests.infra.conftest import ALL_ON
from tests.stands.events import a_report

REGION = "us-east-1"


@pytest.fixture
def aws(tmp_path: Path) -> Iterator[Aws]:
    port = free_port()
    process = start_emulator(port, tmp_path, REGION)
    yield Aws(f"http://{HOST}:{port}", REGION)
    process.stop()


def test_the_api_answers_at_its_domain_name(aws: Aws) -> None:
    zone = aws.client("route53").create_hosted_zone(Name="example.com", CallerReference="every option")
    options = {
        **ALL_ON,
        "allowedCidrs": "127.0.0.0/8",
        "domainZoneId": zone["HostedZone"]["Id"].rpartition("/")[2],
        "functionTarget": "host",
    }
    created: list[pulumi.runtime.MockResourceArgs] = []
    outputs = deploy(aws, options, created)
    assert {resource.typ for resource in created} == CREATORS.keys()
    assert outputs[Output.API_URL] == "https://sla.example.com"

    users = create_people(aws, outputs[Output.USER_POOL_ID])
    # As a caller whose DNS leads to the emulator.
    with httpx.Client(
        base_url=aws.endpoint_url, headers={"Host": "sla.example.com"}, timeout=60, trust_env=False
    ) as client:
        token = client.post(f"/{AUTH.path}", json=users[REPORTER]).raise_for_status().json()["token"]
        report = a_report("at a domain name")
        assert client.post(f"/{FILE_SLA_ERROR.path}", json=report).status_code == HTTPStatus.UNAUTHORIZED
        client.post(
            f"/{FILE_SLA_ERROR.path}", json=report, headers={"Authorization": f"Bearer {token}"}
        ).raise_for_status()
