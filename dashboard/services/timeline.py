"""How long files of a folder had waited at each of its reports."""

from datetime import timedelta

import pandas as pd

from dashboard.data.frames import RECORD_KEY
from dashboard.services.creation_dates import find_plausible


def find_longest_waits(files: pd.DataFrame, quiet: timedelta) -> pd.DataFrame:
    """Per record `detected_at`, the `hours` its oldest file had waited, the `sla` in hours, and `files`.

    Of files whose age is not known none counts as the oldest; `hours` is NaN where there are no others.
    Records with the same `stretch` have no gap longer than `quiet` between them.
    """
    seen = files["detected_at"]
    waited = (seen - files["created"]).dt.total_seconds() / 3600
    waits = (
        files.assign(hours=waited.where(find_plausible(files["created"], seen)), sla=files["sla"] / 60)
        .groupby(RECORD_KEY, as_index=False)
        .agg(hours=("hours", "max"), sla=("sla", "max"), files=("filename", "size"))
        .sort_values("detected_at", ignore_index=True)
    )
    return waits.assign(stretch=(waits["detected_at"].diff() > quiet).cumsum())
