"""What the function that tells owners may do and needs to know."""

from components.functions.specs.needs import FunctionNeeds
from components.owner_channels import OwnerChannels
from components.settings import Settings
from components.specs.owners_file import ship_owners
from components.tables.specs.tables import Tables
from contract.names import Variable
from store.incidents import IncidentAttribute, IncidentIndex
from store.records import Index
from store.senders import SenderIndex


def build_messages_needs(settings: Settings, tables: Tables, channels: OwnerChannels) -> FunctionNeeds:
    """The needs of MessagesLambda."""
    return FunctionNeeds(
        description="Tells owners of what is stuck, and of its end.",
        environment={
            **{str(name): value for name, value in channels.environment.items()},
            Variable.TABLE_NAME: tables.errors.table_name,
            Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
            Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
            Variable.MESSAGES_TABLE_NAME: tables.messages.table_name,
            Variable.RETENTION_DAYS: str(settings.retention_days),
            Variable.DASHBOARD_URL: settings.dashboard_url,
            # A path leads nowhere from a mail.
            Variable.DOCS_URL: settings.docs_url if "://" in settings.docs_url else "",
        },
        permissions=[
            tables.errors.allow_query(Index.AFFECTED_DATE),
            tables.senders.allow("BatchGetItem"),
            tables.senders.allow_query(SenderIndex.STATE),
            tables.incidents.allow("BatchGetItem"),
            tables.incidents.allow_query(IncidentIndex.LIVE),
            tables.incidents.allow_update(
                # The keys name the item.
                IncidentAttribute.SENDER,
                IncidentAttribute.INCIDENT_ID,
                IncidentAttribute.OWNER,
            ),
            # A transaction needs no permission of its own, but those for what it does to each item.
            tables.messages.allow("BatchGetItem", "PutItem"),
            *channels.allow_deliver(),
        ],
        ready=channels.ready,
        data=ship_owners(settings.owners),
    )
