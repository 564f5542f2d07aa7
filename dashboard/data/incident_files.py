"""The files of an incident, as its last sighting told them."""

from contract.moments import HOUR
from dashboard.data.frames import RecordFrames
from dashboard.data.incident import Incident
from dashboard.data.record_table import RecordTable
from dashboard.data.records import parse_records


def load_incident_files(table: RecordTable, incident: Incident) -> RecordFrames:
    """The records of the run that the incident names as its last sighting; none where they expired.

    Raises:
        DashboardError: what `RecordTable` raises.
    """
    # A run that came in several requests is dated by the last; the folder may be in one of the hour before.
    for hour in (incident.last_seen_arrival, incident.last_seen_arrival - HOUR):
        if stored := list(table.query_run(hour, incident.folder, incident.last_seen_run)):
            return RecordFrames.of(parse_records(stored))
    return RecordFrames.of()
