"""Names of CloudWatch metrics: the service's own, and those that AWS publishes of its parts."""

from enum import StrEnum, unique


@unique
class Metric(StrEnum):
    """Metrics that the functions publish through the embedded metric format."""

    REQUESTS = "Requests"
    REPORTS = "Reports"
    HEARTBEATS = "Heartbeats"
    BREACHED_FOLDERS = "BreachedFolders"
    STUCK_FILES = "StuckFiles"
    RECORDS_WRITTEN = "RecordsWritten"
    UNPROCESSED_RETRIED = "UnprocessedItemsRetried"
    REJECTED_REPORTS = "RejectedReports"
    SIGN_INS = "SignIns"
    ACTIONS = "Actions"
    MAINTENANCE_MADE = "MaintenanceMade"
    """Maintenance windows that somebody made or changed."""
    RUNS_APPLIED = "RunsApplied"
    RUNS_NOT_APPLIED = "RunsNotApplied"
    SENDERS_REPLAYED = "SendersReplayed"
    SENDERS_REFUSED = "SendersRefused"
    """Runs of senders beyond those that their account may bring in a day."""
    ACCOUNTS_OVER_LIMIT = "AccountsOverLimit"
    """With more live incidents than an account may have: at each sweep."""
    SENDERS_SET_ASIDE = "SendersSetAside"
    """Whose incidents could not be worked out again, three times: at each sweep."""
    SENDERS_SILENT = "SendersSilent"
    FOLDERS_UNREADABLE = "FoldersUnreadable"
    INCIDENTS_OPEN = "IncidentsOpen"
    INCIDENTS_UNKNOWN = "IncidentsUnknown"
    NOTIFICATIONS_DELIVERED = "NotificationsDelivered"
    NOTIFICATIONS_FAILED = "NotificationsFailed"
    """Attempts that failed and are made again."""
    NOTIFICATIONS_GIVEN_UP = "NotificationsGivenUp"
    """Given up after all attempts."""
    RECIPIENTS_CHECKED = "RecipientsChecked"
    """Recipients that a sweep looked at."""
    NOTIFICATION_DELAY = "NotificationDelay"
    """Seconds from the run that opened an incident to the message of it; of a sweep, the longest."""
    CHANNELS_DISABLED = "ChannelsDisabled"
    """How many are, at each sweep."""


@unique
class Dimension(StrEnum):
    """Dimensions of those metrics. Few by design: CloudWatch bills every combination."""

    ROUTE = "Route"
    STATUS_CODE = "StatusCode"
    REASON = "Reason"
    OUTCOME = "Outcome"


@unique
class Outcome(StrEnum):
    """Values of the dimension `Outcome` for what went well; what failed has a `Reason`."""

    SIGNED_IN = "signed_in"
    REFRESHED = "refreshed"
    RECOVERY_STARTED = "recovery_started"
    RECOVERED = "recovered"
    DONE = "done"
    ALREADY_DONE = "already_done"


@unique
class Reason(StrEnum):
    """Why a request was refused: values of the dimensions `Reason` and `Outcome`."""

    INVALID_BODY = "invalid_body"
    BAD_CREDENTIALS = "bad_credentials"
    BAD_TOKEN = "bad_token"
    NOT_IN_GROUP = "not_in_group"
    CHALLENGE = "challenge"
    TOO_LARGE = "too_large"
    THROTTLED = "throttled"
    NOT_STORED = "not_stored"
    NOT_FOUND = "not_found"
    INVALID_STATE = "invalid_state"


@unique
class Namespace(StrEnum):
    """Namespaces in which AWS publishes."""

    API_GATEWAY = "AWS/ApiGateway"
    LAMBDA = "AWS/Lambda"
    DYNAMODB = "AWS/DynamoDB"
    SQS = "AWS/SQS"


@unique
class GatewayMetric(StrEnum):
    """What API Gateway publishes of a REST API ("Amazon API Gateway dimensions and metrics")."""

    COUNT = "Count"
    CLIENT_ERRORS = "4XXError"
    SERVER_ERRORS = "5XXError"
    LATENCY = "Latency"
    INTEGRATION_LATENCY = "IntegrationLatency"


@unique
class FunctionMetric(StrEnum):
    """What Lambda publishes of a function ("Types of metrics for Lambda functions")."""

    INVOCATIONS = "Invocations"
    ERRORS = "Errors"
    THROTTLES = "Throttles"
    DURATION = "Duration"
    CONCURRENT_EXECUTIONS = "ConcurrentExecutions"
    ITERATOR_AGE = "IteratorAge"
    """Milliseconds that the last record of a batch had waited in its stream."""


@unique
class TableMetric(StrEnum):
    """What DynamoDB publishes of a table ("DynamoDB metrics and dimensions")."""

    CONSUMED_WRITE_UNITS = "ConsumedWriteCapacityUnits"
    CONSUMED_READ_UNITS = "ConsumedReadCapacityUnits"
    WRITE_THROTTLES = "WriteThrottleEvents"
    READ_THROTTLES = "ReadThrottleEvents"
    SYSTEM_ERRORS = "SystemErrors"


@unique
class QueueMetric(StrEnum):
    """What SQS publishes of a queue ("Available CloudWatch metrics for Amazon SQS")."""

    VISIBLE_MESSAGES = "ApproximateNumberOfMessagesVisible"


@unique
class AwsDimension(StrEnum):
    """The dimensions of these metrics."""

    API = "ApiName"
    STAGE = "Stage"
    METHOD = "Method"
    RESOURCE = "Resource"
    FUNCTION = "FunctionName"
    TABLE = "TableName"
    INDEX = "GlobalSecondaryIndexName"
    OPERATION = "Operation"
    QUEUE = "QueueName"


def build_gateway_dimensions(api_name: str, stage: str, path: str | None = None) -> dict[str, str]:
    """The dimensions of a REST API's metrics, or of the POST method of one of its paths.

    Args:
        api_name: the API's name, not its id.
        stage: the stage that serves it.
        path: relative to the stage, without a slash; None for the whole API.
    """
    whole = {str(AwsDimension.API): api_name, str(AwsDimension.STAGE): stage}
    if path is None:
        return whole
    return {**whole, AwsDimension.METHOD: "POST", AwsDimension.RESOURCE: f"/{path}"}
