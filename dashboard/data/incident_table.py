"""The table FileSlaIncidents: one method an access pattern, each naming its index."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from itertools import repeat
from typing import Final

from contract.words import LIVE
from dashboard.data.breach import BREACH_ATTRIBUTES as OF_BREACHES
from dashboard.data.breach import Breach, join_breaches, measure_breach, read_breach
from dashboard.data.incident import IN_FULL, LISTED_ATTRIBUTES, Incident, update_ended, update_live
from dashboard.data.queries import CONNECTIONS, Queries, Query
from dashboard.data.recent import Recent
from store.incidents import IncidentAttribute, IncidentIndex, list_live_partitions

MOST_ENDED: Final = 100
"""Of each day, so many that ended last are read: a short list shows no more."""
_UNSETTLED: Final = timedelta(days=2)
"""Days that are younger are asked for each time."""
_SETTLED_FOR: Final = timedelta(hours=1)


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

    def list_live(self) -> Sequence[Incident]:
        """Every incident that is open or unknown, in no particular order."""
        partitions = [partition for status in LIVE for partition in list_live_partitions(status)]
        # All that the index has: it holds what a page shows, and refuses to be asked for more.
        queries = [
            Query(
                table=self._table_name,
                index=IncidentIndex.LIVE,
                equal={IncidentAttribute.LISTED_IN: partition},
            )
            for partition in partitions
        ]
        listed = self._recent.get((self._table_name, "live"), lambda: self._read(*queries))
        return update_live(listed, self._recent.list_noted(self._table_name))

    def list_ended(self, days: Sequence[date], most: int | None = MOST_ENDED) -> Sequence[Incident]:
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
                attributes=LISTED_ATTRIBUTES,
                latest=most,
            )
            for day in days
        ]
        listed = self._recent.get((self._table_name, "ended", most, *days), lambda: self._read(*queries))
        noted: list[Incident] = self._recent.list_noted(self._table_name)
        return update_ended(listed, [one for one in noted if one.ended_at and one.ended_at.date() in days])

    def list_breaches(self, days: Sequence[date]) -> list[Breach]:
        """From when to when folders were in breach, of what ended on these days and of what has not ended.

        Days that are long past are remembered for an hour: a report that comes late may still end something
        then, and what is opened again is live, and counts as it is now.
        """
        with ThreadPoolExecutor(CONNECTIONS, thread_name_prefix="breaches") as pool:
            ended = [one for found in pool.map(self._list_breaches, days, repeat(max(days))) for one in found]
        return join_breaches(ended, map(measure_breach, self.list_live()))

    def read(self, incident: Incident) -> Incident | None:
        """The incident in full, with its history; None if it is no longer kept.

        It is never older than `incident`, as a list has it: what is known of before is another question.
        """
        listed = (incident.status, incident.last_seen_at, incident.ended_at, incident.version)
        question = (self._table_name, "one", incident.incident_id, *listed)
        found = self._recent.get(question, lambda: self._read_one(incident.sender, incident.incident_id))
        return found[0] if found else None

    def reread(self, incidents: Sequence[Incident]) -> None:
        """Has everything asked anew, and knows how these are now before the indexes do.

        Call it once somebody has acted on them, so that whoever did sees it at once.
        """
        self._recent.forget()
        for one in incidents:
            for found in self._read_one(one.sender, one.incident_id):
                self._recent.note(self._table_name, found.incident_id, found)

    def _list_breaches(self, day: date, latest: date) -> Sequence[Breach]:
        query = Query(
            table=self._table_name,
            index=IncidentIndex.ENDED,
            equal={IncidentAttribute.ENDED_ON: f"{day:%Y-%m-%d}"},
            attributes=OF_BREACHES,
        )
        return self._recent.get(
            (self._table_name, "breaches", day),
            lambda: [read_breach(item) for item in self._queries.run(query)],
            kept_for=None if latest - day <= _UNSETTLED else _SETTLED_FOR,
        )

    def find(self, incident_id: str) -> Incident | None:
        """The incident of this id in full, ended or not; None if there is none."""
        found = self._recent.get((self._table_name, "id", incident_id), lambda: self._find(incident_id))
        return found[0] if found else None

    def _find(self, incident_id: str) -> list[Incident]:
        by_id: dict[str, str] = {IncidentAttribute.INCIDENT_ID: incident_id}
        keys = self._queries.run(Query(table=self._table_name, index=IncidentIndex.ID, equal=by_id))
        if not keys:
            return []
        return self._read_one(keys[0][IncidentAttribute.SENDER], incident_id)

    def _read_one(self, sender: str, incident_id: str) -> list[Incident]:
        whole: dict[str, str] = {
            IncidentAttribute.SENDER: sender,
            IncidentAttribute.INCIDENT_ID: incident_id,
        }
        # Consistent: whoever has just acted on it wants to see that.
        return self._read(Query(table=self._table_name, equal=whole, attributes=IN_FULL, consistent=True))

    def _read(self, *queries: Query) -> list[Incident]:
        incidents = map(Incident.model_validate, self._queries.run(*queries))
        # One whose status changes between two queries is in both.
        return list({incident.incident_id: incident for incident in incidents}.values())
