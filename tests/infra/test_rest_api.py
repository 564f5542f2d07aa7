import json
from typing import Any

import pytest
from jsonschema import Draft4Validator
from pulumi.runtime.mocks import MockMonitor

from contract.limits import MAX_REPORT_BYTES
from contract.routes import FILE_SLA_ERROR, ROUTES
from handlers.web.errors import TooLargeError
from handlers.web.requests import read_body
from tests.infra.conftest import Program, declare


def _method(program: Program, path: str, verb: str) -> dict[str, Any]:
    return program.one("Method", f"api-{path}-{verb}")


def test_reports_need_a_token_and_sign_ins_do_not(program: Program) -> None:
    report = _method(program, "file-sla-error", "post")
    assert report["authorization"] == "COGNITO_USER_POOLS"
    assert report["authorizerId"] == "id-of-api-authorizer"
    # With scopes, AWS would want an access token instead of the ID token.
    assert "authorizationScopes" not in report
    assert _method(program, "auth", "post")["authorization"] == "NONE"
    assert program.one("Authorizer")["providerArns"] == ["arn-of-identity-users"]


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


def test_gateway_says_what_makes_a_body_no_json(program: Program) -> None:
    responses = {r.inputs["responseType"]: r.inputs for r in program.all("Response")}
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


def test_every_gateway_answer_is_json_with_a_message_and_cors(program: Program) -> None:
    responses = {r.inputs["responseType"]: r.inputs for r in program.all("Response")}
    assert {"DEFAULT_4XX", "DEFAULT_5XX", "UNAUTHORIZED", "THROTTLED"} <= responses.keys()
    for response in responses.values():
        header = response["responseParameters"]["gatewayresponse.header.Access-Control-Allow-Origin"]
        assert header == "'*'"
        # What the gateway puts in for a quoted message is a JSON string.
        template = response["responseTemplates"]["application/json"]
        body = json.loads(template.replace("$context.error.messageString", '"what went wrong"'))
        assert body["message"]
        # It would take other words after a dollar sign for variables, too.
        assert template.count("$") == template.count("$context.")


def test_defaults_keep_each_errors_own_status(program: Program) -> None:
    for response in program.all("Response"):
        if response.inputs["responseType"].startswith("DEFAULT_"):
            assert "statusCode" not in response.inputs


def test_timeouts_keep_the_status_that_counts_as_a_fault(program: Program) -> None:
    """CloudWatch counts a gateway answer whose status was changed as 4XXError, whatever it was changed to."""
    responses = {r.inputs["responseType"]: r.inputs for r in program.all("Response")}
    for response_type in ("INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"):
        # Said, not left out: AWS fills it in, and the provider would find a difference at each `pulumi up`.
        assert responses[response_type]["statusCode"] == "504"
        body = json.loads(responses[response_type]["responseTemplates"]["application/json"])
        assert body.keys() == {"message", "request_id"}


def test_gateway_says_of_a_request_that_is_too_large_what_the_function_says(program: Program) -> None:
    responses = {r.inputs["responseType"]: r.inputs for r in program.all("Response")}
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


def test_account_role_can_be_left_to_others(program: Program) -> None:
    assert len(program.all("Account")) == 1
    assert declare(manageApiGatewayAccount=False).all("Account") == []


def test_same_api_is_not_deployed_again_and_a_changed_one_is(program: Program) -> None:
    def shape(of: Program) -> str:
        return str(of.one("Deployment")["triggers"]["shape"])

    assert shape(declare(logRetentionDays=14)) == shape(program)
    assert shape(declare(corsOrigin="https://ops.example.com")) != shape(program)


def test_nothing_is_made_before_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    """AWS refuses a stage whose account may not write logs, and a deployment holds what was there before."""
    waits_for: dict[str, set[str]] = {}
    register: Any = MockMonitor.RegisterResource

    def record(monitor: MockMonitor, request: Any) -> Any:
        waits_for[request.name] = {urn.rsplit("::", 1)[-1] for urn in request.dependencies}
        return register(monitor, request)

    monkeypatch.setattr(MockMonitor, "RegisterResource", record)
    shaping = {
        resource.name
        for kind in ("Method", "MethodResponse", "Integration", "IntegrationResponse", "Response")
        for resource in declare().all(kind)
    }
    assert shaping
    assert shaping <= waits_for["api-deployment"]
    assert {"api-deployment", "api-account"} <= waits_for["api-stage"]
    assert "api-log-policy" in waits_for["api-account"]
    for path in (route.key for route in ROUTES):
        assert f"api-{path}-options-integration" in waits_for[f"api-{path}-options-mapping"]
        # Without them a function could neither log nor reach what it needs.
        assert f"{path}-permissions" in waits_for[f"{path}-function"]
