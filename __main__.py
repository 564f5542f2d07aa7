"""The infrastructure of file-sla: settings, components, exports."""

import pulumi

from components.api.rest_api import RestApi, RestApiArgs
from components.backup import BackupPlan, BackupPlanArgs
from components.encryption import EncryptionKey, EncryptionKeyArgs
from components.functions.route_functions import RouteFunctions, RouteFunctionsArgs
from components.identity import Identity, IdentityArgs
from components.monitoring.monitoring import ALLOW_READING_METRICS, Monitoring, MonitoringArgs
from components.provider import use_provider
from components.settings import Settings
from components.tables import FileSlaErrors, FileSlaErrorsArgs
from components.web_acl import WebAcl, WebAclArgs
from contract.outputs import Output

settings = Settings.load()
opts = use_provider(settings)

key = EncryptionKey("data", EncryptionKeyArgs.of(settings), opts) if settings.customer_managed_key else None
table = FileSlaErrors("errors", FileSlaErrorsArgs.of(settings, key), opts)
analysts_may = [*table.allow_query(), ALLOW_READING_METRICS]
identity = Identity("identity", IdentityArgs.of(settings, key, analysts_may), opts)
functions = RouteFunctions(
    "functions", RouteFunctionsArgs(settings=settings, identity=identity, table=table, key=key), opts
)
api = RestApi("api", RestApiArgs.of(settings, key, functions.by_path, identity.user_pool_arn), opts)
if settings.backup_days:
    BackupPlan("backup", BackupPlanArgs.of(settings, table.table_arn), opts)
if settings.web_acl:
    WebAcl("firewall", WebAclArgs.of(settings, api.stage_arn), opts)
monitoring = Monitoring("monitoring", MonitoringArgs.of(settings, key, api.access_log_name), opts)

exports: dict[Output, pulumi.Input[str]] = {
    Output.API_URL: api.url,
    Output.REGION: settings.region,
    Output.TABLE_NAME: table.table_name,
    Output.USER_POOL_ID: identity.user_pool_id,
    Output.USER_POOL_CLIENT_ID: identity.client_id,
    Output.IDENTITY_POOL_ID: identity.identity_pool_id,
    Output.ALARM_TOPIC_ARN: monitoring.alarm_topic_arn,
    Output.DASHBOARD_NAME: monitoring.dashboard_name,
    Output.METRICS_NAMESPACE: settings.metrics_namespace,
}
for output, value in exports.items():
    pulumi.export(output, value)
