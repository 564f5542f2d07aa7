"""The infrastructure of file-sla: settings, components, exports."""

import pulumi

from components.api.domain import ApiDomain
from components.api.rest_api import RestApi
from components.backup import BackupPlan
from components.encryption import Base, EncryptionKey
from components.functions.projection import IncidentProjection
from components.functions.routes import RouteFunctions
from components.identity import Identity
from components.manifest import Manifest
from components.monitoring.monitoring import Monitoring
from components.notifications import IncidentNotifications, OwnerChannels
from components.provider import use_provider
from components.settings import Settings
from components.tables import Tables
from components.web_acl import WebAcl
from contract.names import Output

settings = Settings.load()
manifest = Manifest()
opts = use_provider(settings, manifest)

key = EncryptionKey("data", settings, opts).arn if settings.customer_managed_key else None
base = Base(settings, key)
tables = Tables.of(base, opts)
identity = Identity("identity", base, tables.allow_analysts(), opts)
functions = RouteFunctions("functions", base, identity, tables, opts)
api = RestApi("api", base, functions.by_path, identity.user_pool_arn, opts)
domain = ApiDomain("domain", settings, api, opts) if settings.domain_name else None
if settings.web_acl:
    WebAcl("firewall", settings, api.stage.arn, opts)

IncidentProjection("projection", base, tables, opts)
channels = OwnerChannels("owners", base, opts)
if settings.owners:
    IncidentNotifications("notifications", base, tables, channels, opts)
if settings.backup_days:
    BackupPlan("backup", settings, tables, opts)
monitoring = Monitoring("monitoring", base, api.stage.access_log_name, opts)

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
