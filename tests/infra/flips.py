"""Another value for every key of Pulumi.yaml, and what each of them changes."""

from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Flip:
    """A key's other value, and the mark by which its effect differs from that of every other key."""

    value: Any
    """Never the default."""
    resource: str
    """A resource that changes with the key."""
    input: str = ""
    """Which input of it; empty where the resource comes or goes."""
    variable: str = ""
    """Which variable, where the input is a function's environment."""
    needs: str = ""
    """The key without which it means nothing."""
    apart: bool = False
    """It changes the very input that another key changes as well."""
    instead: str = ""
    """The key in whose place it is set: the program takes one of the two."""


_PROJECTION: Final = ("incident-projection-function", "environment")
FLIPS: Final[dict[str, Flip]] = {
    "tableName": Flip("OtherErrors", "errors-table", "name", apart=True),
    "retentionDays": Flip(90, "errors-table", "ttl"),
    "runRetentionDays": Flip(90, "file-sla-error-function", "environment"),
    "senderIncidentLimit": Flip(2_000, *_PROJECTION, "SENDER_INCIDENT_LIMIT"),
    "accountIncidentLimit": Flip(30_000, *_PROJECTION, "ACCOUNT_INCIDENT_LIMIT"),
    "newSenderLimit": Flip(100, *_PROJECTION, "NEW_SENDER_LIMIT"),
    "accountReportLimit": Flip(600, "file-sla-error-function", "environment", "ACCOUNT_REPORT_LIMIT"),
    "deletionProtection": Flip(False, "errors-table", "deletionProtectionEnabled"),
    "functionTarget": Flip("x86_64", "auth-function", "code"),
    "functionMemoryMb": Flip(256, "auth-function", "memorySize"),
    "logRetentionDays": Flip(7, "auth-log", "retentionInDays"),
    "corsOrigin": Flip("https://ops.example.com", "api-unauthorized", "responseParameters"),
    "domainName": Flip("sla.example.com", "domain-name"),
    "domainZoneId": Flip("Z0000000000000000000", "domain-certificate"),
    "domainCertificateArn": Flip(
        "arn:aws:acm:us-east-1:000000000000:certificate/12345678-1234-1234-1234-123456789012",
        "domain-name",
        "regionalCertificateArn",
        instead="domainZoneId",
    ),
    "defaultEndpoint": Flip(False, "api-api", "disableExecuteApiEndpoint"),
    "tlsPolicy": Flip("tls-1.0", "api-api", "securityPolicy"),
    "mailFrom": Flip("file-sla <sla@example.com>", "identity-users", "emailConfiguration"),
    "mailIdentity": Flip("example.com", "identity-users", "emailConfiguration", needs="mailFrom", apart=True),
    "refreshTokenDays": Flip(2, "identity-client", "refreshTokenValidity"),
    "authRateLimit": Flip(90, "api-auth-settings", "settings"),
    "authBurstLimit": Flip(90, "api-auth-settings", "settings", apart=True),
    "reportRateLimit": Flip(90, "api-file-sla-error-settings", "settings"),
    "reportBurstLimit": Flip(90, "api-file-sla-error-settings", "settings", apart=True),
    "actionRateLimit": Flip(90, "api-incident-action-settings", "settings"),
    "actionBurstLimit": Flip(90, "api-incident-action-settings", "settings", apart=True),
    "manageApiGatewayAccount": Flip(False, "api-account"),
    "alarmEmail": Flip("ops@example.com", "monitoring-email"),
    "latencyAlarmMs": Flip(4000, "monitoring-auth-latency", "threshold"),
    "errorRateAlarmPercent": Flip(7, "monitoring-auth-5xx", "threshold"),
    "clientErrorRateAlarmPercent": Flip(33, "monitoring-auth-4xx", "threshold"),
    "functionErrorAlarmCount": Flip(3, "monitoring-auth-errors", "threshold"),
    "durationAlarmPercent": Flip(70, "monitoring-auth-duration", "threshold"),
    "throttleAlarmCount": Flip(4, "monitoring-auth-throttles", "threshold"),
    "tableErrorAlarmCount": Flip(5, "monitoring-table-query-errors", "threshold"),
    "failedSignInAlarmCount": Flip(6, "monitoring-failed-sign-ins", "threshold"),
    "silentSendersAlarmCount": Flip(8, "monitoring-silent-senders", "threshold"),
    "unreadableFoldersAlarmCount": Flip(0, "monitoring-unreadable-folders"),
    "openIncidentsAlarmCount": Flip(9, "monitoring-open-incidents"),
    "allowedCidrs": Flip("127.0.0.0/8", "api-callers", "policy"),
    "webAcl": Flip(True, "firewall-acl"),
    "webAclAuthLimit": Flip(50, "firewall-acl", "ruleJson", needs="webAcl", apart=True),
    "backupDays": Flip(7, "backup-plan"),
    "xRayTracing": Flip(True, "api-stage", "xrayTracingEnabled"),
    "customerManagedKey": Flip(True, "data-key"),
    "threatProtection": Flip("audit", "identity-users", "userPoolTier"),
    "authenticatorApps": Flip(True, "identity-users", "mfaConfiguration"),
    "ownersFile": Flip("tests/samples/owners.yaml", "incident-notifications-function"),
    "webhooks": Flip(
        {"operations": "https://example.com/operations", "orders": "https://example.com/orders"},
        "owners-webhooks",
    ),
    "dashboardUrl": Flip(
        "https://dashboard.example.com",
        "incident-notifications-function",
        "environment",
        needs="ownersFile",
        apart=True,
    ),
    "docsUrl": Flip("https://docs.example.com/file-sla", "monitoring-unhealthy", "alarmDescription"),
}

INSTEAD: Final[dict[str, Any]] = {key: flip.value for key, flip in FLIPS.items() if flip.instead}
"""Keys that take the place of others of TOGETHER."""
TOGETHER: Final[dict[str, Any]] = {
    key: flip.value for key, flip in FLIPS.items() if not flip.apart and not flip.instead
}
APART: Final[dict[str, Any]] = {key: flip.value for key, flip in FLIPS.items() if flip.apart}
"""Two sets of keys, in each of which the effect of every key differs from that of the others.

What one key alone would take away, it takes away together with others as well: a resource is replaced
for any input, and goes where any key has it go.
"""
