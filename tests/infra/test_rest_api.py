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


def _method(program: Program, path: str, verb: str) -> dict[str, Any]:
    return program.one("Method", f"api-{path}-{verb}")


@pytest.fixture(scope="module")
def responses(program: Program) -> dict[str, dict[str, Any]]:
    """What the gateway itself answers, by the type of the response."""
    return {response.inputs["responseType"]: response.inputs for response in program.all("Response")}


@pytest.mark.parametrize("path", [route.key for route in ROUTES])
def test_gateway_takes_any_json_and_leaves_the_rest_to_the_function(program: Program, path: str) -> None:
    assert program.one("RequestValidator")["validateRequestBody"] is True
    method = _method(program, path, "post")
    assert method["requestValidatorId"] == "id-of-api-validator"
    model = program.one("Model", f"api-{path}-model")
    assert method["requestModels"] == {"application/json": model["name"]}
    schema = json.loads(model["schema"])
    assert schema["$schema"] == "http://json-schema.org/draft-04/schema#"
    assert schema["title"]
    assert schema["description"]
    # It has one text for all that its model refuses, and so could not name the field.
    Draft4Validator.check_schema(schema)
    for body in ({}, {"other": 1}, {"sla_error": "cut"}, [], [1], "text", 1, True, None):
        assert Draft4Validator(schema).is_valid(body)


def test_gateway_says_what_makes_a_body_no_json(responses: dict[str, dict[str, Any]]) -> None:
    assert responses["BAD_REQUEST_BODY"]["statusCode"] == "422"
    [error] = json.loads(responses["BAD_REQUEST_BODY"]["responseTemplates"]["application/json"])["errors"]
    assert (error["field"], error["problem"]) == ("body", "is not JSON, or empty")
    for remedy in ("backslash twice", "ConvertTo-Json", "double quotes", "UTF8.GetBytes"):
        assert remedy in error["hint"]


def test_gateway_may_invoke_each_function_on_its_route_alone(program: Program) -> None:
    allowed = {
        permission.inputs["function"]: permission.inputs["sourceArn"]
        for permission in program.all("Permission")
    }
    assert allowed == {
        f"file-sla-dev-{route.key}": f"executionArn-of-api-api/*/POST/{route.path}" for route in ROUTES
    }
    for permission in program.all("Permission"):
        assert permission.inputs["action"] == "lambda:InvokeFunction"
        assert permission.inputs["principal"] == "apigateway.amazonaws.com"


def test_every_gateway_answer_is_json_with_a_message_and_cors(responses: dict[str, dict[str, Any]]) -> None:
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"} <= responses.keys()
    for kind, response in responses.items():
        # A default keeps each error's own status.
        assert not (kind.startswith("DEFAULT_") and "statusCode" in response)
        header = response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert header == "'*'"
        # What the gateway puts in for a quoted message is a JSON string.
        template = response["responseTemplates"]["application/json"]
        body = json.loads(template.replace("$context.error.messageString", '"what went wrong"'))
        assert body["message"]
        # It would take other words after a dollar sign for variables, too.
        assert template.count("$") == template.count("$context.")


def test_timeouts_keep_the_status_that_counts_as_a_fault(responses: dict[str, dict[str, Any]]) -> None:
    """CloudWatch counts a gateway answer whose status was changed as 4XXError, whatever it was changed to."""
    for response_type in ("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"):
        # Said, not left out: AWS fills it in, and the provider would find a difference at each `pulumi up`.
        assert responses[response_type]["statusCode"] == "504"
        body = json.loads(responses[response_type]["responseTemplates"]["application/json"])
        assert body.keys() == {"message", "request_id"}


def test_gateway_says_of_a_request_that_is_too_large_what_the_function_says(
    responses: dict[str, dict[str, Any]],
) -> None:
    template = responses["REQUEST_TOO_LARGE"]["responseTemplates"]["application/json"]
    message = json.loads(template)["message"]
    with pytest.raises(TooLargeError) as refused:
        read_body({"body": "a" * (MAX_REPORT_BYTES + 1)}, FILE_SLA_ERROR)
    _, _, remedy = refused.value.message.partition(f"{MAX_REPORT_BYTES:,}. ")
    assert message == f"The request has more than 6,258,688 bytes as the gateway hands it on. {remedy}"


def test_preflight_answers_for_every_route(program: Program) -> None:
    origin = declare(corsOrigin="https://ops.example.com")
    for path in (route.key for route in ROUTES):
        assert _method(origin, path, "options")["authorization"] == "NONE"
        headers = origin.one("IntegrationResponse", f"api-{path}-options-mapping")["responseParameters"]
        assert headers["method.response.header.Access-Control-Allow-Origin"] == "'https://ops.example.com'"
        assert "Authorization" in headers["method.response.header.Access-Control-Allow-Headers"]
        declared = origin.one("MethodResponse", f"api-{path}-options-answer")["responseParameters"]
        assert declared.keys() == headers.keys()


def test_routes_are_throttled_apart(program: Program) -> None:
    limits = {s.inputs["methodPath"]: s.inputs["settings"] for s in program.all("MethodSettings")}
    throttles = {
        path: (settings["throttlingRateLimit"], settings["throttlingBurstLimit"])
        for path, settings in limits.items()
    }
    defaults = {"auth": (100, 100), "report": (100, 200), "action": (20, 40)}
    assert throttles == {f"{route.path}/POST": defaults[route.throttle] for route in ROUTES}
    assert all(settings["metricsEnabled"] for settings in limits.values())


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
    program: Program, in_zone: Program
) -> None:
    closed = declare(**IN_ZONE, defaultEndpoint=False)
    assert in_zone.one("RestApi")["disableExecuteApiEndpoint"] is False
    assert closed.one("RestApi")["disableExecuteApiEndpoint"] is True
    others = (
        {"corsOrigin": "https://ops.example.com"},
        {"allowedCidrs": "203.0.113.0/24"},
        {"tlsPolicy": "tls-1.0"},
        {"tlsPolicy": "tls-1.3"},
    )
    same, *unlike = (
        declared.one("Deployment")["triggers"]["shape"]
        for declared in (declare(logRetentionDays=365), closed, *(declare(**config) for config in others))
    )
    assert same == program.one("Deployment")["triggers"]["shape"]
    assert len({same, *unlike}) == len(others) + 2
    assert program.one("Authorizer")["providerArns"] == ["arn-of-identity-users"]


def test_account_role_can_be_left_to_others(program: Program, other_values: Program) -> None:
    assert (len(program.all("Account")), other_values.all("Account")) == (1, [])


def test_nothing_is_made_before_what_it_needs(program: Program) -> None:
    """AWS refuses a stage whose account may not write logs, and a deployment holds what was there before."""

    def waits_for(name: str) -> set[str]:
        return {urn.rsplit("::", 1)[-1] for urn in program.registration(name).dependencies}

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
def test_route_has_its_authorizer_model_function_and_alarms(program: Program, route: RouteSpec) -> None:
    method = _method(program, route.key, "post")
    needs_token = ("COGNITO_USER_POOLS", "id-of-api-authorizer")
    assert (method["authorization"], method.get("authorizerId")) == (
        needs_token if route.group else ("NONE", None)
    )
    # With scopes, AWS would want an access token instead of the ID token.
    assert "authorizationScopes" not in method
    assert json.loads(program.one("Model", f"api-{route.key}-model")["schema"])["title"] == route.operation_id
    assert program.one("Function", f"{route.key}-function")["handler"] == f"handlers.{route.path}.handler"
    assert program.one("MethodSettings", f"api-{route.key}-settings")
    alarms = {alarm.name for alarm in program.all("MetricAlarm")}
    watched = ("5xx", "4xx", "latency", "errors", "throttles", "duration")
    assert {f"monitoring-{route.key}-{what}" for what in watched} <= alarms
    assert f"/{route.path}" in program.one("Dashboard")["dashboardBody"]


HOST: Final = IN_ZONE["domainName"]
ZONE: Final = IN_ZONE["domainZoneId"]
CERTIFICATE: Final = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-1234-1234-123456789012"


@pytest.fixture(scope="module")
def in_zone() -> Program:
    return declare(**IN_ZONE)


@pytest.fixture(scope="module")
def elsewhere() -> Program:
    return declare(domainName=HOST, domainCertificateArn=CERTIFICATE)


def _records(program: Program) -> dict[str, dict[str, Any]]:
    return {record.name: record.inputs for record in program.all("Record")}


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


def test_with_dns_elsewhere_the_certificate_is_used_and_the_target_exported(elsewhere: Program) -> None:
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
