"""Folders in the order in which they need someone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import pandas as pd

from contract.words import IncidentStatus, UnknownReason
from dashboard import columns, folder_columns
from dashboard.columns import list_dtypes
from dashboard.data.incident import Incident
from dashboard.services.folder_situation import group_by_folder
from dashboard.services.places import find_folder_keys

COLUMNS: Final = (
    folder_columns.NOW,
    folder_columns.OVERDUE,
    columns.FOLDER,
    folder_columns.HOURS,
    folder_columns.MOST_FILES,
    folder_columns.SENDERS,
    folder_columns.LAST_REPORTED,
)
"""Columns of a frame of folders."""
_OPEN: Final = "▲ In breach"
_UNKNOWN: Final = "? Unknown"
_NOT: Final = "✓ Nothing open"
_ORDER: Final = (_OPEN, _UNKNOWN, _NOT)


def rank_folders(reported: pd.DataFrame, live: Iterable[Incident], now: datetime) -> pd.DataFrame:
    """`COLUMNS` of every folder that was reported or is in breach.

    Those in breach now come first, the furthest over its SLA at the top; then those of which nobody can tell;
    then those that were in breach for the most hours.

    Args:
        reported: what `summarize_folders` tells.
        live: the incidents that are open or unknown.
        now: until when the open ones count.
    """
    incidents = group_by_folder(one for one in live if one.reason is not UnknownReason.QUIET)
    rows = [
        (*_describe_now(incidents.get(key, ()), now), *row) for key, *row in reported.itertuples(name=None)
    ]
    rows += [
        (*_describe_now(found, now), found[0].folder, 0, 0, len(found), None)
        for key, found in incidents.items()
        if key not in reported.index
    ]
    names = [column.name for column in COLUMNS]
    table = pd.DataFrame.from_records(rows, columns=names).astype(list_dtypes(*COLUMNS))
    rank = table[folder_columns.NOW.name].map(_ORDER.index)
    return (
        table.assign(rank=rank)
        .sort_values(
            ["rank", folder_columns.OVERDUE.name, folder_columns.HOURS.name, columns.FOLDER.name],
            ascending=[True, False, False, True],
            ignore_index=True,
        )
        .drop(columns="rank")
    )


def summarize_folders(records: pd.DataFrame) -> pd.DataFrame:
    """By folder's key: how it was last spelt, hours in breach, most files, senders, last report."""
    ordered = records.sort_values("detected_at")
    return (
        ordered.assign(key=find_folder_keys(ordered["folder"]), hour=ordered["detected_at"].dt.floor("h"))
        .groupby("key")
        .agg(
            folder=("folder", "last"),
            hours=("hour", "nunique"),
            most=("file_count", "max"),
            senders=("sender_name", "nunique"),
            last=("detected_at", "max"),
        )
    )


def _describe_now(incidents: Sequence[Incident], now: datetime) -> tuple[str, float | None]:
    for status, word in ((IncidentStatus.OPEN, _OPEN), (IncidentStatus.UNKNOWN, _UNKNOWN)):
        found = [one for one in incidents if one.status is status]
        if found:
            overdue = [minutes for one in found if (minutes := one.overdue_minutes(now)) is not None]
            return word, max(overdue, default=None)
    return _NOT, None
