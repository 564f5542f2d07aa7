"""The log of the table FileSlaMessages: whom was told what of an incident or of a sender."""

from collections.abc import Iterable, Sequence
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from dashboard.data.incident import Moment
from dashboard.data.queries import Item, Queries, Query
from dashboard.data.recent import Recent
from store.notifications import INCIDENT_PREFIX, SENDER_PREFIX, MessageAttribute


class Told(BaseModel):
    """One thing that was said to one recipient."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    at: Moment = Field(validation_alias=MessageAttribute.TOLD_AT)
    what: str = Field(validation_alias=MessageAttribute.TOLD)
    """One of `contract.messages.MessageKind`, or one that a later version knows."""
    owner: str = Field("", validation_alias=MessageAttribute.OWNER)
    channel: str = Field("", validation_alias=MessageAttribute.CHANNEL)
    """As people are shown it."""


_LOG_ATTRIBUTES: Final = [str(field.validation_alias) for field in Told.model_fields.values()]
_MOST: Final = 200
"""So many that were told last: a sender is told of for years."""


class MessageTable:
    """What was told, as one analyst may see it. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        queries: what the analyst may query.
        table_name: what DynamoDB calls the table; empty where the stack tells nobody anything.
        recent: what anybody read of it in the last seconds.
    """

    def __init__(self, queries: Queries, table_name: str, recent: Recent) -> None:
        self._queries = queries
        self._table_name = table_name
        self._recent = recent

    def list_of_incident(self, incident_id: str) -> Sequence[Told]:
        """What was told of an incident, the first first."""
        return self._list(f"{INCIDENT_PREFIX}{incident_id}")

    def list_of_sender(self, key: str) -> Sequence[Told]:
        """What was told of a sender, the first first."""
        return self._list(f"{SENDER_PREFIX}{key}")

    def _list(self, about: str) -> Sequence[Told]:
        if not self._table_name:
            return ()
        query = Query(
            table=self._table_name,
            equal={MessageAttribute.ABOUT: about},
            attributes=_LOG_ATTRIBUTES,
            latest=_MOST,
        )
        return self._recent.get((self._table_name, about), lambda: _parse(self._queries.run(query)))


def _parse(items: Iterable[Item]) -> list[Told]:
    return sorted(map(Told.model_validate, items), key=lambda one: one.at)
