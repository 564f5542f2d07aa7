"""The two functions: what each one runs, may do and needs to know."""

import pulumi

from components.breach_table import BreachTable
from components.encryption import EncryptionKey
from components.function import Function, FunctionArgs
from components.function_package import build_package
from components.identity import Identity
from components.policy import Allow
from components.settings import Settings
from handlers.names import Variable

TIMEOUT_SECONDS = 28
"""One second less than the gateway waits for an integration (API Gateway quotas)."""


def auth_function(
    settings: Settings, identity: Identity, key: EncryptionKey | None, opts: pulumi.ResourceOptions
) -> Function:
    """AuthLambda, which signs users in."""
    return Function(
        "auth",
        FunctionArgs(
            function_name=f"{settings.prefix}-auth",
            description="Signs users in to the user pool.",
            handler="handlers.auth.handler",
            package=build_package("auth", settings.function_target),
            memory_mb=settings.function_memory_mb,
            timeout_seconds=TIMEOUT_SECONDS,
            environment={
                **_common_environment(settings),
                Variable.USER_POOL_ID: identity.user_pool_id,
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.CLIENT_SECRET_ID: identity.client_secret_arn,
            },
            permissions=[
                Allow(
                    ["cognito-idp:AdminInitiateAuth", "cognito-idp:AdminRespondToAuthChallenge"],
                    [identity.user_pool_arn],
                ),
                Allow(["secretsmanager:GetSecretValue"], [identity.client_secret_arn]),
                *([key.through_secret()] if key else []),
            ],
            log_retention_days=settings.log_retention_days,
        ),
        opts,
    )


def file_sla_error_function(
    settings: Settings,
    identity: Identity,
    table: BreachTable,
    key: EncryptionKey | None,
    opts: pulumi.ResourceOptions,
) -> Function:
    """FileSlaErrorLambda, which stores reports."""
    return Function(
        "file-sla-error",
        FunctionArgs(
            function_name=f"{settings.prefix}-file-sla-error",
            description="Stores reports of files that waited too long.",
            handler="handlers.file_sla_error.handler",
            package=build_package("file-sla-error", settings.function_target),
            memory_mb=settings.function_memory_mb,
            timeout_seconds=TIMEOUT_SECONDS,
            environment={
                **_common_environment(settings),
                Variable.USER_POOL_CLIENT_ID: identity.client_id,
                Variable.TABLE_NAME: table.table_name,
                Variable.RETENTION_DAYS: str(settings.retention_days),
            },
            permissions=[
                Allow(["dynamodb:BatchWriteItem"], [table.table_arn]),
                *([key.through_table()] if key else []),
            ],
            log_retention_days=settings.log_retention_days,
        ),
        opts,
    )


def _common_environment(settings: Settings) -> dict[str, pulumi.Input[str]]:
    return {
        Variable.ALLOWED_ORIGIN: settings.cors_origin,
        Variable.LOG_LEVEL: "INFO",
        Variable.METRICS_NAMESPACE: settings.metrics_namespace,
    }
