"""The table FileSlaIncidents: one method an access pattern, each naming its index."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from contract.incidents import IncidentAttribute, IncidentIndex, IncidentStatus, list_live_partitions
from dashboard.data.incident import ATTRIBUTES, Incident
from dashboard.data.queries import Queries, Query
from dashboard.data.recent import Recent

MOST_ENDED: Final = 100
"""Of each day, so many that ended last are read: a short list shows no more."""


class IncidentTable:
    """Incidents, as one analyst may see them. Safe to share between threads.

    Every method raises what `translate_aws_errors` does.

    Args:
        queries: what the analyst may query.
        table_name: what DynamoDB calls the table.
        recent: what anybody read of it in the last seconds.
    """

    def __init__(self, queries: Queries, table_name: str, recent: Recent) -> None:
        self._queries = queries
        self._table_name = table_name
        self._recent = recent

    def list_live(self) -> list[Incident]:
        """Every incident that is open or unknown, in no particular order."""
        partitions = [
            partition
            for status in (IncidentStatus.OPEN, IncidentStatus.UNKNOWN)
            for partition in list_live_partitions(status)
        ]
        # All that the index has: it holds what a page shows, and refuses to be asked for more.
        queries = [
            Query(
                table=self._table_name,
                index=IncidentIndex.LIVE,
                equal={IncidentAttribute.LISTED_IN: partition},
            )
            for partition in partitions
        ]
        return self._recent.get((self._table_name, "live"), lambda: self._read(*queries))

    def list_ended(self, days: Sequence[date], most: int | None = MOST_ENDED) -> list[Incident]:
        """The incidents that ended on each of these days, in UTC.

        Args:
            days: the days.
            most: of each day, so many that ended last; all where it is None.
        """
        queries = [
            Query(
                table=self._table_name,
                index=IncidentIndex.ENDED,
                equal={IncidentAttribute.ENDED_ON: f"{day:%Y-%m-%d}"},
                attributes=ATTRIBUTES,
                latest=most,
            )
            for day in days
        ]
        return self._recent.get((self._table_name, "ended", most, *days), lambda: self._read(*queries))

    def find(self, incident_id: str) -> Incident | None:
        """The incident of this id, ended or not; None if there is none."""
        found = self._recent.get((self._table_name, "id", incident_id), lambda: self._find(incident_id))
        return found[0] if found else None

    def _find(self, incident_id: str) -> list[Incident]:
        by_id: dict[str, str] = {IncidentAttribute.INCIDENT_ID: incident_id}
        keys = self._queries.run(Query(table=self._table_name, index=IncidentIndex.ID, equal=by_id))
        if not keys:
            return []
        whole: dict[str, str] = {IncidentAttribute.SENDER: keys[0][IncidentAttribute.SENDER], **by_id}
        return self._read(Query(table=self._table_name, equal=whole, attributes=ATTRIBUTES))

    def _read(self, *queries: Query) -> list[Incident]:
        incidents = map(Incident.model_validate, self._queries.run(*queries))
        # One whose status changes between two queries is in both.
        return list({incident.incident_id: incident for incident in incidents}.values())
