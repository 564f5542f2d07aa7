"""The service that is measured: a running local stack with the naive handler beside it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
from pulumi import FileArchive

from bench.rivals import naive
from contract.names import ROOT
from contract.routes import AUTH, FILE_SLA_ERROR
from local.emulator import ROOT_CREDENTIALS
from local.processes import StateFolder
from local.provider import Aws, Created, create
from local.stack import StackOptions, Step, up

MEMORY_MB = 512
# Throttling that is meant for AWS would only measure itself here.
_UNTHROTTLED = {
    "functionMemoryMb": MEMORY_MB,
    **{f"{route}RateLimit": 10_000 for route in ("auth", "report")},
    **{f"{route}BurstLimit": 5_000 for route in ("auth", "report")},
}
_TIMEOUT_SECONDS = 120
_NAIVE_TABLE = "NaiveErrors"
_NAIVE = "naive"
"""Its role, function and route."""


@dataclass(frozen=True)
class Service:
    """Both solutions, reached in the same way."""

    outputs: Mapping[str, Any]
    aws: Aws
    naive_variables: Mapping[str, str]
    """What the naive handler is configured with."""

    @property
    def ours_url(self) -> str:
        """Where our reports go."""
        return f"{self.outputs['api_url']}/{FILE_SLA_ERROR.path}"

    @property
    def naive_url(self) -> str:
        """Where the naive handler's go."""
        return f"{self.outputs['api_url']}/{_NAIVE}"

    @property
    def client_id(self) -> str:
        """The app client that tokens are given to."""
        return str(self.outputs["user_pool_client_id"])

    def token(self) -> str:
        """A reporter's fresh ID token."""
        answer = httpx.post(
            f"{self.outputs['api_url']}/{AUTH.path}",
            json=self.outputs["users"]["reporter"],
            timeout=_TIMEOUT_SECONDS,
            trust_env=False,
        )
        return str(answer.raise_for_status().json()["token"])

    @property
    def ours_environment(self) -> dict[str, str]:
        """What our ingest function needs to run in a process of its own."""
        return self.function_environment(FILE_SLA_ERROR.key)

    @property
    def naive_environment(self) -> dict[str, str]:
        """The same for the naive one."""
        return {**self.account_environment, **self.naive_variables}

    def function_environment(self, name: str) -> dict[str, str]:
        """The variables of a function of ours by its name in the program, and the account's root."""
        # The program names its functions after the stack, as it does its metrics.
        function = f"{self.outputs['metrics_namespace']}-{name}"
        deployed = self.aws.client("lambda").get_function_configuration(FunctionName=function)
        return {**self.account_environment, **deployed["Environment"]["Variables"]}

    @property
    def account_environment(self) -> dict[str, str]:
        """Root of the emulated account, as boto3 finds it."""
        return {
            **ROOT_CREDENTIALS,
            "AWS_ENDPOINT_URL": self.aws.endpoint_url,
            "AWS_DEFAULT_REGION": self.aws.region,
        }


@contextmanager
def running_service(folder: Path, say: Step) -> Iterator[Service]:
    """Brings both up, and takes them down at the end."""
    state = StateFolder(folder)
    state.take_down()
    options = StackOptions(demo_data=False, dashboard=False, owners_file=None, config=_UNTHROTTLED)
    outputs = up(state, options, say)
    try:
        aws = Aws(outputs["endpoint_url"], outputs["region"])
        yield Service(outputs, aws, _deploy_naive(aws, outputs, folder))
    finally:
        state.take_down()


def _deploy_naive(aws: Aws, outputs: Mapping[str, Any], folder: Path) -> dict[str, str]:
    """Deploys it behind the stack's own gateway, with as much memory as ours; returns its variables."""
    copy_table(aws, outputs["table_name"], _NAIVE_TABLE)
    environment = {
        "TABLE_NAME": _NAIVE_TABLE,
        "CLIENT_ID": outputs["user_pool_client_id"],
        "JWKS_URL": f"{aws.endpoint_url}/{outputs['user_pool_id']}/.well-known/jwks.json",
    }
    with ZipFile(package := folder / "naive.zip", "w") as bundle:
        bundle.write(Path(str(naive.__file__)), "handler.py")

    def make(kind: str, **inputs: Any) -> Created:
        return create(aws, kind, _NAIVE, inputs)

    may = {"Action": ["dynamodb:PutItem", "cloudwatch:PutMetricData", "logs:*"], "Resource": "*"}
    trust = {"Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    role = make("aws:iam/role:Role", assumeRolePolicy=_policy(trust))
    make("aws:iam/rolePolicy:RolePolicy", role=role.id, policy=_policy(may))
    function = make(
        "aws:lambda/function:Function",
        role=role.outputs["arn"], runtime="python3.13", handler="handler.handler", timeout=28,
        memorySize=MEMORY_MB, code=FileArchive(str(package)), environment={"variables": environment},
    )  # fmt: skip

    gateway = aws.client("apigateway")
    api, stage = outputs["api_url"].split("/restapis/")[1].split("/")[:2]
    root = next(item["id"] for item in gateway.get_resources(restApiId=api)["items"] if item["path"] == "/")
    resource = make("aws:apigateway/resource:Resource", restApi=api, parentId=root, pathPart=_NAIVE)
    method = {"restApi": api, "resourceId": resource.id, "httpMethod": "POST"}
    make("aws:apigateway/method:Method", **method, authorization="NONE")
    make(
        "aws:apigateway/integration:Integration", **method, type="AWS_PROXY", integrationHttpMethod="POST",
        uri=function.outputs["invokeArn"],
    )  # fmt: skip
    deployment = make("aws:apigateway/deployment:Deployment", restApi=api)
    change = {"op": "replace", "path": "/deploymentId", "value": deployment.id}
    gateway.update_stage(restApiId=api, stageName=stage, patchOperations=[change])
    return environment


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


def _policy(statement: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})


class ChildFailedError(Exception):
    """The fresh process ended with an error; the end of what it said is in the message."""


def run_child(name: str, request: Any, environment: Mapping[str, str] | None = None) -> Any:
    """Runs `bench.children.<name>` with a request, and returns its answer.

    Raises:
        ChildFailedError: it ended with an error.
    """
    return run_python(["-m", f"bench.children.{name}"], request, environment)


def run_python(arguments: list[str], request: Any, environment: Mapping[str, str] | None = None) -> Any:
    """The same for any arguments to this Python; nothing of the person's AWS settings is handed on."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**inherited, **(environment or {})},
        input=json.dumps(request),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise ChildFailedError(f"{' '.join(arguments[:2])} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.splitlines()[-1])
