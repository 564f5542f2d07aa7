"""Runs `__main__.py` outside the Pulumi CLI, with the configuration that the CLI would pass."""

import asyncio
import json
import logging
import runpy
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

import pulumi
import yaml
from pulumi.runtime.stack import Stack

from contract.names import ROOT
from local.provider import ACCOUNT

STACK: Final = "dev"
NewResource = Callable[[pulumi.runtime.MockResourceArgs], tuple[str | None, dict[str, Any]]]


def project_name() -> str:
    """The project's name."""
    return str(_read("Pulumi.yaml")["name"])


def config_schema() -> dict[str, dict[str, Any]]:
    """The type, default and description of every key, as Pulumi.yaml declares them."""
    schema: dict[str, dict[str, Any]] = _read("Pulumi.yaml")["config"]
    return schema


def list_secret_keys() -> list[str]:
    """The keys whose values the CLI passes as secrets."""
    return [f"{project_name()}:webhooks"]


def load_config(stack: str = STACK, overrides: Mapping[str, Any] | None = None) -> dict[str, str]:
    """The defaults of Pulumi.yaml, the values of the stack's file, and overrides; the last one wins.

    Args:
        stack: which `Pulumi.<stack>.yaml`.
        overrides: by key, such as `retentionDays`; a key without a namespace is the project's.

    Returns:
        Every value as text under its full key, as Pulumi's runtime keeps them.
    """
    name = project_name()
    values = {f"{name}:{key}": schema["default"] for key, schema in config_schema().items()}
    # A stack without a file of its own starts from the values of the local one.
    values |= _read(f"Pulumi.{stack if (ROOT / f'Pulumi.{stack}.yaml').exists() else STACK}.yaml")["config"]
    values |= {key if ":" in key else f"{name}:{key}": value for key, value in (overrides or {}).items()}
    return {key: value if isinstance(value, str) else json.dumps(value) for key, value in values.items()}


@cache
def _read(file: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())
    return content


def answer_call(token: str) -> dict[str, Any]:
    """What the AWS provider would answer to a question about the account.

    Args:
        token: of Pulumi's function.

    Raises:
        NotImplementedError: the local stack does not know it.
    """
    if token != "aws:index/getCallerIdentity:getCallerIdentity":
        raise NotImplementedError(f"The local stack does not answer {token}. Add it to {__name__}.")
    return {"accountId": ACCOUNT, "arn": f"arn:aws:iam::{ACCOUNT}:root", "id": ACCOUNT, "userId": ACCOUNT}


class _Resources(pulumi.runtime.Mocks):
    def __init__(self, new_resource: NewResource) -> None:
        self._new_resource = new_resource

    def new_resource(self, args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        return self._new_resource(args)

    def call(self, args: pulumi.runtime.MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        return answer_call(args.token), []


def run_main() -> None:
    """Declares every resource of the program to the engine or mocks that Pulumi's runtime is set up for."""
    runpy.run_path(str(ROOT / "__main__.py"))


def run_program(
    new_resource: NewResource, overrides: Mapping[str, Any] | None = None, stack: str = STACK
) -> dict[str, Any]:
    """Runs the program once, and returns its exports.

    Args:
        new_resource: creates a resource; also called for components, with `custom` unset.
        overrides: configuration values over those of the stack's file.
        stack: which stack's file.

    Raises:
        pulumi.RunError: the configuration is wrong.
        Exception: whatever `new_resource` raised.
    """
    logger = logging.getLogger("pulumi.program")
    # Pulumi takes the thread's event loop. Newer Pythons create none unasked, and an earlier run may have
    # closed its own.
    asyncio.set_event_loop(asyncio.new_event_loop())
    pulumi.runtime.set_mocks(
        _Resources(new_resource), project=project_name(), stack=stack, preview=False, logger=logger
    )
    pulumi.runtime.set_all_config(load_config(stack, overrides), list_secret_keys())
    exports: dict[str, Any] = {}

    def run() -> pulumi.Output[None]:
        stack_resource = pulumi.runtime.get_root_resource()
        assert isinstance(stack_resource, Stack)  # noqa: S101 - set_mocks has made it
        # All runs of a process share it: clear what an earlier one exported.
        stack_resource.outputs = {}
        run_main()
        return pulumi.Output.from_input(stack_resource.outputs).apply(exports.update)

    # The decorator waits for every resource and output, and passes on what they raise.
    wait_for_all: Any = pulumi.runtime.test
    wait_for_all(run)()
    return exports
