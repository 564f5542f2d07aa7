"""The stack's outputs: what the program exports, and the dashboard, owners and the local stack read."""

from enum import StrEnum, unique
from typing import Final

OUTPUTS_VARIABLE: Final = "FILE_SLA_OUTPUTS"
"""The environment variable that names a file of them, as `pulumi stack output --json` writes it."""
LOCAL_KEY: Final = "test"
"""Id and secret of the key that a local stack takes for its account's root."""


@unique
class Output(StrEnum):
    """Outputs of every stack, but for those `OF_DOMAIN`."""

    API_URL = "api_url"
    API_DEFAULT_URL = "api_default_url"
    """The address that AWS makes."""
    API_DOMAIN_TARGET = "api_domain_target"
    """What the record of the domain name has to lead to."""
    REGION = "region"
    TABLE_NAME = "table_name"
    RUNS_TABLE_NAME = "runs_table_name"
    SENDERS_TABLE_NAME = "senders_table_name"
    INCIDENTS_TABLE_NAME = "incidents_table_name"
    MESSAGES_TABLE_NAME = "messages_table_name"
    USER_POOL_ID = "user_pool_id"
    USER_POOL_CLIENT_ID = "user_pool_client_id"
    IDENTITY_POOL_ID = "identity_pool_id"
    ALARM_TOPIC_ARN = "alarm_topic_arn"
    DASHBOARD_NAME = "dashboard_name"
    METRICS_NAMESPACE = "metrics_namespace"


OF_DOMAIN: Final = frozenset({Output.API_DEFAULT_URL, Output.API_DOMAIN_TARGET})
"""Those that only a stack with a domain name has."""


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
