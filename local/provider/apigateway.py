"""REST APIs of API Gateway, and what all their methods share."""

from local.provider.resource import Aws, Created, Existing, Inputs, Lifecycle, given, hold, patch


def _create_api(aws: Aws, name: str, inputs: Inputs) -> Created:
    client = aws.client("apigateway")
    api = client.create_rest_api(
        name=inputs.get("name", name),
        description=inputs.get("description", ""),
        endpointConfiguration={"types": [inputs["endpointConfiguration"]["types"]]},
    )
    # What the emulator takes at a change, and passes over at the creation.
    client.update_rest_api(restApiId=api["id"], patchOperations=_access(inputs))
    root = next(
        item["id"] for item in client.get_resources(restApiId=api["id"])["items"] if item["path"] == "/"
    )
    return Created(
        api["id"],
        {"rootResourceId": root, "executionArn": aws.arn("execute-api", api["id"]), "name": api["name"]},
    )


def _access(inputs: Inputs) -> list[dict[str, str]]:
    # Left out, the access mode goes, as AWS wants it with a legacy policy.
    wanted = {"endpointAccessMode": "", **inputs}
    return patch(wanted, "securityPolicy", "endpointAccessMode", "disableExecuteApiEndpoint")


def _update_api(aws: Aws, api: Existing, inputs: Inputs) -> None:
    hold(api, inputs, "endpointConfiguration")
    operations = [*patch(inputs, "name", "description"), *_access(inputs)]
    aws.client("apigateway").update_rest_api(restApiId=api.id, patchOperations=operations)


def _delete_api(aws: Aws, api: Existing) -> None:
    aws.client("apigateway").delete_rest_api(restApiId=api.id)


def _put_policy(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").update_rest_api(
        restApiId=inputs["restApiId"], patchOperations=patch(inputs, "policy")
    )
    return Created(inputs["restApiId"])


def _delete_policy(aws: Aws, policy: Existing) -> None:
    aws.client("apigateway").update_rest_api(
        restApiId=policy.id, patchOperations=patch({"policy": ""}, "policy")
    )


def _create_authorizer(aws: Aws, name: str, inputs: Inputs) -> Created:
    authorizer = aws.client("apigateway").create_authorizer(
        restApiId=inputs["restApi"],
        name=inputs.get("name", name),
        **given(inputs, type="type", providerARNs="providerArns", identitySource="identitySource"),
    )
    return Created(authorizer["id"])


def _update_authorizer(aws: Aws, authorizer: Existing, inputs: Inputs) -> None:
    hold(authorizer, inputs, "providerArns")
    aws.client("apigateway").update_authorizer(
        restApiId=inputs["restApi"],
        authorizerId=authorizer.id,
        patchOperations=patch(inputs, "name", "type", "identitySource"),
    )


def _delete_authorizer(aws: Aws, authorizer: Existing) -> None:
    aws.client("apigateway").delete_authorizer(
        restApiId=authorizer.state["restApi"], authorizerId=authorizer.id
    )


def _create_validator(aws: Aws, name: str, inputs: Inputs) -> Created:
    validator = aws.client("apigateway").create_request_validator(
        restApiId=inputs["restApi"],
        name=inputs.get("name", name),
        validateRequestBody=inputs.get("validateRequestBody", False),
        validateRequestParameters=inputs.get("validateRequestParameters", False),
    )
    return Created(validator["id"])


def _update_validator(aws: Aws, validator: Existing, inputs: Inputs) -> None:
    aws.client("apigateway").update_request_validator(
        restApiId=inputs["restApi"],
        requestValidatorId=validator.id,
        patchOperations=patch(inputs, "name", "validateRequestBody", "validateRequestParameters"),
    )


def _delete_validator(aws: Aws, validator: Existing) -> None:
    aws.client("apigateway").delete_request_validator(
        restApiId=validator.state["restApi"], requestValidatorId=validator.id
    )


def _put_response(aws: Aws, _name: str, inputs: Inputs) -> Created:
    aws.client("apigateway").put_gateway_response(
        restApiId=inputs["restApiId"],
        responseType=inputs["responseType"],
        **given(
            inputs,
            statusCode="statusCode",
            responseTemplates="responseTemplates",
            responseParameters="responseParameters",
        ),
    )
    return Created(f"aggr-{inputs['restApiId']}-{inputs['responseType']}")


def _delete_response(aws: Aws, response: Existing) -> None:
    aws.client("apigateway").delete_gateway_response(
        restApiId=response.state["restApiId"], responseType=response.state["responseType"]
    )


def _create_model(aws: Aws, name: str, inputs: Inputs) -> Created:
    model = aws.client("apigateway").create_model(
        restApiId=inputs["restApi"],
        name=inputs.get("name", name),
        **given(inputs, contentType="contentType", schema="schema"),
    )
    return Created(model["id"], {"name": model["name"]})


def _update_model(aws: Aws, model: Existing, inputs: Inputs) -> None:
    aws.client("apigateway").update_model(
        restApiId=inputs["restApi"],
        modelName=model.name,
        patchOperations=patch(inputs, "schema", "description"),
    )


def _delete_model(aws: Aws, model: Existing) -> None:
    aws.client("apigateway").delete_model(restApiId=model.state["restApi"], modelName=model.name)


LIFECYCLES = {
    "aws:apigateway/authorizer:Authorizer": Lifecycle(
        _create_authorizer, _delete_authorizer, _update_authorizer, replace_on=frozenset({"restApi"})
    ),
    "aws:apigateway/model:Model": Lifecycle(
        _create_model,
        _delete_model,
        _update_model,
        replace_on=frozenset({"contentType", "name", "restApi"}),
    ),
    "aws:apigateway/requestValidator:RequestValidator": Lifecycle(
        _create_validator, _delete_validator, _update_validator, replace_on=frozenset({"restApi"})
    ),
    "aws:apigateway/response:Response": Lifecycle.put(
        _put_response, _delete_response, "restApiId", "responseType"
    ),
    "aws:apigateway/restApi:RestApi": Lifecycle(
        _create_api,
        _delete_api,
        _update_api,
        stays=frozenset(
            {"description", "disableExecuteApiEndpoint", "endpointConfiguration", "policy", "securityPolicy"}
        ),
    ),
    "aws:apigateway/restApiPolicy:RestApiPolicy": Lifecycle.put(_put_policy, _delete_policy, "restApiId"),
}
