"""What may still be stuck, found without looking at every file ever reported."""

from datetime import datetime

import pandas as pd

from dashboard.data.frames import REPORT_KEY
from dashboard.services.evidence import left_out
from handlers.times import hour_of


def standing_reports(reports: pd.DataFrame) -> pd.DataFrame:
    """The latest report of every folder that no later report shows to be cleared.

    The files that these list are all that can be open: a folder's latest report names every file
    that is still stuck in it.
    """
    latest = reports[reports["detected_at"] == reports.groupby("folder")["detected_at"].transform("max")]
    evidence = left_out(latest.rename(columns={"detected_at": "last_seen"}), reports)
    return latest[evidence.isna().all(axis="columns")][REPORT_KEY]


def hours_of(reports: pd.DataFrame) -> list[datetime]:
    """The UTC hours that these reports were made in, oldest first."""
    return sorted({hour_of(moment.to_pydatetime()) for moment in reports["detected_at"]})


def files_of(reports: pd.DataFrame, files: pd.DataFrame) -> pd.DataFrame:
    """The files that these reports list."""
    return files.merge(reports[REPORT_KEY], on=REPORT_KEY)
