"""FileSlaIncidents: every incident, open or ended."""

from components.settings import Settings
from components.tables.specs.table import IndexSpec, TableSpec
from store.incidents import IncidentAttribute, IncidentIndex

_OF_THE_PROJECTION = {
    IncidentAttribute.BODY,
    IncidentAttribute.LATEST_OF,
    IncidentAttribute.ENDED_ON,
    IncidentAttribute.EXPIRES_AT,
}
# Shown of one incident, whose item is read for that.
_OF_ONE = {IncidentAttribute.HISTORY}
_OF_ENDED_ONES = {
    IncidentAttribute.ENDED_AT,
    IncidentAttribute.CLEARED_AT,
    IncidentAttribute.CLEARED_BY,
    IncidentAttribute.BETWEEN,
}
_KEYS = {
    IncidentAttribute.SENDER,
    IncidentAttribute.INCIDENT_ID,
    IncidentAttribute.LISTED_IN,
    IncidentAttribute.BREACHED_SINCE,
}


def describe_incidents(settings: Settings) -> TableSpec:
    """The table as the stack's settings want it."""
    return TableSpec(
        component="FileSlaIncidents",
        table_name=settings.incidents_table_name,
        partition_key=IncidentAttribute.SENDER,
        sort_key=IncidentAttribute.INCIDENT_ID,
        indexes=[
            IndexSpec(
                name=IncidentIndex.LATEST,
                partition_key=IncidentAttribute.SENDER,
                sort_key=IncidentAttribute.LATEST_OF,
                local=True,
            ),
            IndexSpec(
                name=IncidentIndex.LIVE,
                partition_key=IncidentAttribute.LISTED_IN,
                sort_key=IncidentAttribute.BREACHED_SINCE,
                # What is open is read all day, and written whenever something of it changes.
                projection="INCLUDE",
                included=[
                    str(attribute)
                    for attribute in IncidentAttribute
                    if attribute not in _OF_THE_PROJECTION | _OF_ENDED_ONES | _KEYS | _OF_ONE
                ],
            ),
            IndexSpec(
                name=IncidentIndex.ENDED,
                partition_key=IncidentAttribute.ENDED_ON,
                sort_key=IncidentAttribute.ENDED_AT,
                # All of it: what is shown of an ended one is as many attributes as an index may name, and
                # whoever names one more later would have the index made anew. Ended, it is written once.
            ),
            IndexSpec(
                name=IncidentIndex.ID,
                partition_key=IncidentAttribute.INCIDENT_ID,
                projection="KEYS_ONLY",
            ),
        ],
        expiry_attribute=IncidentAttribute.EXPIRES_AT,
        expires=settings.retention_days > 0,
    )
