"""Incidents: in the order in which they matter, in words, narrowed down, as data frames, with their files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.action import IncidentAction
from contract.words import CLOSED_SOMEHOW, LABELS, REASONS, IncidentStatus, UnknownReason, explain_status
from dashboard import columns
from dashboard.columns import tabulate
from dashboard.figures.stuck_files import find_plausible
from store.incidents import Incident

COLUMNS: Final = (
    columns.INCIDENT_ID,
    columns.INCIDENT_STATUS,
    columns.REASON,
    columns.INCIDENT_BASIS,
    columns.SENDER_NAME,
    columns.INCIDENT_FOLDER,
    columns.FILE_COUNT,
    columns.OVERDUE,
    columns.OLDEST,
    columns.BREACHED_SINCE,
    columns.OPENED_AT,
    columns.INCIDENT_LAST_SEEN,
    columns.UNKNOWN_SINCE,
    columns.ENDED_AT,
    columns.SLA,
    columns.OWNER,
    columns.ACKNOWLEDGED_BY,
    columns.ACKNOWLEDGED_UNTIL,
    columns.SNOOZED_UNTIL,
)
"""Columns of a frame of incidents."""

SNOOZED: Final = "\n☾ snoozed"
"""What stands below the status of a snoozed incident."""


@dataclass(frozen=True, kw_only=True)
class Live:
    """What has not ended, in three parts of unlike weight."""

    open: Sequence[Incident]
    """The worst first."""
    unknown: Sequence[Incident]
    """By reason, those of one reason by since when."""
    quiet: Sequence[Incident]
    """What a script that says nothing when all is well reports no more: most likely it is over."""


def split_live(incidents: Iterable[Incident], now: datetime) -> Live:
    """The parts of what is open or unknown."""
    listed = list(incidents)
    unknown = [one for one in listed if one.status is IncidentStatus.UNKNOWN]
    return Live(
        open=sort_worst_first([one for one in listed if one.status is IncidentStatus.OPEN], now),
        unknown=_sort_unknown(one for one in unknown if one.reason is not UnknownReason.NOT_REPORTED),
        quiet=_sort_unknown(one for one in unknown if one.reason is UnknownReason.NOT_REPORTED),
    )


def overdue_minutes(incident: Incident, now: datetime) -> float | None:
    """How far its oldest file is over the SLA; None where its age is not known."""
    wait = incident.wait(now)
    return None if wait is None else max(0.0, wait.total_seconds() / 60 - incident.sla)


def name_acknowledger(incident: Incident, now: datetime) -> str:
    """Who has acknowledged it; empty where nobody has, or no longer."""
    return incident.acknowledged_by if incident.acknowledged(now) else ""


def sort_worst_first(incidents: Iterable[Incident], now: datetime) -> list[Incident]:
    """Those whose oldest file is furthest over its SLA first; then those whose files' age nobody knows."""

    def order(one: Incident) -> tuple[bool, float, datetime, str, str]:
        overdue = overdue_minutes(one, now)
        return overdue is None, -(overdue or 0), one.breached_since, one.sender_name, one.folder

    return sorted(incidents, key=order)


def select_ended(incidents: Iterable[Incident], since: datetime) -> list[Incident]:
    """Those that ended since then, the last first."""
    ended = ((one.ended_at, one) for one in incidents if one.ended_at is not None and one.ended_at >= since)
    return [one for _, one in sorted(ended, key=lambda pair: (pair[0], pair[1].incident_id), reverse=True)]


def start_of_day(now: datetime, zone: ZoneInfo) -> datetime:
    """The last midnight on the clocks of `zone`."""
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)


def list_utc_days(start: datetime, end: datetime) -> list[date]:
    """The days in UTC that a stretch of time touches."""
    first, last = start.astimezone(UTC).date(), end.astimezone(UTC).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def tabulate_incidents(incidents: Sequence[Incident], now: datetime) -> pd.DataFrame:
    """`COLUMNS` of these incidents, in their order; what is over by now is over no SLA."""
    rows = [
        (
            one.incident_id,
            LABELS[one.status],
            name_reason(one),
            explain(one),
            one.sender_name,
            one.folder,
            one.file_count,
            overdue_minutes(one, now) if one.ended_at is None else None,
            one.oldest_creation,
            one.breached_since,
            one.opened_at,
            one.last_seen_at,
            one.unknown_since,
            one.ended_at,
            one.sla,
            one.owner,
            name_acknowledger(one, now) if one.live else one.acknowledged_by,
            one.acknowledged_until if one.acknowledged(now) else None,
            one.snoozed_until if one.live and one.snoozed(now) else None,
        )
        for one in incidents
    ]
    return tabulate(rows, COLUMNS)


def mark_snoozed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a second line, below the status and the reason, for those that are snoozed."""
    snoozed = frame[columns.SNOOZED_UNTIL.name].notna()
    marked = (columns.INCIDENT_STATUS.name, columns.REASON.name)
    return frame.assign(**{name: frame[name].mask(snoozed, frame[name] + SNOOZED) for name in marked})


def _sort_unknown(incidents: Iterable[Incident]) -> list[Incident]:
    return sorted(
        incidents,
        key=lambda one: (
            list(REASONS).index(one.reason) if one.reason else len(REASONS),
            one.unknown_since or one.last_seen_at,
            one.sender_name,
            one.folder,
        ),
    )


_AT_ONCE: Final = timedelta(seconds=2)
"""So far apart an incident's end and the action that ended it may be written."""


def name_reason(incident: Incident) -> str:
    """Why its status is unknown, in two or three words."""
    return REASONS[incident.reason] if incident.reason else ""


def explain(incident: Incident) -> str:
    """How its status is known, as the rest of a sentence that begins with the status.

    It names who closed it where the history is there.
    """
    known = explain_status(
        incident.status, reason=incident.reason, cleared_by=incident.cleared_by, between=incident.between
    )
    ended = incident.ended_at
    if incident.status is not IncidentStatus.CLOSED or ended is None:
        return known
    # One that was closed, opened again and was closed with its sender has an action that did not end it.
    closings = (one for one in incident.history if one.action == IncidentAction.CLOSE)
    closer = next((one.by for one in closings if abs(one.at - ended) <= _AT_ONCE), "")
    return known.replace(CLOSED_SOMEHOW, f"by {closer}", 1) if closer else known


def list_reasons(incidents: Iterable[Incident]) -> list[tuple[UnknownReason, list[Incident]]]:
    """The reasons of these incidents in their order, each with those that have it."""
    by_reason: dict[UnknownReason, list[Incident]] = {reason: [] for reason in REASONS}
    for one in incidents:
        if one.reason is not None:
            by_reason[one.reason].append(one)
    return [(reason, same) for reason, same in by_reason.items() if same]


class Whose(StrEnum):
    """Whose incidents are shown."""

    ALL = "all"
    UNACKNOWLEDGED = "unacknowledged"
    """What goes on and nobody is on."""
    MINE = "mine"
    """What whoever looks has acknowledged."""


def filter_by_owner(incidents: Iterable[Incident], owner: str) -> list[Incident]:
    """The incidents of an owner; all of them where it is empty."""
    return [one for one in incidents if not owner or one.owner == owner]


def filter_by_whose(
    incidents: Iterable[Incident], whose: Whose, username: str, now: datetime
) -> list[Incident]:
    """The incidents that are the user's, or nobody's."""

    def matches(one: Incident) -> bool:
        match whose:
            case Whose.ALL:
                return True
            case Whose.UNACKNOWLEDGED:
                return one.live and not one.acknowledged(now)
            case Whose.MINE:
                # Of an ended one, who was on it last.
                return username == (name_acknowledger(one, now) if one.live else one.acknowledged_by)

    return [one for one in incidents if matches(one)]


def list_owners(incidents: Iterable[Incident]) -> Sequence[str]:
    """The owners of these, by name."""
    return sorted({one.owner for one in incidents if one.owner}, key=lambda name: (name.casefold(), name))


FILE_COLUMNS: Final = (columns.FILENAME, columns.OVERDUE_NOW, columns.CREATED)
"""What is shown of each, beside `plausible`."""


def tabulate_files(files: pd.DataFrame, sla: int, now: datetime) -> pd.DataFrame:
    """`COLUMNS` of these files, those of unknown age last.

    Args:
        files: as records list them.
        sla: of their folder, in minutes.
        now: until when they have waited.
    """
    once = files.drop_duplicates(["filename", "created"])
    plausible = find_plausible(once["created"], once["detected_at"])
    overdue = ((now - once["created"]).dt.total_seconds() / 60 - sla).clip(lower=0).where(plausible)
    listed = once.assign(plausible=plausible, overdue_now=overdue)
    return listed.sort_values(["overdue_now", "filename"], ascending=[False, True], ignore_index=True)
