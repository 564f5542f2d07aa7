"""Names that program, functions and commands share: groups, environment variables, outputs, runbook."""

from enum import StrEnum, unique
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
"""The folder that the project is in; in a function, that of its package."""

SERVICE: Final = "file-sla"
STAGE: Final = "v1"
"""The one stage of the REST API."""
PROJECTION: Final = "incident-projection"
"""The function that keeps senders and incidents, as its module in `handlers`, with hyphens."""
NOTIFICATIONS: Final = "incident-notifications"
"""The function that notifies owners of their incidents, likewise."""
TEST_OWNER: Final = "test_owner"
"""In an event of that function: the owner over whose channels a test is sent."""
SWEEP: Final = {"sweep": True}
"""What the schedule invokes it with."""
MADE_ANEW: Final = frozenset({"owners-webhooks", "owners-webhooks-value"})
"""What the program calls secrets that hold what is in its configuration, and nothing else."""
ALARM_SEPARATOR: Final = "/"
"""Between the stack's prefix and the alarm: no prefix has one, so those of `prod` are not `prod-eu`'s."""


@unique
class Group(StrEnum):
    """Groups of the user pool; membership travels in the `cognito:groups` claim."""

    REPORTERS = "sla-reporters"
    ANALYSTS = "sla-analysts"


@unique
class Challenge(StrEnum):
    """What the user pool wants before it lets a user in whose password was right."""

    NEW_PASSWORD_REQUIRED = "NEW_PASSWORD_REQUIRED"
    PASSWORD_RESET_REQUIRED = "PASSWORD_RESET_REQUIRED"


@unique
class Variable(StrEnum):
    """Set by the program, read by the functions."""

    ALLOWED_ORIGIN = "ALLOWED_ORIGIN"
    LOG_LEVEL = "POWERTOOLS_LOG_LEVEL"
    METRICS_NAMESPACE = "POWERTOOLS_METRICS_NAMESPACE"
    USER_POOL_ID = "USER_POOL_ID"
    USER_POOL_CLIENT_ID = "USER_POOL_CLIENT_ID"
    CLIENT_SECRET_ID = "CLIENT_SECRET_ID"
    TABLE_NAME = "TABLE_NAME"
    RETENTION_DAYS = "RETENTION_DAYS"
    RUNS_TABLE_NAME = "RUNS_TABLE_NAME"
    SENDERS_TABLE_NAME = "SENDERS_TABLE_NAME"
    INCIDENTS_TABLE_NAME = "INCIDENTS_TABLE_NAME"
    RUN_RETENTION_DAYS = "RUN_RETENTION_DAYS"
    DEAD_LETTERS_URL = "DEAD_LETTERS_URL"
    SENDER_INCIDENT_LIMIT = "SENDER_INCIDENT_LIMIT"
    ACCOUNT_INCIDENT_LIMIT = "ACCOUNT_INCIDENT_LIMIT"
    NEW_SENDER_LIMIT = "NEW_SENDER_LIMIT"
    ACCOUNT_REPORT_LIMIT = "ACCOUNT_REPORT_LIMIT"
    NOTIFICATIONS_TABLE_NAME = "NOTIFICATIONS_TABLE_NAME"
    WEBHOOKS_SECRET_ID = "WEBHOOKS_SECRET_ID"
    """The secret that holds the addresses of webhooks; empty where there are none."""
    MAIL_FROM = "MAIL_FROM"
    """Who mails come from; empty where SES is not used."""
    OWNER_TOPICS_PREFIX = "OWNER_TOPICS_PREFIX"
    """What the ARN of each owner's topic begins with; the owner's name follows."""
    DASHBOARD_URL = "DASHBOARD_URL"
    """Where the dashboard is; empty where that was not configured."""
    DOCS_URL = "DOCS_URL"


OUTPUTS_VARIABLE: Final = "FILE_SLA_OUTPUTS"
"""The environment variable that names a file of them, as `pulumi stack output --json` writes it."""
LOCAL_KEY: Final = "test"
"""Id and secret of the key that a local stack takes for its account's root."""


@unique
class Output(StrEnum):
    """Outputs of every stack, but for those `OF_DOMAIN`."""

    API_URL = "api_url"
    API_DEFAULT_URL = "api_default_url"
    API_DOMAIN_TARGET = "api_domain_target"
    REGION = "region"
    TABLE_NAME = "table_name"
    RUNS_TABLE_NAME = "runs_table_name"
    SENDERS_TABLE_NAME = "senders_table_name"
    INCIDENTS_TABLE_NAME = "incidents_table_name"
    NOTIFICATIONS_TABLE_NAME = "notifications_table_name"
    USER_POOL_ID = "user_pool_id"
    USER_POOL_CLIENT_ID = "user_pool_client_id"
    IDENTITY_POOL_ID = "identity_pool_id"
    ALARM_TOPIC_ARN = "alarm_topic_arn"
    DASHBOARD_NAME = "dashboard_name"
    METRICS_NAMESPACE = "metrics_namespace"
    MANIFEST = "manifest"
    """What the stack declares, for the doctor; `contract/manifest.py` reads it."""


OF_DOMAIN: Final = frozenset({Output.API_DEFAULT_URL, Output.API_DOMAIN_TARGET})
"""Of a stack with a domain name alone: the address that AWS makes, and what its record leads to."""


@unique
class LocalOutput(StrEnum):
    """What a local stack has beside them."""

    ENDPOINT_URL = "endpoint_url"
    DASHBOARD_URL = "dashboard_url"
    USERS = "users"
    RECEIVER_URL = "receiver_url"
    """Where the messages that a local stack would send can be read."""
    OWNERS_FILE = "owners_file"
    """The path of the file of those whom it tells; only where it tells anybody."""
    SERVERS = "servers"
    """The accounts of the demo's servers."""


RUNBOOK_FILE: Final = "runbook.md"
"""Its name in the folder `docs`."""
RUNBOOK_LABEL: Final = "Runbook: "
"""What stands before the address, at the end of an alarm's description."""


@unique
class RunbookSection(StrEnum):
    """Sections of the runbook, by the anchor of their heading.

    No digits: GitHub makes `5xx` of the heading "5XX", and Streamlit `5-xx`.
    """

    UNHEALTHY = "unhealthy"
    SERVER_ERRORS = "server-errors"
    REFUSED_REQUESTS = "refused-requests"
    LATENCY = "latency"
    FUNCTION_ERRORS = "function-errors"
    FUNCTION_THROTTLES = "function-throttles"
    FUNCTION_DURATION = "function-duration"
    TABLE_THROTTLES = "table-throttles"
    TABLE_ERRORS = "table-errors"
    FAILED_SIGN_INS = "failed-sign-ins"
    MAINTENANCE = "many-maintenance-windows"
    PROJECTION_BEHIND = "projection-behind"
    DEAD_LETTERS = "dead-letters"
    SET_ASIDE = "set-aside"
    LIMITS = "over-a-limit"
    SILENT_SENDERS = "silent-senders"
    UNREADABLE_FOLDERS = "unreadable-folders"
    OPEN_INCIDENTS = "open-incidents"
    NOTIFICATIONS_NOT_SENT = "notifications-not-sent"
    CHANNELS_DISABLED = "channels-disabled"
