"""How a folder is now: in breach, unknown or well, and since when."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from contract.folders import folder_key
from contract.words import IncidentStatus
from dashboard.data.incident import Incident
from dashboard.services.breach_spans import Spans
from dashboard.services.incidents import sort_worst_first


def select_of_folder(incidents: Iterable[Incident], folder: str, now: datetime) -> list[Incident]:
    """The incidents of a folder, however it is spelt, of all senders: open ones first, the worst on top."""
    wanted = folder_key(folder)
    mine = [one for one in incidents if folder_key(one.folder) == wanted]
    return sorted(sort_worst_first(mine, now), key=lambda one: one.status is not IncidentStatus.OPEN)


def group_by_folder(incidents: Iterable[Incident]) -> Mapping[str, Sequence[Incident]]:
    """The incidents of each folder's key."""
    found: dict[str, list[Incident]] = {}
    for one in incidents:
        found.setdefault(folder_key(one.folder), []).append(one)
    return found


def find_last_end(spans: Spans, folder: str) -> datetime | None:
    """When the last of a folder's breaches ended; None where none is known to have."""
    wanted = folder_key(folder)
    return max(
        (span.ended for (_, key), given in spans.items() if key == wanted for span in given if span.ended),
        default=None,
    )
