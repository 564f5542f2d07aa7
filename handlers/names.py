"""Every name that more than one part of the system has to spell the same way."""

from typing import Final, Literal


class Route:
    """Paths of the REST API, relative to its stage."""

    AUTH: Final = "auth"
    FILE_SLA_ERROR: Final = "file_sla_error"


STAGE: Final = "v1"
"""The one stage of the REST API."""


class Group:
    """Groups of the user pool; membership travels in the `cognito:groups` claim."""

    REPORTERS: Final = "sla-reporters"
    ANALYSTS: Final = "sla-analysts"


class Attribute:
    """Attributes of an item in the breach table."""

    ERROR_ID: Final = "ErrorId"
    FOLDER: Final = "Folder"
    AFFECTED_DATE: Final = "AffectedDate"
    SLA: Final = "SLA"
    FILES: Final = "Files"
    FILENAME: Final = "Filename"
    CREATION_DATE: Final = "CreationDate"
    DETECTED_AT: Final = "DetectedAt"
    FILE_COUNT: Final = "FileCount"
    REPORTED_BY: Final = "ReportedBy"
    PART: Final = "Part"
    PARTS: Final = "Parts"
    EXPIRES_AT: Final = "ExpiresAt"


class Index:
    """Global secondary indexes of the breach table."""

    AFFECTED_DATE: Final = "AffectedDateIndex"
    FOLDER: Final = "FolderIndex"


class Metric:
    """Metrics that the functions publish through the embedded metric format."""

    REQUESTS: Final = "Requests"
    REPORTS: Final = "Reports"
    HEARTBEATS: Final = "Heartbeats"
    BREACHED_FOLDERS: Final = "BreachedFolders"
    STUCK_FILES: Final = "StuckFiles"
    RECORDS_WRITTEN: Final = "RecordsWritten"
    UNPROCESSED_RETRIED: Final = "UnprocessedItemsRetried"
    REJECTED_REPORTS: Final = "RejectedReports"
    SIGN_INS: Final = "SignIns"


class Dimension:
    """Dimensions of those metrics. Few by design: CloudWatch bills every combination."""

    ROUTE: Final = "Route"
    STATUS_CODE: Final = "StatusCode"
    REASON: Final = "Reason"
    OUTCOME: Final = "Outcome"


class GatewayMetric:
    """What API Gateway publishes of a REST API by itself, and the dimensions it does so under."""

    NAMESPACE: Final = "AWS/ApiGateway"
    COUNT: Final = "Count"
    CLIENT_ERRORS: Final = "4XXError"
    SERVER_ERRORS: Final = "5XXError"
    LATENCY: Final = "Latency"
    INTEGRATION_LATENCY: Final = "IntegrationLatency"
    API: Final = "ApiName"
    STAGE: Final = "Stage"
    METHOD: Final = "Method"
    RESOURCE: Final = "Resource"


class FunctionMetric:
    """What Lambda publishes of a function by itself."""

    NAMESPACE: Final = "AWS/Lambda"
    INVOCATIONS: Final = "Invocations"
    ERRORS: Final = "Errors"
    THROTTLES: Final = "Throttles"
    DURATION: Final = "Duration"
    CONCURRENT_EXECUTIONS: Final = "ConcurrentExecutions"
    FUNCTION: Final = "FunctionName"


class Variable:
    """Environment variables that configure the functions."""

    ALLOWED_ORIGIN: Final = "ALLOWED_ORIGIN"
    LOG_LEVEL: Final = "POWERTOOLS_LOG_LEVEL"
    METRICS_NAMESPACE: Final = "POWERTOOLS_METRICS_NAMESPACE"
    USER_POOL_ID: Final = "USER_POOL_ID"
    USER_POOL_CLIENT_ID: Final = "USER_POOL_CLIENT_ID"
    CLIENT_SECRET_ID: Final = "CLIENT_SECRET_ID"
    TABLE_NAME: Final = "TABLE_NAME"
    RETENTION_DAYS: Final = "RETENTION_DAYS"


class Runbook:
    """How an alarm's description, at its end, names the section that tells what to do."""

    LABEL: Final = "Runbook: "
    FILE: Final = "runbook.md"


IDEMPOTENCY_HEADER: Final = "Idempotency-Key"
SERVICE: Final = "file-sla"
TokenUse = Literal["id", "access"]
