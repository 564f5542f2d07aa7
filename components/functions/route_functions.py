"""The functions behind the API's routes."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.encryption import EncryptionKey
from components.functions.function import Function, FunctionArgs
from components.functions.specs.package import build_package
from components.functions.specs.route_needs import build_route_needs
from components.identity import Identity
from components.settings import Settings
from components.tables import FileSlaErrors
from contract.environment import Variable
from contract.routes import ROUTES, RouteSpec

TIMEOUT_SECONDS = 28
"""One second less than the gateway waits for an integration (API Gateway quotas)."""


@dataclass(frozen=True, kw_only=True)
class RouteFunctionsArgs:
    """The configuration, and what the functions work with."""

    settings: Settings
    identity: Identity
    table: FileSlaErrors
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
        needs = build_route_needs(settings, args.identity, args.table)

        def declare(route: RouteSpec) -> Function:
            of_route = needs[route.path]
            return Function(
                route.key,
                FunctionArgs(
                    function_name=settings.function_name(route),
                    description=of_route.description,
                    handler=f"handlers.{route.path}.handler",
                    package=build_package(route.key, settings.function_target),
                    memory_mb=settings.function_memory_mb,
                    timeout_seconds=TIMEOUT_SECONDS,
                    environment={
                        Variable.ALLOWED_ORIGIN: settings.cors_origin,
                        Variable.LOG_LEVEL: "INFO",
                        Variable.METRICS_NAMESPACE: settings.metrics_namespace,
                        **of_route.environment,
                    },
                    permissions=of_route.permissions,
                    log_retention_days=settings.log_retention_days,
                    key=args.key,
                    region=settings.region,
                    traced=settings.x_ray_tracing,
                    ready=of_route.ready,
                ),
                child,
            )

        self.by_path: Mapping[str, Function] = {route.path: declare(route) for route in ROUTES}
        self.register_outputs({})
