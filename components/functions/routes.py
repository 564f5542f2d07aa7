"""The functions behind the API's routes."""

from collections.abc import Mapping
from typing import Final

import pulumi

from components.encryption import Base
from components.functions.function import Function, FunctionArgs
from components.identity import Identity
from components.tables import Tables
from contract.names import Variable
from contract.routes import AUTH, FILE_SLA_ERROR, INCIDENT_ACTION
from store.incidents import IncidentIndex
from store.maintenance import PARTITION as MAINTENANCE

TIMEOUT_SECONDS: Final = 28
"""One second less than the gateway waits for an integration (API Gateway quotas)."""


class RouteFunctions(pulumi.ComponentResource):
    """One Lambda function for each route of the API.

    Exposes `by_path`, the functions by the path of their route.
    """

    def __init__(
        self,
        name: str,
        base: Base,
        identity: Identity,
        tables: Tables,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("file-sla:functions:RouteFunctions", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.by_path: Mapping[str, Function] = {
            path: Function(function.name, function, child)
            for path, function in _describe(base, identity, tables).items()
        }
        self.register_outputs({})


def _describe(base: Base, identity: Identity, tables: Tables) -> Mapping[str, FunctionArgs]:
    """What each function does, needs and may do, by the path of its route."""
    settings = base.settings
    return {
        AUTH.path: FunctionArgs(
            base=base,
            name=AUTH.key,
            description="Signs users in to the user pool.",
            timeout_seconds=TIMEOUT_SECONDS,
            environment={
                Variable.ALLOWED_ORIGIN: settings.cors_origin,
                Variable.USER_POOL_ID: identity.user_pool_id,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.CLIENT_SECRET_ID: identity.client_secret_arn,
            },
            permissions=identity.allow_sign_in(),
            ready=identity.ready,
        ),
        FILE_SLA_ERROR.path: FunctionArgs(
            base=base,
            name=FILE_SLA_ERROR.key,
            description="Stores reports of files that waited too long.",
            timeout_seconds=TIMEOUT_SECONDS,
            environment={
                Variable.ALLOWED_ORIGIN: settings.cors_origin,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.TABLE_NAME: tables.errors.table_name,
                Variable.RUNS_TABLE_NAME: tables.runs.table_name,
                Variable.RETENTION_DAYS: str(settings.retention_days),
                Variable.RUN_RETENTION_DAYS: str(settings.run_retention_days),
                Variable.ACCOUNT_REPORT_LIMIT: str(settings.account_report_limit),
            },
            permissions=[
                tables.errors.allow("BatchWriteItem"),
                # A refused report is put by itself.
                tables.runs.allow("BatchWriteItem", "PutItem"),
            ],
        ),
        INCIDENT_ACTION.path: FunctionArgs(
            base=base,
            name=INCIDENT_ACTION.key,
            description="Carries out what analysts do to incidents, senders and maintenance windows.",
            timeout_seconds=TIMEOUT_SECONDS,
            environment={
                Variable.ALLOWED_ORIGIN: settings.cors_origin,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
                Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
                Variable.NOTIFICATIONS_TABLE_NAME: tables.notifications.table_name,
                Variable.RETENTION_DAYS: str(settings.retention_days),
            },
            permissions=[
                # The many incidents of a retired sender change in several transactions, each on condition
                # that the sender has not changed.
                tables.senders.allow("GetItem", "Query", "PutItem", "UpdateItem", "ConditionCheckItem"),
                tables.incidents.allow("GetItem", "UpdateItem"),
                tables.incidents.allow_query(IncidentIndex.ID, IncidentIndex.LATEST),
                # Whom recipients are, and what they were sent, is none of its business.
                tables.notifications.allow_partition(MAINTENANCE, "Query", "PutItem", "UpdateItem"),
            ],
        ),
    }
