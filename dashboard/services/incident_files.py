"""The files of an incident, the longest waiting first."""

from datetime import datetime
from typing import Final

import pandas as pd

from dashboard import columns
from dashboard.services.creation_dates import find_plausible

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
