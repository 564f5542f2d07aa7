"""The service that is measured: a running local stack with the naive handler beside it."""

import gc
import json
import os
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from unittest.mock import patch
from zipfile import ZipFile

import httpx
from pulumi import FileArchive

from bench.rivals import naive
from contract.routes import AUTH
from local.emulator import ROOT_CREDENTIALS
from local.processes import StateFolder
from local.provider import Aws, Created, create
from local.stack import StackOptions, up

T = TypeVar("T")

_MEMORY_MB = 512
# Throttling that is meant for AWS would only measure itself here.
_UNTHROTTLED = {
    "functionMemoryMb": _MEMORY_MB,
    **{f"{route}RateLimit": 10_000 for route in ("auth", "report")},
    **{f"{route}BurstLimit": 5_000 for route in ("auth", "report")},
}
_TIMEOUT_SECONDS = 120
_NAIVE_TABLE = "NaiveErrors"
NAIVE = "naive"
"""Its role, function and route."""


@dataclass(frozen=True)
class Service:
    """Both solutions, reached in the same way."""

    outputs: Mapping[str, Any]
    aws: Aws
    state: StateFolder

    def url(self, route: str) -> str:
        """The address of a route; that of the naive handler is `NAIVE`."""
        return f"{self.outputs['api_url']}/{route}"

    def token(self) -> str:
        """A reporter's fresh ID token."""
        user = self.outputs["users"]["reporter"]
        answer = httpx.post(self.url(AUTH.path), json=user, timeout=_TIMEOUT_SECONDS, trust_env=False)
        return str(answer.raise_for_status().json()["token"])

    def environment(self, function: str | None = None) -> dict[str, str]:
        """Root of the emulated account, as boto3 finds it, and the variables of a function, with its name.

        Args:
            function: its name in the program, or `NAIVE`.
        """
        account = {
            **ROOT_CREDENTIALS,
            "AWS_ENDPOINT_URL": self.aws.endpoint_url,
            "AWS_DEFAULT_REGION": self.aws.region,
        }
        if function is None:
            return account
        # The program names its functions after the stack, as it does its metrics.
        name = function if function == NAIVE else f"{self.outputs['metrics_namespace']}-{function}"
        deployed = self.aws.client("lambda").get_function_configuration(FunctionName=name)
        return {**account, **deployed["Environment"]["Variables"], "AWS_LAMBDA_FUNCTION_NAME": name}


@contextmanager
def running_service(folder: Path, say: Callable[[str], None]) -> Iterator[Service]:
    """Brings both up, and takes them down at the end."""
    state = StateFolder(folder)
    state.take_down()
    options = StackOptions(demo_data=False, dashboard=False, owners_file=None, config=_UNTHROTTLED)
    outputs = up(state, options, say)
    try:
        aws = Aws(outputs["endpoint_url"], outputs["region"])
        _deploy_naive(aws, outputs, folder)
        yield Service(outputs, aws, state)
    finally:
        state.take_down()


def _deploy_naive(aws: Aws, outputs: Mapping[str, Any], folder: Path) -> None:
    """Deploys it behind the stack's own gateway, with as much memory as ours."""
    database = aws.client("dynamodb")
    ours = database.describe_table(TableName=outputs["table_name"])["Table"]
    database.create_table(
        TableName=_NAIVE_TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=ours["KeySchema"],
        AttributeDefinitions=ours["AttributeDefinitions"],
        GlobalSecondaryIndexes=[
            {key: index[key] for key in ("IndexName", "KeySchema", "Projection")}
            for index in ours["GlobalSecondaryIndexes"]
        ],
    )
    database.get_waiter("table_exists").wait(TableName=_NAIVE_TABLE)
    environment = {
        "TABLE_NAME": _NAIVE_TABLE,
        "CLIENT_ID": outputs["user_pool_client_id"],
        "JWKS_URL": f"{aws.endpoint_url}/{outputs['user_pool_id']}/.well-known/jwks.json",
    }
    with ZipFile(package := folder / "naive.zip", "w") as bundle:
        bundle.write(Path(str(naive.__file__)), "handler.py")

    def make(kind: str, **inputs: Any) -> Created:
        return create(aws, kind, NAIVE, inputs)

    may = {"Action": ["dynamodb:PutItem", "cloudwatch:PutMetricData", "logs:*"], "Resource": "*"}
    trust = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = make("aws:iam/role:Role", assumeRolePolicy=_policy(trust))
    make("aws:iam/rolePolicy:RolePolicy", role=role.id, policy=_policy(may))
    function = make(
        "aws:lambda/function:Function",
        role=role.outputs["arn"], runtime="python3.13", handler="handler.handler", timeout=28,
        memorySize=_MEMORY_MB, code=FileArchive(str(package)), environment={"variables": environment},
    )  # fmt: skip

    gateway = aws.client("apigateway")
    api, stage = outputs["api_url"].split("/restapis/")[1].split("/")[:2]
    root = next(item["id"] for item in gateway.get_resources(restApiId=api)["items"] if item["path"] == "/")
    resource = make("aws:apigateway/resource:Resource", restApi=api, parentId=root, pathPart=NAIVE)
    method = {"restApi": api, "resourceId": resource.id, "httpMethod": "POST"}
    make("aws:apigateway/method:Method", **method, authorization="NONE")
    make(
        "aws:apigateway/integration:Integration", **method, type="AWS_PROXY", integrationHttpMethod="POST",
        uri=function.outputs["invokeArn"],
    )  # fmt: skip
    deployment = make("aws:apigateway/deployment:Deployment", restApi=api)
    change = {"op": "replace", "path": "/deploymentId", "value": deployment.id}
    gateway.update_stage(restApiId=api, stageName=stage, patchOperations=[change])


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


def run_fresh(environment: Mapping[str, str], call: Callable[..., T], *arguments: Any) -> T:
    """What a function gives in a process that has just started, where nothing is cached or allocated yet.

    It has these environment variables, and none of the person's AWS settings. What it prints is dropped.
    """
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with (
        # Before it starts: what it imports reads some of them.
        patch.dict(os.environ, {**inherited, **environment}, clear=True),
        ProcessPoolExecutor(1, get_context("spawn"), initializer=_settle) as pool,
    ):
        return pool.submit(call, *arguments).result()


def _settle() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    # What bench itself imports is not searched for garbage while something else is measured.
    gc.freeze()
