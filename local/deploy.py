"""Deploys the program to the emulator."""

from collections.abc import Callable
from typing import Any

import pulumi

from local.program import run_program
from local.provider import Aws, create

OnCreated = Callable[[pulumi.runtime.MockResourceArgs], None]
_PROVIDER_TYPE = "pulumi:providers:aws"


def deploy(aws: Aws, overrides: dict[str, Any], on_created: OnCreated = lambda _: None) -> dict[str, Any]:
    """Creates every resource of the program in the emulator, and returns the program's exports.

    Args:
        aws: the emulated account.
        overrides: configuration over that of the stack's file.
        on_created: told of each resource once it exists.

    Raises:
        UnknownResourceError: the program declares what the local stack cannot create.
        pulumi.RunError: the configuration is wrong.
    """

    def new_resource(args: pulumi.runtime.MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        # A component has no counterpart in AWS; neither has the provider, whose part we play.
        if not args.custom or args.typ == _PROVIDER_TYPE:
            return args.name, dict(args.inputs)
        created = create(aws, args.typ, args.name, args.inputs)
        on_created(args)
        return created.id, {**args.inputs, **created.outputs}

    return run_program(new_resource, overrides)
