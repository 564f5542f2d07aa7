"""The functions behind the API's routes."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.encryption import EncryptionKey
from components.functions.function import Function, FunctionArgs
from components.functions.specs.route_needs import build_route_needs
from components.identity import Identity
from components.settings import Settings
from components.tables.specs.tables import Tables
from contract.routes import ROUTES, RouteSpec

TIMEOUT_SECONDS = 28
"""One second less than the gateway waits for an integration (API Gateway quotas)."""


@dataclass(frozen=True, kw_only=True)
class RouteFunctionsArgs:
    """The configuration, and what the functions work with."""

    settings: Settings
    identity: Identity
    tables: Tables
    key: EncryptionKey | None
    """The KMS key of their logs; one of AWS's own where there is none."""


class RouteFunctions(pulumi.ComponentResource):
    """One Lambda function for each route of the API.

    Exposes `by_path`, the functions by the path of their route.
    """

    def __init__(
        self, name: str, args: RouteFunctionsArgs, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("file-sla:functions:RouteFunctions", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        settings = args.settings
        needs = build_route_needs(settings, args.identity, args.tables)

        def declare(route: RouteSpec) -> Function:
            return Function(
                route.key,
                FunctionArgs.of(
                    settings, args.key, needs[route.path], name=route.key, timeout_seconds=TIMEOUT_SECONDS
                ),
                child,
            )

        self.by_path: Mapping[str, Function] = {route.path: declare(route) for route in ROUTES}
        self.register_outputs({})
