"""Incidents in the order in which they matter, as data frames."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from contract.words import LABELS, IncidentStatus, UnknownReason
from dashboard import columns, incident_columns
from dashboard.columns import list_dtypes
from dashboard.data.incident import Incident
from dashboard.services.incident_words import explain, name_reason, rank_reason

COLUMNS: Final = (
    incident_columns.INCIDENT_ID,
    incident_columns.INCIDENT_STATUS,
    incident_columns.REASON,
    incident_columns.INCIDENT_BASIS,
    incident_columns.INCIDENT_SENDER_NAME,
    incident_columns.INCIDENT_FOLDER,
    columns.FILE_COUNT,
    incident_columns.OVERDUE,
    incident_columns.OLDEST,
    incident_columns.BREACHED_SINCE,
    incident_columns.OPENED_AT,
    incident_columns.INCIDENT_LAST_SEEN,
    incident_columns.UNKNOWN_SINCE,
    incident_columns.ENDED_AT,
    columns.SLA,
    incident_columns.OWNER,
    incident_columns.ACKNOWLEDGED_BY,
    incident_columns.ACKNOWLEDGED_UNTIL,
    incident_columns.SNOOZED_UNTIL,
)
"""Columns of a frame of incidents."""

SNOOZED: Final = "\n☾ snoozed"
"""What stands below the status of an incident of which nobody is told for now."""


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
        unknown=_sort_unknown(one for one in unknown if one.reason is not UnknownReason.QUIET),
        quiet=_sort_unknown(one for one in unknown if one.reason is UnknownReason.QUIET),
    )


def sort_worst_first(incidents: Iterable[Incident], now: datetime) -> list[Incident]:
    """Those whose oldest file is furthest over its SLA first; then those whose files' age nobody knows."""

    def order(one: Incident) -> tuple[bool, float, datetime, str, str]:
        overdue = one.overdue_minutes(now)
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
            one.overdue_minutes(now) if one.ended_at is None else None,
            one.oldest_creation,
            one.breached_since,
            one.opened_at,
            one.last_seen_at,
            one.unknown_since,
            one.ended_at,
            one.sla,
            one.owner,
            one.on_it(now) if one.live else one.acknowledged_by,
            one.acknowledged_until if one.on_it(now) else None,
            one.snoozed_until if one.live and one.snoozed(now) else None,
        )
        for one in incidents
    ]
    names = [column.name for column in COLUMNS]
    return pd.DataFrame.from_records(rows, columns=names).astype(list_dtypes(*COLUMNS))


def mark_snoozed(frame: pd.DataFrame) -> pd.DataFrame:
    """The frame with a second line, below the status and the reason, for those that are snoozed."""
    snoozed = frame[incident_columns.SNOOZED_UNTIL.name].notna()
    marked = (incident_columns.INCIDENT_STATUS.name, incident_columns.REASON.name)
    return frame.assign(**{name: frame[name].mask(snoozed, frame[name] + SNOOZED) for name in marked})


def _sort_unknown(incidents: Iterable[Incident]) -> list[Incident]:
    return sorted(
        incidents,
        key=lambda one: (
            rank_reason(one.reason),
            one.unknown_since or one.last_seen_at,
            one.sender_name,
            one.folder,
        ),
    )
