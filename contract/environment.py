"""Environment variables that configure the functions."""

from enum import StrEnum, unique


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
    MESSAGES_TABLE_NAME = "MESSAGES_TABLE_NAME"
    WEBHOOKS_SECRET_ID = "WEBHOOKS_SECRET_ID"
    """The secret that holds the addresses of webhooks; empty where there are none."""
    MAIL_FROM = "MAIL_FROM"
    """Who mails come from; empty where SES is not used."""
    OWNER_TOPICS_PREFIX = "OWNER_TOPICS_PREFIX"
    """What the ARN of each owner's topic begins with; the owner's name follows."""
    DASHBOARD_URL = "DASHBOARD_URL"
    """Where the dashboard is; empty where that was not configured."""
    DOCS_URL = "DOCS_URL"
