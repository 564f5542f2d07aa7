"""The tables that are restored, and what of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from contract.names import Output
from store.incidents import PEOPLES, IncidentAttribute
from store.records import Attribute
from store.runs import RunAttribute
from store.senders import ACT_PREFIX, SenderAttribute


@dataclass(frozen=True, kw_only=True)
class Restorable:
    """A table of a stack, and the items of it that are put back."""

    table: Output
    """The stack's output that names it."""
    keys: tuple[str, ...]
    """Partition key, and sort key where it has one."""
    expires: str
    """The attribute by which DynamoDB deletes an item, in seconds since 1970."""
    only: tuple[str, str] | None = None
    """An attribute and what it begins with, where not all items are put back."""
    attributes: tuple[str, ...] = ()
    """Where given, all that is put back into an item that is there. Whatever has any of them has the first,
    which each change makes another one."""
    then: str = ""
    """What is left to do, in a sentence."""


RESTORABLE: Final[Mapping[str, Restorable]] = {
    "errors": Restorable(table=Output.TABLE_NAME, keys=(Attribute.ERROR_ID,), expires=Attribute.EXPIRES_AT),
    "runs": Restorable(
        table=Output.RUNS_TABLE_NAME,
        keys=(RunAttribute.SENDER, RunAttribute.RUN_KEY),
        expires=RunAttribute.EXPIRES_AT,
        then="The runs go to senders and incidents as late ones, with the next sweeps. If those tables had "
        "lost anything themselves: python -m ops incidents rebuild --all",
    ),
    "senders": Restorable(
        table=Output.SENDERS_TABLE_NAME,
        keys=(SenderAttribute.SENDER, SenderAttribute.PART),
        expires=Attribute.EXPIRES_AT,
        # All else in it follows from the runs.
        only=(SenderAttribute.PART, ACT_PREFIX),
        then="What people did counts after: python -m ops incidents rebuild --all",
    ),
    "incidents": Restorable(
        table=Output.INCIDENTS_TABLE_NAME,
        keys=(IncidentAttribute.SENDER, IncidentAttribute.INCIDENT_ID),
        expires=IncidentAttribute.EXPIRES_AT,
        # All else in an item that is there follows from the runs, and may be newer.
        attributes=PEOPLES,
        then="What the runs make of them since then comes after: python -m ops incidents rebuild --all",
    ),
}
"""By the name on the command line."""
