"""The hours that a few records are of, and the files that they list."""

from datetime import datetime

import pandas as pd

from contract.moments import start_of_hour
from dashboard.data.frames import RECORD_KEY


def list_hours(records: pd.DataFrame) -> list[datetime]:
    """The UTC hours in which these records were detected, oldest first."""
    return sorted({start_of_hour(moment.to_pydatetime()) for moment in records["detected_at"]})


def select_files(records: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The files that these records list."""
    return files.merge(records[RECORD_KEY], on=RECORD_KEY)
