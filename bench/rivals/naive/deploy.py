"""Puts the naive handler into a running local stack: its own table, role, function and route."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from local.provider import Aws

TABLE = "NaiveErrors"
ROUTE = "naive"
_FUNCTION = "naive"
_ROLE = "naive"
_RUNTIME = "python3.13"


@dataclass(frozen=True)
class Naive:
    """Where the naive handler answers, and the environment it runs with."""

    url: str
    environment: Mapping[str, str]


def deploy_naive(aws: Aws, outputs: Mapping[str, Any], memory_mb: int) -> Naive:
    """Deploys it behind the stack's own gateway, with as much memory as ours."""
    copy_table(aws, outputs["table_name"], TABLE)
    environment = {
        "TABLE_NAME": TABLE,
        "CLIENT_ID": outputs["user_pool_client_id"],
        "JWKS_URL": f"{aws.endpoint_url}/{outputs['user_pool_id']}/.well-known/jwks.json",
    }
    api, stage = outputs["api_url"].split("/restapis/")[1].split("/")[:2]
    _add_route(aws, api, stage, _function_arn(aws, environment, memory_mb))
    return Naive(f"{outputs['api_url']}/{ROUTE}", environment)


def copy_table(aws: Aws, source: str, name: str) -> None:
    """Creates an empty table with the keys and indexes of another."""
    client = aws.client("dynamodb")
    table = client.describe_table(TableName=source)["Table"]
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=table["KeySchema"],
        AttributeDefinitions=table["AttributeDefinitions"],
        GlobalSecondaryIndexes=[
            {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
            for index in table["GlobalSecondaryIndexes"]
        ],
    )
    client.get_waiter("table_exists").wait(TableName=name)


def _function_arn(aws: Aws, environment: Mapping[str, str], memory_mb: int) -> str:
    iam, functions = aws.client("iam"), aws.client("lambda")
    trust = _policy({"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"})
    role = iam.create_role(RoleName=_ROLE, AssumeRolePolicyDocument=trust)["Role"]
    iam.put_role_policy(
        RoleName=_ROLE,
        PolicyName=_ROLE,
        PolicyDocument=_policy(
            {"Action": ["dynamodb:PutItem", "cloudwatch:PutMetricData", "logs:*"], "Resource": "*"}
        ),
    )
    package = io.BytesIO()
    with ZipFile(package, "w") as bundle:
        bundle.write(Path(__file__).parent / "handler.py", "handler.py")
    function = functions.create_function(
        FunctionName=_FUNCTION,
        Role=role["Arn"],
        Runtime=_RUNTIME,
        Handler="handler.handler",
        Code={"ZipFile": package.getvalue()},
        Environment={"Variables": dict(environment)},
        MemorySize=memory_mb,
        Timeout=28,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName=_FUNCTION)
    return str(function["FunctionArn"])


def _add_route(aws: Aws, api: str, stage: str, function_arn: str) -> None:
    gateway = aws.client("apigateway")
    root = next(item["id"] for item in gateway.get_resources(restApiId=api)["items"] if item["path"] == "/")
    resource = gateway.create_resource(restApiId=api, parentId=root, pathPart=ROUTE)["id"]
    method = {"restApiId": api, "resourceId": resource, "httpMethod": "POST"}
    gateway.put_method(**method, authorizationType="NONE")
    gateway.put_integration(
        **method,
        type="AWS_PROXY",
        integrationHttpMethod="POST",
        uri=f"arn:aws:apigateway:{aws.region}:lambda:path/2015-03-31/functions/{function_arn}/invocations",
    )
    deployment = gateway.create_deployment(restApiId=api)["id"]
    gateway.update_stage(
        restApiId=api,
        stageName=stage,
        patchOperations=[{"op": "replace", "path": "/deploymentId", "value": deployment}],
    )


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})
