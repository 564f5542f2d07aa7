"""Senders as a data frame."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import pandas as pd

from dashboard import sender_columns
from dashboard.columns import list_dtypes
from dashboard.services.known_senders import Known
from dashboard.services.sender_warnings import list_warnings
from dashboard.services.sender_words import (
    KINDS,
    REFUSED,
    STATES,
    describe_clock,
    describe_folders,
    describe_interval,
)

COLUMNS: Final = (
    sender_columns.KEY,
    sender_columns.NAME,
    sender_columns.STATE,
    sender_columns.STATE_SINCE,
    sender_columns.WARNINGS,
    sender_columns.LAST_RUN_AGO,
    sender_columns.LAST_RUN_AT,
    sender_columns.DUE_IN,
    sender_columns.INTERVAL,
    sender_columns.KIND,
    sender_columns.OPEN,
    sender_columns.UNKNOWN,
    sender_columns.FOLDERS,
    sender_columns.CLOCK,
    sender_columns.CLIENT,
    sender_columns.ACCOUNT,
    sender_columns.ADDRESSES,
)
"""Columns of a frame of senders."""


def tabulate_senders(known: Sequence[Known], now: datetime, zone: ZoneInfo) -> pd.DataFrame:
    """`COLUMNS` of these senders, in their order."""
    rows = [_list_values(one, now, zone) for one in known]
    names = [column.name for column in COLUMNS]
    return pd.DataFrame.from_records(rows, columns=names).astype(list_dtypes(*COLUMNS))


def _list_values(one: Known, now: datetime, zone: ZoneInfo) -> tuple[object, ...]:
    warnings = ", ".join(warning.name for warning in list_warnings(one, now, zone))
    sender = one.sender
    if sender is None:
        refusal = one.refusal
        return (
            *(one.key, one.name, REFUSED, refusal and refusal.at, warnings, None, None, None, "", ""),
            *(0, 0, "", "", "", refusal.reported_by if refusal else "", (refusal and refusal.address) or ""),
        )
    return (
        one.key,
        one.name,
        STATES[sender.state],
        sender.state_since,
        warnings,
        _count_minutes(sender.last_run_at, now),
        sender.last_run_at,
        _count_minutes(now, sender.due_at) if sender.due_at else None,
        describe_interval(sender),
        KINDS[sender.kind],
        sender.open,
        sender.unknown,
        describe_folders(sender),
        describe_clock(sender),
        sender.client or "",
        sender.reported_by,
        ", ".join(sender.addresses),
    )


def _count_minutes(start: datetime, end: datetime) -> float:
    return (end - start).total_seconds() / 60
