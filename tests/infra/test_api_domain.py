"""The API under a host name of the stack's own."""

from typing import Any, Final

import pytest

from tests.infra.conftest import Program, declare

HOST: Final = "sla.example.com"
ZONE: Final = "Z0123456789ABCDEFGHIJ"
CERTIFICATE: Final = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.fixture(scope="module")
def in_zone() -> Program:
    return declare(domainName=HOST, domainZoneId=ZONE)


@pytest.fixture(scope="module")
def elsewhere() -> Program:
    return declare(domainName=HOST, domainCertificateArn=CERTIFICATE)


def _records(program: Program) -> dict[str, dict[str, Any]]:
    return {record.name: record.inputs for record in program.all("Record")}


def test_without_a_name_there_is_nothing_of_it(program: Program) -> None:
    kinds = ("DomainName", "BasePathMapping", "Certificate", "CertificateValidation", "Record")
    assert [resource for kind in kinds for resource in program.all(kind)] == []
    assert "api_domain_target" not in program.exports
    assert program.one("RestApi")["disableExecuteApiEndpoint"] is False


def test_name_leads_to_the_stage_without_a_path_of_its_own(in_zone: Program) -> None:
    mapping = in_zone.one("BasePathMapping")
    assert mapping == {
        "domainName": HOST,
        "restApi": "id-of-api-api",
        "stageName": in_zone.one("Stage")["stageName"],
    }
    assert in_zone.exports["api_url"] == f"https://{HOST}"
    assert in_zone.exports["api_default_url"] == "invokeUrl-of-api-stage"
    assert in_zone.exports["api_domain_target"] == "regionalDomainName-of-domain-name"


def test_certificate_is_proved_in_the_zone_and_awaited(in_zone: Program) -> None:
    assert in_zone.one("Certificate") == {"domainName": HOST, "validationMethod": "DNS"}
    proof = _records(in_zone)["domain-proof"]
    assert (proof["zoneId"], proof["name"], proof["type"]) == (ZONE, "_proof.", "CNAME")
    assert proof["records"] == ["aws."]
    issued = in_zone.one("CertificateValidation")
    assert issued == {
        "certificateArn": "arn-of-domain-certificate",
        "validationRecordFqdns": ["fqdn-of-domain-proof"],
    }
    # Of the validation, not of the certificate: API Gateway refuses one that is not issued yet.
    needed = in_zone.registration("domain-name").dependencies
    assert any(urn.endswith("::domain-issued") for urn in needed)


def test_zone_leads_callers_to_the_name_once_the_api_is_behind_it(in_zone: Program) -> None:
    for name, kind in (("domain-a", "A"), ("domain-aaaa", "AAAA")):
        record = _records(in_zone)[name]
        assert (record["zoneId"], record["name"], record["type"]) == (ZONE, HOST, kind)
        assert record["aliases"] == [
            {
                "name": "regionalDomainName-of-domain-name",
                "zoneId": "regionalZoneId-of-domain-name",
                "evaluateTargetHealth": False,
            }
        ]
        # A record of somebody else's under this name is not written over.
        assert "allowOverwrite" not in record
        needed = in_zone.registration(name).dependencies
        assert any(urn.endswith("::domain-mapping") for urn in needed)


def test_with_dns_elsewhere_the_certificate_is_taken_and_the_target_told(elsewhere: Program) -> None:
    assert elsewhere.one("DomainName")["regionalCertificateArn"] == CERTIFICATE
    assert elsewhere.all("Certificate") == elsewhere.all("Record") == []
    assert elsewhere.exports["api_domain_target"] == "regionalDomainName-of-domain-name"


@pytest.mark.parametrize(
    ("cidrs", "kind", "records"),
    [
        ("", "dualstack", {"domain-proof", "domain-a", "domain-aaaa"}),
        ("203.0.113.0/24", "ipv4", {"domain-proof", "domain-a"}),
        ("203.0.113.0/24, 2001:db8::/32", "dualstack", {"domain-proof", "domain-a", "domain-aaaa"}),
    ],
)
def test_ipv6_is_offered_to_those_alone_who_would_be_let_in(cidrs: str, kind: str, records: set[str]) -> None:
    program = declare(domainName=HOST, domainZoneId=ZONE, allowedCidrs=cidrs)
    assert program.one("DomainName")["endpointConfiguration"] == {"types": "REGIONAL", "ipAddressType": kind}
    assert _records(program).keys() == records


def test_default_endpoint_is_closed_by_a_key_of_its_own_and_a_deployment(in_zone: Program) -> None:
    assert in_zone.one("RestApi")["disableExecuteApiEndpoint"] is False
    closed = declare(domainName=HOST, domainZoneId=ZONE, defaultEndpoint=False)
    assert closed.one("RestApi")["disableExecuteApiEndpoint"] is True
    shapes = [program.one("Deployment")["triggers"]["shape"] for program in (in_zone, closed)]
    assert shapes[0] != shapes[1]


def test_firewall_stands_before_the_name_as_well() -> None:
    """It is the stage's, which both addresses lead to; its rule looks at the end of the path alone."""
    program = declare(domainName=HOST, domainZoneId=ZONE, webAcl=True)
    assert program.one("WebAclAssociation")["resourceArn"] == "arn-of-api-stage"
    assert program.one("BasePathMapping")["restApi"] == program.one("Stage")["restApi"]
    assert "/auth$" in program.one("WebAcl")["ruleJson"]
