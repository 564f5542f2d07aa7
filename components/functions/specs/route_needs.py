"""What each route's function may do and needs to know."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi

from components.identity import Identity
from components.settings import Settings
from components.specs.policy import Allow
from components.tables import FileSlaErrors
from contract.environment import Variable
from contract.routes import AUTH, FILE_SLA_ERROR


@dataclass(frozen=True, kw_only=True)
class RouteNeeds:
    """What tells the function of one route from those of the others."""

    description: str
    environment: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[Allow]
    ready: Sequence[pulumi.Resource] = ()
    """What has to be there before the function runs."""


def build_route_needs(
    settings: Settings, identity: Identity, table: FileSlaErrors
) -> Mapping[str, RouteNeeds]:
    """The needs of every function, by the path of its route."""
    return {
        AUTH.path: RouteNeeds(
            description="Signs users in to the user pool.",
            environment={
                Variable.USER_POOL_ID: identity.user_pool_id,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.CLIENT_SECRET_ID: identity.client_secret_arn,
            },
            permissions=identity.allow_sign_in(),
            ready=identity.ready,
        ),
        FILE_SLA_ERROR.path: RouteNeeds(
            description="Stores reports of files that waited too long.",
            environment={
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.TABLE_NAME: table.table_name,
                Variable.RETENTION_DAYS: str(settings.retention_days),
            },
            permissions=table.allow_write(),
        ),
    }
