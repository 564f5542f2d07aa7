"""The infrastructure of file-sla: settings, components, exports."""

import pulumi

from components.api.domain import ApiDomain
from components.api.rest_api import RestApi, RestApiArgs
from components.backup import BackupPlan
from components.encryption import EncryptionKey
from components.functions.projection import IncidentProjection, IncidentProjectionArgs
from components.functions.routes import RouteFunctions, RouteFunctionsArgs
from components.identity import Identity, IdentityArgs
from components.manifest import Manifest
from components.monitoring.monitoring import Monitoring, MonitoringArgs
from components.notifications import IncidentNotifications, IncidentNotificationsArgs, OwnerChannels
from components.provider import use_provider
from components.settings import Settings
from components.tables import Tables
from components.web_acl import WebAcl
from contract.names import Output

settings = Settings.load()
manifest = Manifest()
opts = use_provider(settings, manifest)

key = EncryptionKey("data", settings, opts).arn if settings.customer_managed_key else None
tables = Tables.of(settings, key, opts)
identity = Identity(
    "identity", IdentityArgs(settings=settings, analyst_permissions=tables.allow_analysts(), key=key), opts
)
functions = RouteFunctions(
    "functions", RouteFunctionsArgs(settings=settings, identity=identity, tables=tables, key=key), opts
)
api = RestApi(
    "api",
    RestApiArgs(
        settings=settings, functions=functions.by_path, user_pool_arn=identity.user_pool_arn, key=key
    ),
    opts,
)
domain = ApiDomain("domain", settings, api, opts) if settings.domain_name else None
if settings.web_acl:
    WebAcl("firewall", settings, api.stage.arn, opts)

IncidentProjection("projection", IncidentProjectionArgs(settings=settings, tables=tables, key=key), opts)
channels = OwnerChannels("owners", settings, key, opts)
if settings.owners:
    IncidentNotifications(
        "notifications",
        IncidentNotificationsArgs(settings=settings, tables=tables, channels=channels, key=key),
        opts,
    )
if settings.backup_days:
    BackupPlan("backup", settings, tables, opts)
monitoring = Monitoring(
    "monitoring", MonitoringArgs(settings=settings, access_log_name=api.stage.access_log_name, key=key), opts
)

exports: dict[Output, pulumi.Input[str]] = {
    Output.API_URL: domain.url if domain else api.stage.url,
    Output.REGION: settings.region,
    Output.TABLE_NAME: tables.errors.table_name,
    Output.RUNS_TABLE_NAME: tables.runs.table_name,
    Output.SENDERS_TABLE_NAME: tables.senders.table_name,
    Output.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
    Output.NOTIFICATIONS_TABLE_NAME: tables.notifications.table_name,
    Output.USER_POOL_ID: identity.user_pool_id,
    Output.USER_POOL_CLIENT_ID: identity.client_id,
    Output.IDENTITY_POOL_ID: identity.identity_pool_id,
    Output.ALARM_TOPIC_ARN: monitoring.alarm_topic_arn,
    Output.DASHBOARD_NAME: monitoring.dashboard_name,
    Output.METRICS_NAMESPACE: settings.metrics_namespace,
    Output.MANIFEST: manifest.to_output(),
}
if domain:
    exports |= {Output.API_DEFAULT_URL: api.stage.url, Output.API_DOMAIN_TARGET: domain.target}
for output, value in exports.items():
    pulumi.export(output, value)
