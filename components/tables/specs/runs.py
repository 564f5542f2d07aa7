"""FileSlaRuns: what every run told, in a stream for the projection."""

from components.settings import Settings
from components.tables.specs.table import TableSpec
from store.runs import RunAttribute


def describe_runs(settings: Settings) -> TableSpec:
    """The table as the stack's settings want it."""
    return TableSpec(
        component="FileSlaRuns",
        table_name=settings.runs_table_name,
        partition_key=RunAttribute.SENDER,
        sort_key=RunAttribute.RUN_KEY,
        indexes=[],
        expiry_attribute=RunAttribute.EXPIRES_AT,
        # No run is of use for good: what came of it is an incident.
        expires=True,
        streams=True,
    )
