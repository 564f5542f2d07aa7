"""What may still be stuck, found without looking at every file ever reported."""

from datetime import datetime

import pandas as pd

from contract.moments import start_of_hour
from dashboard.data.frames import RECORD_KEY
from dashboard.services.places import mark_places


def find_uncleared_records(records: pd.DataFrame) -> pd.DataFrame:
    """The latest record of every folder of every sender.

    The files that these list are all that can be open: a folder's latest record names every file
    that is still stuck in it.
    """
    marked = mark_places(records, records)
    latest = marked["detected_at"] == marked.groupby("place")["detected_at"].transform("max")
    return records[latest][RECORD_KEY]


def list_hours(records: pd.DataFrame) -> list[datetime]:
    """The UTC hours in which these records were detected, oldest first."""
    return sorted({start_of_hour(moment.to_pydatetime()) for moment in records["detected_at"]})


def select_files(records: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The files that these records list."""
    return files.merge(records[RECORD_KEY], on=RECORD_KEY)
