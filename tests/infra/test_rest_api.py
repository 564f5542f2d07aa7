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


@pytest.mark.parametrize("path", [route.key for route in ROUTES])
def test_gateway_takes_any_json_and_leaves_the_rest_to_the_function(program: Program, path: str) -> None:
    assert program.one("RequestValidator")["validateRequestBody"] is True
    method = program.one("Method", f"api-{path}-post")
    assert method["requestValidatorId"] == "id-of-api-validator"
    model = program.one("Model", f"api-{path}-model")
    assert method["requestModels"] == {"application/json": model["name"]}
    schema = json.loads(model["schema"])
    # It has one text for all that its model refuses, and so could not name the field.
    Draft4Validator.check_schema(schema)
    for body in ({}, {"other": 1}, {"sla_error": "cut"}, [], [1], "text", 1, True, None):
        assert Draft4Validator(schema).is_valid(body)


def test_gateway_may_invoke_each_function_on_its_route_alone(program: Program) -> None:
    keys = ("function", "sourceArn", "action", "principal")
    assert {tuple(one[key] for key in keys) for one in program.inputs("Permission")} == {
        (
            f"file-sla-dev-{route.key}",
            f"executionArn-of-api-api/*/POST/{route.path}",
            "lambda:InvokeFunction",
            "apigateway.amazonaws.com",
        )
        for route in ROUTES
    }


def test_every_gateway_answer_is_json_with_a_message_and_cors(responses: dict[str, dict[str, Any]]) -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"} <= responses.keys()
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


def test_preflight_answers_for_every_route(program: Program) -> None:
    origin = declare(corsOrigin=ORIGIN)
    for path in (route.key for route in ROUTES):
        assert origin.one("Method", f"api-{path}-options")["authorization"] == "NONE"
        headers = origin.one("IntegrationResponse", f"api-{path}-options-mapping")["responseParameters"]
        assert headers["method.response.header.Access-Control-Allow-Origin"] == f"'{ORIGIN}'"
        assert "Authorization" in headers["method.response.header.Access-Control-Allow-Headers"]
        declared = origin.one("MethodResponse", f"api-{path}-options-answer")["responseParameters"]
        assert declared.keys() == headers.keys()


def test_access_log_is_json_and_names_no_one(program: Program) -> None:
    log = program.one("Stage")["accessLogSettings"]
    assert log["destinationArn"] == "arn-of-api-access-log"
    fields = json.loads(log["format"])
    assert {"requestId", "status", "path", "latencyMs"} <= fields.keys()
    # Who still speaks old TLS, and who still calls the old address.
    assert fields["tlsVersion"] == "$context.tlsVersion"
    assert fields["host"] == "$context.domainName"
    assert "authorizer" not in log["format"].lower()


def test_api_is_deployed_anew_exactly_when_something_changes_that_a_deployment_freezes(
    program: Program,
) -> None:
    assert program.one("Authorizer")["providerArns"] == ["arn-of-identity-users"]
    closed = declare(**IN_ZONE, defaultEndpoint=False)
    assert declare(**IN_ZONE).one("RestApi")["disableExecuteApiEndpoint"] is False
    assert closed.one("RestApi")["disableExecuteApiEndpoint"] is True
    others = (
        declare(corsOrigin=ORIGIN),
        closed,
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
def test_route_has_its_authorizer_limits_and_alarms(program: Program, route: RouteSpec) -> None:
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
    alarms = {alarm.name for alarm in program.all("MetricAlarm")}
    watched = ("5xx", "4xx", "latency", "errors", "throttles", "duration")
    assert {f"monitoring-{route.key}-{what}" for what in watched} <= alarms


def _records(program: Program) -> dict[str, dict[str, Any]]:
    return {record.name: record.inputs for record in program.all("Record")}


def test_name_leads_to_the_stage_without_a_path_of_its_own(all_on: Program) -> None:
    mapping = all_on.one("BasePathMapping")
    assert mapping == {
        "domainName": HOST,
        "restApi": "id-of-api-api",
        "stageName": all_on.one("Stage")["stageName"],
    }
    assert all_on.exports["api_url"] == f"https://{HOST}"
    assert all_on.exports["api_default_url"] == "invokeUrl-of-api-stage"
    assert all_on.exports["api_domain_target"] == "regionalDomainName-of-domain-name"


def test_certificate_is_proved_in_the_zone_and_awaited(all_on: Program) -> None:
    assert all_on.one("Certificate") == {"domainName": HOST, "validationMethod": "DNS"}
    proof = _records(all_on)["domain-proof"]
    assert (proof["zoneId"], proof["name"], proof["type"]) == (ZONE, "_proof.", "CNAME")
    assert proof["records"] == ["aws."]
    issued = all_on.one("CertificateValidation")
    assert issued == {
        "certificateArn": "arn-of-domain-certificate",
        "validationRecordFqdns": ["fqdn-of-domain-proof"],
    }
    # Of the validation, not of the certificate: API Gateway refuses one that is not issued yet.
    assert "domain-issued" in all_on.registration("domain-name").dependencies


def test_zone_leads_callers_to_the_name_once_the_api_is_behind_it(all_on: Program) -> None:
    for name, kind in (("domain-a", "A"), ("domain-aaaa", "AAAA")):
        record = _records(all_on)[name]
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
        assert "domain-mapping" in all_on.registration(name).dependencies


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
