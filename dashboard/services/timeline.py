"""How long files of a folder had waited at each of its reports."""

from typing import Any, Final

import pandas as pd

from dashboard.data.frames import RECORD_KEY, RecordFrames
from dashboard.services.creation_dates import find_plausible
from dashboard.services.places import mark_places

_FILE: Final = ["place", "filename", "created"]


def find_longest_waits(frames: RecordFrames) -> pd.DataFrame:
    """Per record `detected_at`, the `hours` its oldest file had waited, the `sla` in hours, and `files`.

    Of files whose age is not known none counts as the oldest; `hours` is NaN where there are no others.
    Records with the same `stretch` are of one sender, and each has a file in common with the one before it:
    the breach went on in between.
    """
    files = mark_places(frames.files, frames.records)
    seen = files["detected_at"]
    waited = (seen - files["created"]).dt.total_seconds() / 3600
    record = files.groupby(["place", *RECORD_KEY], sort=True).ngroup()
    waits = (
        files.assign(
            record=record,
            hours=waited.where(find_plausible(files["created"], seen)),
            sla=files["sla"] / 60,
            goes_on=_find_followers(files.assign(record=record)),
        )
        .groupby("record", as_index=False)
        .agg(
            detected_at=("detected_at", "first"),
            hours=("hours", "max"),
            sla=("sla", "max"),
            files=("filename", "size"),
            goes_on=("goes_on", "any"),
        )
    )
    stretch = (~waits["goes_on"]).cumsum()
    return waits.assign(stretch=stretch).sort_values("detected_at", ignore_index=True)[
        ["detected_at", "hours", "sla", "files", "stretch"]
    ]


def _find_followers(files: pd.DataFrame) -> "pd.Series[Any]":
    """Whether each sighting follows one of the same file in the record just before its own."""
    ordered = files.sort_values("record")
    return ordered.groupby(_FILE, dropna=False)["record"].diff().eq(1).reindex(files.index)
