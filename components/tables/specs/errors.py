"""FileSlaErrors: the records."""

from components.settings import Settings
from components.tables.specs.table import IndexSpec, TableSpec
from store.records import Attribute, Index


def describe_errors(settings: Settings) -> TableSpec:
    """The table as the stack's settings want it."""
    return TableSpec(
        component="FileSlaErrors",
        table_name=settings.table_name,
        partition_key=Attribute.ERROR_ID,
        indexes=[
            IndexSpec(
                name=Index.AFFECTED_DATE,
                partition_key=Attribute.AFFECTED_DATE,
                sort_key=Attribute.FOLDER,
            ),
            IndexSpec(name=Index.FOLDER, partition_key=Attribute.FOLDER, sort_key=Attribute.AFFECTED_DATE),
        ],
        expiry_attribute=Attribute.EXPIRES_AT,
        expires=settings.retention_days > 0,
    )
