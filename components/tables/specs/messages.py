"""FileSlaMessages: what owners were told, and what is known of each of their channels."""

from components.settings import Settings
from components.tables.specs.table import TableSpec
from store.notifications import MessageAttribute


def describe_messages(settings: Settings) -> TableSpec:
    """The table as the stack's settings want it."""
    return TableSpec(
        component="FileSlaMessages",
        table_name=settings.messages_table_name,
        partition_key=MessageAttribute.ABOUT,
        sort_key=MessageAttribute.PART,
        # Each question is of one incident, one sender or one recipient.
        indexes=[],
        expiry_attribute=MessageAttribute.EXPIRES_AT,
        expires=settings.retention_days > 0,
    )
