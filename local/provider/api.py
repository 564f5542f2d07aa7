"""REST APIs of API Gateway, from the request to what comes back, and the names and walls before them."""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from local.provider.resource import Aws, Created, Creator, Inputs, given, patch, pick


def _create_api(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("apigateway")
    api = client.create_rest_api(
        name=inputs.get("name", name),
        description=inputs.get("description", ""),
        endpointConfiguration={"types": [inputs["endpointConfiguration"]["types"]]},
    )
    # The emulator ignores these at the creation, and takes them as a change.
    access = patch(inputs, "securityPolicy", "endpointAccessMode", "disableExecuteApiEndpoint")
    client.update_rest_api(restApiId=api["id"], patchOperations=access)
    root = next(
        item["id"] for item in client.get_resources(restApiId=api["id"])["items"] if item["path"] == "/"
    )
    return Created(
        api["id"],
        {"rootResourceId": root, "executionArn": aws.arn("execute-api", api["id"]), "name": api["name"]},
    )


def _put_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    operations = patch(inputs, "policy")
    aws.client("apigateway").update_rest_api(restApiId=inputs["restApiId"], patchOperations=operations)
    return Created(inputs["restApiId"])


def _create_named(call: str, *names: str, **renamed: str) -> Creator:
    """Creates a named part of an API by a call that takes the named inputs, as `given` does."""

    def create(aws: Aws, name: str, inputs: Inputs) -> Created:
        part = getattr(aws.client("apigateway"), call)(
            restApiId=inputs["restApi"], name=inputs.get("name", name), **given(inputs, *names, **renamed)
        )
        return Created(part["id"], {"name": part["name"]})

    return create


def _put_part(call: str, kind: str, *names: str, **renamed: str) -> Creator:
    """Puts a part of a method by a call that takes the named inputs; `kind` begins its id."""

    def put(aws: Aws, _name: str, inputs: Inputs) -> Created:
        method = {
            "restApiId": inputs["restApi"],
            "resourceId": inputs["resourceId"],
            "httpMethod": inputs["httpMethod"],
        }
        getattr(aws.client("apigateway"), call)(**method, **given(inputs, *names, **renamed))
        return Created("-".join([kind, *method.values(), *filter(None, [inputs.get("statusCode")])]))

    return put


def _put_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """What the gateway itself answers."""
    aws.client("apigateway").put_gateway_response(
        restApiId=inputs["restApiId"],
        responseType=inputs["responseType"],
        **given(inputs, "statusCode", "responseTemplates", "responseParameters"),
    )
    return Created(f"aggr-{inputs['restApiId']}-{inputs['responseType']}")


def _create_resource(aws: Aws, _name: str, inputs: Inputs) -> Created:
    resource = aws.client("apigateway").create_resource(
        restApiId=inputs["restApi"], parentId=inputs["parentId"], pathPart=inputs["pathPart"]
    )
    return Created(resource["id"], {"path": resource["path"]})


def _create_deployment(aws: Aws, _name: str, inputs: Inputs) -> Created:
    deployment = aws.client("apigateway").create_deployment(restApiId=inputs["restApi"])
    return Created(deployment["id"])


def _create_stage(aws: Aws, _name: str, inputs: Inputs) -> Created:
    api, stage = inputs["restApi"], inputs["stageName"]
    aws.client("apigateway").create_stage(restApiId=api, stageName=stage, deploymentId=inputs["deployment"])
    tracing = patch({"tracingEnabled": inputs.get("xrayTracingEnabled", False)}, "tracingEnabled")
    log = inputs.get("accessLogSettings") or {}
    access_log = [
        {"op": "replace", "path": f"/accessLogSettings/{name}", "value": log[name]}
        for name in ("destinationArn", "format")
        if name in log
    ]
    _change_stage(aws, inputs, [*tracing, *access_log])
    url = f"{aws.endpoint_url}/restapis/{api}/{stage}/_user_request_"
    arn = f"arn:aws:apigateway:{aws.region}::/restapis/{api}/stages/{stage}"
    return Created(f"ags-{api}-{stage}", {"invokeUrl": url, "arn": arn})


def _put_settings(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """The limits and the metrics of one method of a stage."""
    paths: dict[str, tuple[str, Callable[[Any], str]]] = {
        "metricsEnabled": ("metrics/enabled", lambda on: str(on).lower()),
        "loggingLevel": ("logging/loglevel", str),
        "throttlingRateLimit": ("throttling/rateLimit", str),
        "throttlingBurstLimit": ("throttling/burstLimit", str),
    }
    settings, method = inputs["settings"], inputs["methodPath"]
    # The slashes before the method's own are escaped.
    escaped = method.replace("/", "~1", method.count("/") - 1)
    operations = [
        {"op": "replace", "path": f"/{escaped}/{path}", "value": as_text(settings[name])}
        for name, (path, as_text) in paths.items()
        if name in settings
    ]
    _change_stage(aws, inputs, operations)
    return Created(f"{inputs['restApi']}-{inputs['stageName']}-{method}")


def _change_stage(aws: Aws, inputs: Inputs, operations: list[dict[str, Any]]) -> None:
    aws.client("apigateway").update_stage(
        restApiId=inputs["restApi"], stageName=inputs["stageName"], patchOperations=operations
    )


def _put_account(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_account(patchOperations=patch(inputs, "cloudwatchRoleArn"))
    return Created("api-gateway-account")


def _create_domain_name(aws: Aws, _name: str, inputs: Inputs) -> Created:
    endpoint = inputs["endpointConfiguration"]
    created = aws.client("apigateway").create_domain_name(
        domainName=inputs["domainName"],
        endpointConfiguration={"types": [endpoint["types"]], **given(endpoint, "ipAddressType")},
        **given(inputs, "regionalCertificateArn", "securityPolicy", "endpointAccessMode"),
    )
    return Created(
        created["domainName"],
        {
            "regionalDomainName": created["regionalDomainName"],
            "regionalZoneId": created["regionalHostedZoneId"],
        },
    )


def _create_mapping(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").create_base_path_mapping(
        domainName=inputs["domainName"], restApiId=inputs["restApi"], stage=inputs["stageName"]
    )
    return Created(f"{inputs['domainName']}/")


def _request_certificate(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """The emulator issues each at once, whatever its DNS says."""
    client = aws.client("acm")
    arn = client.request_certificate(
        DomainName=inputs["domainName"], ValidationMethod=inputs["validationMethod"]
    )["CertificateArn"]
    described = client.describe_certificate(CertificateArn=arn)["Certificate"]
    return Created(
        arn,
        {
            "arn": arn,
            "domainValidationOptions": [
                {
                    "domainName": option["DomainName"],
                    "resourceRecordName": option["ResourceRecord"]["Name"],
                    "resourceRecordType": option["ResourceRecord"]["Type"],
                    "resourceRecordValue": option["ResourceRecord"]["Value"],
                }
                for option in described["DomainValidationOptions"]
            ],
        },
    )


def _await_certificate(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arn = inputs["certificateArn"]
    aws.client("acm").get_waiter("certificate_validated").wait(CertificateArn=arn)
    return Created(arn, {"certificateArn": arn})


def _create_record(aws: Aws, _name: str, inputs: Inputs) -> Created:
    """A record in a hosted zone that is there already."""
    record: dict[str, Any] = {"Name": inputs["name"], "Type": inputs["type"]}
    for alias in inputs.get("aliases", []):
        record["AliasTarget"] = {
            "DNSName": alias["name"],
            "HostedZoneId": alias["zoneId"],
            "EvaluateTargetHealth": alias["evaluateTargetHealth"],
        }
    if "records" in inputs:
        record |= {"TTL": inputs["ttl"], "ResourceRecords": [{"Value": value} for value in inputs["records"]]}
    action = "UPSERT" if inputs.get("allowOverwrite") else "CREATE"
    aws.client("route53").change_resource_record_sets(
        HostedZoneId=inputs["zoneId"],
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": record}]},
    )
    return Created(
        f"{inputs['zoneId']}_{inputs['name']}_{inputs['type']}", {"fqdn": inputs["name"].rstrip(".")}
    )


def _create_web_acl(aws: Aws, name: str, inputs: Inputs) -> Created:
    visibility = inputs["visibilityConfig"]
    created = aws.client("wafv2").create_web_acl(
        Name=inputs.get("name", name),
        Description=inputs.get("description", ""),
        Scope=inputs["scope"],
        DefaultAction={"Allow": {}} if "allow" in inputs["defaultAction"] else {"Block": {}},
        Rules=json.loads(inputs["ruleJson"]),
        CustomResponseBodies={
            body["key"]: pick(body, "content", "contentType")
            for body in inputs.get("customResponseBodies", [])
        },
        VisibilityConfig={
            "CloudWatchMetricsEnabled": visibility["cloudwatchMetricsEnabled"],
            "MetricName": visibility["metricName"],
            "SampledRequestsEnabled": visibility["sampledRequestsEnabled"],
        },
    )["Summary"]
    return Created(created["Id"], {"name": created["Name"], "arn": created["ARN"]})


def _associate(aws: Aws, _name: str, inputs: Inputs) -> Created:
    arns = {"WebACLArn": inputs["webAclArn"], "ResourceArn": inputs["resourceArn"]}
    aws.client("wafv2").associate_web_acl(**arns)
    return Created(",".join(arns.values()))


CREATORS: Final[Mapping[str, Creator]] = {
    "aws:acm/certificate:Certificate": _request_certificate,
    "aws:acm/certificateValidation:CertificateValidation": _await_certificate,
    "aws:apigateway/account:Account": _put_account,
    "aws:apigateway/authorizer:Authorizer": _create_named(
        "create_authorizer", "type", "identitySource", providerARNs="providerArns"
    ),
    "aws:apigateway/basePathMapping:BasePathMapping": _create_mapping,
    "aws:apigateway/deployment:Deployment": _create_deployment,
    "aws:apigateway/domainName:DomainName": _create_domain_name,
    "aws:apigateway/integration:Integration": _put_part(
        "put_integration", "agi",
        "type", "integrationHttpMethod", "uri", "requestTemplates", "passthroughBehavior",
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": _put_part(
        "put_integration_response", "agir", "statusCode", "responseParameters", "responseTemplates"
    ),
    "aws:apigateway/method:Method": _put_part(
        "put_method", "agm", "authorizerId", "requestValidatorId", "requestModels", "requestParameters",
        authorizationType="authorization",
    ),
    "aws:apigateway/methodResponse:MethodResponse": _put_part(
        "put_method_response", "agmr", "statusCode", "responseParameters", "responseModels"
    ),
    "aws:apigateway/methodSettings:MethodSettings": _put_settings,
    "aws:apigateway/model:Model": _create_named("create_model", "contentType", "schema"),
    "aws:apigateway/requestValidator:RequestValidator": _create_named(
        "create_request_validator", "validateRequestBody", "validateRequestParameters"
    ),
    "aws:apigateway/resource:Resource": _create_resource,
    "aws:apigateway/response:Response": _put_response,
    "aws:apigateway/restApi:RestApi": _create_api,
    "aws:apigateway/restApiPolicy:RestApiPolicy": _put_policy,
    "aws:apigateway/stage:Stage": _create_stage,
    "aws:route53/record:Record": _create_record,
    "aws:wafv2/webAcl:WebAcl": _create_web_acl,
    "aws:wafv2/webAclAssociation:WebAclAssociation": _associate,
}  # fmt: skip
