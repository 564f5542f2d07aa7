"""Another value for every key of Pulumi.yaml, and what is known to go wrong with it."""

from typing import Any, Final

SAMPLES: Final[dict[str, Any]] = {
    "tableName": "OtherErrors",
    "retentionDays": 90,
    "deletionProtection": False,
    "functionTarget": "x86_64",
    "functionMemoryMb": 256,
    "logRetentionDays": 7,
    "corsOrigin": "https://ops.example.com",
    "refreshTokenDays": 2,
    "authRateLimit": 90,
    "authBurstLimit": 90,
    "reportRateLimit": 90,
    "reportBurstLimit": 90,
    "manageApiGatewayAccount": False,
    "alarmEmail": "ops@example.com",
    "latencyAlarmMs": 4000,
    "errorRateAlarmPercent": 10,
    "clientErrorRateAlarmPercent": 40,
    "functionErrorAlarmCount": 2,
    "durationAlarmPercent": 70,
    "throttleAlarmCount": 2,
    "tableErrorAlarmCount": 2,
    "failedSignInAlarmCount": 10,
    "heartbeatMinutes": 120,
    "breachQuietMinutes": 90,
    "allowedCidrs": "127.0.0.0/8",
    "webAcl": True,
    "webAclAuthLimit": 50,
    "customerManagedKey": True,
    "threatProtection": "audit",
    "authenticatorApps": True,
    "docsUrl": "https://docs.example.com/file-sla",
}
"""What each key is flipped to: never its default."""

NEEDS: Final[dict[str, str]] = {"webAclAuthLimit": "webAcl"}
"""The keys that mean nothing while another one is off."""

KEEPERS: Final = frozenset(
    {
        "aws:cloudwatch/logGroup:LogGroup",
        "aws:cognito/identityPool:IdentityPool",
        "aws:cognito/userGroup:UserGroup",
        "aws:cognito/userPool:UserPool",
        "aws:cognito/userPoolClient:UserPoolClient",
        "aws:dynamodb/table:Table",
        "aws:kms/key:Key",
        "aws:secretsmanager/secret:Secret",
        "aws:secretsmanager/secretVersion:SecretVersion",
    }
)
"""The types of resources that hold data or people, or without which those are lost."""

REPLACES: Final[dict[str, set[str]]] = {"tableName": {"breaches-table"}}
"""What a key may replace all the same, because its description says so."""

DEFECTS_BACK: Final[dict[str, str]] = {
    "customerManagedKey": "the key goes with the flag, while the table is still encrypted under it",
}
"""The keys whose way back to the default takes away what it must not, and why."""

DEFECTS_APPLIED: Final[dict[str, str]] = {
    "retentionDays": "expiry that is left out stays on: DynamoDB goes on deleting records",
    "allowedCidrs": "the policy goes after the deployment that still holds it, so it stays in force",
    "customerManagedKey": DEFECTS_BACK["customerManagedKey"],
}
"""The keys that do not leave the account as it was when they are set and unset, and why."""
