"""The infrastructure of file-sla: settings, components, exports."""

import pulumi
import pulumi_aws as aws

from components.alarms import alarm_specs
from components.api_route import Route
from components.breach_table import BreachTable, BreachTableArgs
from components.encryption import EncryptionKey, EncryptionKeyArgs
from components.functions import auth_function, file_sla_error_function
from components.gateway_model import gateway_model
from components.identity import Identity, IdentityArgs
from components.metrics import Watched
from components.monitoring import Monitoring, MonitoringArgs
from components.policy import Allow
from components.rest_api import RestApi, RestApiArgs
from components.settings import Settings
from components.web_acl import WebAcl, WebAclArgs
from handlers.ingest.report import Report
from handlers.names import Route as Path
from handlers.sign_in.request import NamedUser

settings = Settings.load()
provider = aws.Provider(
    "aws", region=settings.region, default_tags=aws.ProviderDefaultTagsArgs(tags=settings.tags)
)
opts = pulumi.ResourceOptions(provider=provider)

key = (
    EncryptionKey("data", EncryptionKeyArgs(prefix=settings.prefix, region=settings.region), opts)
    if settings.customer_managed_key
    else None
)
table = BreachTable(
    "breaches",
    BreachTableArgs(
        table_name=settings.table_name,
        deletion_protection=settings.deletion_protection,
        expires=settings.retention_days > 0,
        key_arn=key.arn if key else None,
    ),
    opts,
)
identity = Identity(
    "identity",
    IdentityArgs(
        prefix=settings.prefix,
        deletion_protection=settings.deletion_protection,
        refresh_token_days=settings.refresh_token_days,
        analyst_permissions=[
            Allow(["dynamodb:Query"], table.index_arns),
            # CloudWatch knows no narrower resource for these: metrics have no ARN, and composite
            # alarms are shown only to those who may see all (DescribeAlarms).
            Allow(["cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"], ["*"]),
            *([key.through_table()] if key else []),
        ],
        threat_protection=settings.threat_protection,
        authenticator_apps=settings.authenticator_apps,
        secret_key_arn=key.arn if key else None,
    ),
    opts,
)
auth = auth_function(settings, identity, key, opts)
file_sla_error = file_sla_error_function(settings, identity, table, key, opts)
api = RestApi(
    "api",
    RestApiArgs(
        api_name=settings.prefix,
        routes=[
            Route(
                path=Path.AUTH,
                function=auth,
                model=gateway_model(NamedUser),
                authorized=False,
                rate_limit=settings.auth_rate_limit,
                burst_limit=settings.auth_burst_limit,
            ),
            Route(
                path=Path.FILE_SLA_ERROR,
                function=file_sla_error,
                # The function accepts a lone object, and explains a list that was cut to text.
                model=gateway_model(Report, lenient=frozenset({"sla_error"})),
                authorized=True,
                rate_limit=settings.report_rate_limit,
                burst_limit=settings.report_burst_limit,
            ),
        ],
        user_pool_arn=identity.user_pool_arn,
        allowed_origin=settings.cors_origin,
        log_retention_days=settings.log_retention_days,
        manages_account=settings.manage_api_gateway_account,
        allowed_blocks=settings.allowed_blocks,
    ),
    opts,
)
if settings.web_acl:
    WebAcl(
        "firewall",
        WebAclArgs(prefix=settings.prefix, stage_arn=api.stage.arn, auth_limit=settings.web_acl_auth_limit),
        opts,
    )
watched = Watched(
    api_name=settings.prefix,
    table_name=settings.table_name,
    function_names={"auth": auth.args.function_name, "file-sla-error": file_sla_error.args.function_name},
    namespace=settings.metrics_namespace,
)
monitoring = Monitoring(
    "monitoring",
    MonitoringArgs(
        prefix=settings.prefix,
        region=settings.region,
        watched=watched,
        alarms=alarm_specs(watched, settings),
        access_log_name=api.access_log_name,
        docs_url=settings.docs_url,
        email=settings.alarm_email,
    ),
    opts,
)

pulumi.export("api_url", api.url)
pulumi.export("region", settings.region)
pulumi.export("table_name", table.table_name)
pulumi.export("user_pool_id", identity.user_pool_id)
pulumi.export("user_pool_client_id", identity.client_id)
pulumi.export("identity_pool_id", identity.identity_pool_id)
pulumi.export("alarm_topic_arn", monitoring.alarm_topic_arn)
pulumi.export("dashboard_name", monitoring.dashboard_name)
pulumi.export("metrics_namespace", settings.metrics_namespace)
