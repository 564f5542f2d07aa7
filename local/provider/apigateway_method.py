"""Paths of a REST API and their methods, from the request to what comes back."""

from typing import Any, Final

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, given, hold, patch

_KEY: Final = ("restApi", "resourceId", "httpMethod")
"""The inputs that say which method a part belongs to."""
_ANSWER_KEY: Final = (*_KEY, "statusCode")


def _create_resource(aws: Aws, _name: str, inputs: Inputs) -> Created:
    resource = aws.client("apigateway").create_resource(
        restApiId=inputs["restApi"], parentId=inputs["parentId"], pathPart=inputs["pathPart"]
    )
    return Created(resource["id"], {"path": resource["path"]})


def _update_resource(aws: Aws, resource: Existing, inputs: Inputs) -> dict[str, Any]:
    changed = aws.client("apigateway").update_resource(
        restApiId=inputs["restApi"],
        resourceId=resource.id,
        patchOperations=patch(inputs, "parentId", "pathPart"),
    )
    return {"path": changed["path"]}


def _delete_resource(aws: Aws, resource: Existing) -> None:
    aws.client("apigateway").delete_resource(restApiId=resource.state["restApi"], resourceId=resource.id)


def _create_method(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_method(
        **_key(inputs),
        authorizationType=inputs["authorization"],
        **given(
            inputs,
            authorizerId="authorizerId",
            requestValidatorId="requestValidatorId",
            requestModels="requestModels",
            requestParameters="requestParameters",
        ),
    )
    return Created(_id("agm", inputs))


def _update_method(aws: Aws, method: Existing, inputs: Inputs) -> None:
    hold(method, inputs, "requestModels", "requestParameters")
    operations = [
        *patch({"authorizationType": inputs["authorization"]}, "authorizationType"),
        *patch(inputs, "authorizerId", "requestValidatorId"),
    ]
    aws.client("apigateway").update_method(**_key(inputs), patchOperations=operations)


def _delete_method(aws: Aws, method: Existing) -> None:
    aws.client("apigateway").delete_method(**_key(method.state))


def _create_integration(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_integration(
        **_key(inputs),
        **given(
            inputs,
            type="type",
            integrationHttpMethod="integrationHttpMethod",
            uri="uri",
            requestTemplates="requestTemplates",
            passthroughBehavior="passthroughBehavior",
        ),
    )
    return Created(_id("agi", inputs))


def _update_integration(aws: Aws, integration: Existing, inputs: Inputs) -> None:
    hold(integration, inputs, "requestTemplates")
    aws.client("apigateway").update_integration(**_key(inputs), patchOperations=patch(inputs, "uri"))


def _delete_integration(aws: Aws, integration: Existing) -> None:
    aws.client("apigateway").delete_integration(**_key(integration.state))


def _put_method_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_method_response(
        **_key(inputs),
        statusCode=inputs["statusCode"],
        **given(inputs, responseParameters="responseParameters", responseModels="responseModels"),
    )
    return Created(_id("agmr", inputs))


def _delete_method_response(aws: Aws, response: Existing) -> None:
    aws.client("apigateway").delete_method_response(
        **_key(response.state), statusCode=response.state["statusCode"]
    )


def _put_integration_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_integration_response(
        **_key(inputs),
        statusCode=inputs["statusCode"],
        **given(inputs, responseParameters="responseParameters", responseTemplates="responseTemplates"),
    )
    return Created(_id("agir", inputs))


def _delete_integration_response(aws: Aws, response: Existing) -> None:
    aws.client("apigateway").delete_integration_response(
        **_key(response.state), statusCode=response.state["statusCode"]
    )


def _key(inputs: Inputs) -> dict[str, str]:
    return {
        "restApiId": inputs["restApi"],
        "resourceId": inputs["resourceId"],
        "httpMethod": inputs["httpMethod"],
    }


def _id(kind: str, inputs: Inputs) -> str:
    return "-".join([kind, *_key(inputs).values(), *filter(None, [inputs.get("statusCode")])])


LIFECYCLES = {
    "aws:apigateway/integration:Integration": Lifecycle(
        _create_integration,
        _delete_integration,
        _update_integration,
        replace_on=frozenset({*_KEY, "credentials", "integrationHttpMethod", "passthroughBehavior", "type"}),
        stays=frozenset({"passthroughBehavior"}),
    ),
    "aws:apigateway/integrationResponse:IntegrationResponse": Lifecycle.put(
        _put_integration_response, _delete_integration_response, *_ANSWER_KEY
    ),
    "aws:apigateway/method:Method": Lifecycle(
        _create_method, _delete_method, _update_method, replace_on=frozenset(_KEY)
    ),
    "aws:apigateway/methodResponse:MethodResponse": Lifecycle.put(
        _put_method_response, _delete_method_response, *_ANSWER_KEY
    ),
    "aws:apigateway/resource:Resource": Lifecycle(
        _create_resource, _delete_resource, _update_resource, replace_on=frozenset({"restApi"})
    ),
}
