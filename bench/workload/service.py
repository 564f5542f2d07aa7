"""The service that is measured: a running local stack with the naive handler beside it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from bench.rivals.naive.deploy import Naive, deploy_naive
from contract.routes import AUTH, FILE_SLA_ERROR
from local.emulator import ROOT_CREDENTIALS
from local.processes import StateFolder
from local.provider import Aws
from local.stack import StackOptions, Step, up

MEMORY_MB = 512
# Throttling that is meant for AWS would only measure itself here.
_UNTHROTTLED = {
    "functionMemoryMb": MEMORY_MB,
    **{f"{route}RateLimit": 10_000 for route in ("auth", "report")},
    **{f"{route}BurstLimit": 5_000 for route in ("auth", "report")},
}
_TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Service:
    """Both solutions, reached in the same way."""

    outputs: Mapping[str, Any]
    aws: Aws
    naive: Naive

    @property
    def ours_url(self) -> str:
        """Where our reports go."""
        return f"{self.outputs['api_url']}/{FILE_SLA_ERROR.path}"

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
        return {**self.account_environment, **self.naive.environment}

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
        yield Service(outputs, aws, deploy_naive(aws, outputs, MEMORY_MB))
    finally:
        state.take_down()
