"""The API: its routes, its stage, and its host name."""

import json
from typing import Any, Final

import pytest
from jsonschema import Draft4Validator

from contract.limits import MAX_REPORT_BYTES
from contract.routes import FILE_SLA_ERROR, ROUTES, RouteSpec
from handlers.web.errors import TooLargeError
from handlers.web.requests import read_body
from tests.infra.conftest import IN_ZONE, Program, declare

HOST: Final = IN_ZONE["domainName"]
ZONE: Final = IN_ZONE["domainZoneId"]
CERTIFICATE: Final = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"
ORIGIN: Final = "https://ops.example.com"


@pytest.fixture(scope="module")
def responses(program: Program) -> dict[str, dict[str, Any]]:
    """What the gateway itself answers, by the type of the response."""
    return {response["responseType"]: response for response in program.inputs("Response")}


def _read(response: dict[str, Any]) -> Any:
    """The body; what the gateway puts in for a quoted message is a JSON string."""
    template: str = response["responseTemplates"]["application/json"]
    # It would take other words after a dollar sign for variables, too.
    assert template.count("$") == template.count("$context.")
    return json.loads(template.replace("$context.error.messageString", '"what went wrong"'))


def test_gateway_takes_any_json_and_leaves_the_rest_to_the_function(program: Program) -> None:
    assert program.one("RequestValidator")["validateRequestBody"] is True
    # It has one text for all that its model refuses, and so could not name the field.
    for model in program.inputs("Model"):
        schema = json.loads(model["schema"])
        Draft4Validator.check_schema(schema)
        assert all(
            Draft4Validator(schema).is_valid(body) for body in ({}, {"sla_error": "cut"}, [1], "", None)
        )


def test_gateway_may_invoke_each_function_on_its_route_alone(program: Program) -> None:
    assert {(one["function"], one["sourceArn"]) for one in program.inputs("Permission")} == {
        (f"file-sla-dev-{route.key}", f"executionArn-of-api-api/*/POST/{route.path}") for route in ROUTES
    }


def test_every_gateway_answer_is_json_with_a_message_and_cors(responses: dict[str, dict[str, Any]]) -> None:
    for kind, response in responses.items():
        # A default keeps each error's own status.
        assert not (kind.startswith("DEFAULT_") and "statusCode" in response)
        header = response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert header == "'*'"
        assert _read(response)["message"]
    assert responses["BAD_REQUEST_BODY"]["statusCode"] == "422"
    assert "ConvertTo-Json" in _read(responses["BAD_REQUEST_BODY"])["errors"][0]["hint"]
    for kind in ("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"):
        assert responses[kind]["statusCode"] == "504"
        assert _read(responses[kind]).keys() == {"message", "request_id"}


def test_gateway_says_of_a_request_that_is_too_large_what_the_function_says(
    responses: dict[str, dict[str, Any]],
) -> None:
    with pytest.raises(TooLargeError) as refused:
        read_body({"body": "a" * (MAX_REPORT_BYTES + 1)}, FILE_SLA_ERROR)
    _, _, remedy = refused.value.message.partition(f"{MAX_REPORT_BYTES:,}. ")
    message = _read(responses["REQUEST_TOO_LARGE"])["message"]
    assert message == f"The request has more than 6,258,688 bytes as the gateway hands it on. {remedy}"


def test_preflight_answers_for_every_route() -> None:
    origin = declare(corsOrigin=ORIGIN)
    for path in (route.key for route in ROUTES):
        assert origin.one("Method", f"api-{path}-options")["authorization"] == "NONE"
        headers = origin.one("IntegrationResponse", f"api-{path}-options-mapping")["responseParameters"]
        assert headers["method.response.header.Access-Control-Allow-Origin"] == f"'{ORIGIN}'"
        declared = origin.one("MethodResponse", f"api-{path}-options-answer")["responseParameters"]
        assert declared.keys() == headers.keys()


def test_access_log_is_json_and_names_no_one(program: Program) -> None:
    log = program.one("Stage")["accessLogSettings"]
    fields = json.loads(log["format"])
    # Who still speaks old TLS, and who still calls the old address.
    assert {"requestId", "status", "path", "latencyMs", "tlsVersion", "host"} <= fields.keys()
    assert "authorizer" not in log["format"].lower()


def test_api_is_deployed_anew_exactly_when_something_changes_that_a_deployment_freezes(
    program: Program,
) -> None:
    others = (
        declare(corsOrigin=ORIGIN),
        declare(**IN_ZONE, defaultEndpoint=False),
        declare(**IN_ZONE, allowedCidrs="203.0.113.0/24"),
        declare(**IN_ZONE, tlsPolicy="tls-1.0"),
        declare(**IN_ZONE, tlsPolicy="tls-1.3"),
    )
    same = {one.one("Deployment")["triggers"]["shape"] for one in (program, declare(**IN_ZONE))}
    assert len(same) == 1
    assert len(same | {one.one("Deployment")["triggers"]["shape"] for one in others}) == 1 + len(others)


def test_nothing_is_made_before_what_it_needs(program: Program) -> None:
    """AWS refuses a stage whose account may not write logs, and a deployment holds what was there before."""

    def waits_for(name: str) -> frozenset[str]:
        return program.registration(name).dependencies

    shaping = {
        resource.name
        for kind in ("Method", "MethodResponse", "Integration", "IntegrationResponse", "Response")
        for resource in program.all(kind)
    }
    assert shaping
    assert shaping <= waits_for("api-deployment")
    assert {"api-deployment", "api-account"} <= waits_for("api-stage")
    assert "api-log-policy" in waits_for("api-account")
    for path in (route.key for route in ROUTES):
        assert f"api-{path}-options-integration" in waits_for(f"api-{path}-options-mapping")
        # Without them a function could neither log nor reach what it needs.
        assert f"{path}-permissions" in waits_for(f"{path}-function")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_route_has_its_authorizer_and_limits(program: Program, route: RouteSpec) -> None:
    method = program.one("Method", f"api-{route.key}-post")
    needs_token = ("COGNITO_USER_POOLS", "id-of-api-authorizer")
    assert (method["authorization"], method.get("authorizerId")) == (
        needs_token if route.group else ("NONE", None)
    )
    # With scopes, AWS would want an access token instead of the ID token.
    assert "authorizationScopes" not in method
    defaults = {"auth": (100, 100, True), "report": (100, 200, True), "action": (20, 40, True)}
    settings = program.one("MethodSettings", f"api-{route.key}-settings")["settings"]
    keys = ("throttlingRateLimit", "throttlingBurstLimit", "metricsEnabled")
    assert tuple(settings[key] for key in keys) == defaults[route.throttle]


def _records(program: Program) -> dict[str, dict[str, Any]]:
    return {record.name: record.inputs for record in program.all("Record")}


def test_zone_leads_callers_to_the_name_once_its_certificate_is_issued_and_the_api_behind_it(
    all_on: Program,
) -> None:
    for name, kind in (("domain-a", "A"), ("domain-aaaa", "AAAA")):
        record = _records(all_on)[name]
        assert (record["zoneId"], record["name"], record["type"]) == (ZONE, HOST, kind)
        assert record["aliases"][0]["name"] == "regionalDomainName-of-domain-name"
        # A record of somebody else's under this name is not written over.
        assert "allowOverwrite" not in record
        assert "domain-mapping" in all_on.registration(name).dependencies
    assert _records(all_on)["domain-proof"]["records"] == ["aws."]
    # Of the validation, not of the certificate: API Gateway refuses one that is not issued yet.
    assert "domain-issued" in all_on.registration("domain-name").dependencies
    assert all_on.exports["api_default_url"] == "invokeUrl-of-api-stage"


def test_with_dns_elsewhere_the_certificate_is_used_and_the_target_exported() -> None:
    elsewhere = declare(domainName=HOST, domainCertificateArn=CERTIFICATE)
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
    program = declare(**IN_ZONE, **({"allowedCidrs": cidrs} if cidrs else {}))
    assert program.one("DomainName")["endpointConfiguration"] == {"types": "REGIONAL", "ipAddressType": kind}
    assert _records(program).keys() == records
