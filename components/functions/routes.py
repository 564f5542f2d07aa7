"""The functions behind the API's routes."""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi

from components.encryption import EncryptionKey
from components.functions.function import Function, FunctionArgs, FunctionNeeds
from components.identity import Identity
from components.settings import Settings
from components.tables import Tables
from contract.names import Variable
from contract.routes import AUTH, FILE_SLA_ERROR, INCIDENT_ACTION, ROUTES, RouteSpec
from store.incidents import IncidentIndex

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


def build_route_needs(settings: Settings, identity: Identity, tables: Tables) -> Mapping[str, FunctionNeeds]:
    """The needs of every function, by the path of its route."""
    return {
        AUTH.path: FunctionNeeds(
            description="Signs users in to the user pool.",
            environment={
                Variable.ALLOWED_ORIGIN: settings.cors_origin,
                Variable.USER_POOL_ID: identity.user_pool_id,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.CLIENT_SECRET_ID: identity.client_secret_arn,
            },
            permissions=identity.allow_sign_in(),
            ready=identity.ready,
        ),
        FILE_SLA_ERROR.path: FunctionNeeds(
            description="Stores reports of files that waited too long.",
            environment={
                Variable.ALLOWED_ORIGIN: settings.cors_origin,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.TABLE_NAME: tables.errors.table_name,
                Variable.RUNS_TABLE_NAME: tables.runs.table_name,
                Variable.RETENTION_DAYS: str(settings.retention_days),
                Variable.RUN_RETENTION_DAYS: str(settings.run_retention_days),
            },
            permissions=[
                tables.errors.allow("BatchWriteItem"),
                # What was refused is put by itself.
                tables.runs.allow("BatchWriteItem", "PutItem"),
            ],
        ),
        INCIDENT_ACTION.path: FunctionNeeds(
            description="Does what analysts ask for of incidents and senders.",
            environment={
                Variable.ALLOWED_ORIGIN: settings.cors_origin,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
                Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
                Variable.RETENTION_DAYS: str(settings.retention_days),
            },
            permissions=[
                # What a retired sender's many incidents become goes in parts, each on condition that the
                # sender is as it was.
                tables.senders.allow("GetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"),
                tables.incidents.allow("GetItem", "UpdateItem"),
                tables.incidents.allow_query(IncidentIndex.ID, IncidentIndex.LATEST),
            ],
        ),
    }
