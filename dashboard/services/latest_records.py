"""What may still be stuck, found without looking at every file ever reported."""

from datetime import datetime

import pandas as pd

from contract.moments import start_of_hour
from dashboard.data.frames import RECORD_KEY
from dashboard.services.clearing import find_clearing_reports


def find_uncleared_records(records: pd.DataFrame) -> pd.DataFrame:
    """The latest record of every folder that no later report shows to be cleared.

    The files that these list are all that can be open: a folder's latest record names every file
    that is still stuck in it.
    """
    latest = records[records["detected_at"] == records.groupby("folder")["detected_at"].transform("max")]
    clearing = find_clearing_reports(latest.rename(columns={"detected_at": "last_seen"}), records)
    return latest[clearing.isna().all(axis="columns")][RECORD_KEY]


def list_hours(records: pd.DataFrame) -> list[datetime]:
    """The UTC hours in which these records were detected, oldest first."""
    return sorted({start_of_hour(moment.to_pydatetime()) for moment in records["detected_at"]})


def select_files(records: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The files that these records list."""
    return files.merge(records[RECORD_KEY], on=RECORD_KEY)
