"""What the projection's function may do and needs to know."""

from components.functions.dead_letters import DeadLetters
from components.functions.specs.needs import FunctionNeeds
from components.settings import Settings
from components.specs.owners_file import ship_owners
from components.tables.specs.tables import Tables
from contract.names import Variable
from store.incidents import IncidentIndex
from store.senders import SenderIndex

_KEEPING = ("GetItem", "Query", "PutItem", "UpdateItem", "DeleteItem")
"""A transaction needs no permission of its own, but those for what it does to each item."""


def build_projection_needs(settings: Settings, tables: Tables, dead_letters: DeadLetters) -> FunctionNeeds:
    """The needs of IncidentLambda."""
    return FunctionNeeds(
        description="Keeps senders and incidents as their runs and time make them.",
        environment={
            Variable.RUNS_TABLE_NAME: tables.runs.table_name,
            Variable.SENDERS_TABLE_NAME: tables.senders.table_name,
            Variable.INCIDENTS_TABLE_NAME: tables.incidents.table_name,
            Variable.RETENTION_DAYS: str(settings.retention_days),
            Variable.DEAD_LETTERS_URL: dead_letters.url,
        },
        permissions=[
            *tables.runs.allow_stream(),
            tables.runs.allow("Query"),
            # A change of many incidents goes in parts, each on condition that its sender is as it was.
            tables.senders.allow(*_KEEPING, "ConditionCheckItem"),
            tables.senders.allow_query(SenderIndex.STATE, SenderIndex.WAKE),
            tables.incidents.allow(*_KEEPING),
            tables.incidents.allow_query(IncidentIndex.LATEST, IncidentIndex.LIVE),
            dead_letters.allow_send(),
        ],
        data=ship_owners(settings.owners),
    )
