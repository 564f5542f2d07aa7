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
